import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { makeExecRig } from './exec-rig.ts';

const play = (session: string, ...more: string[]) => [
  ...['exec', '--provider', 'recorded', '-c', `model_providers.recorded.session="${session}"`],
  ...['-s', sandboxMode, ...more],
];

describe('sessions exec --provider recorded', () => {
  it('answers as the session was answered, and runs the tools anew', async () => {
    const rig = makeExecRig();
    const call = { name: 'shell_command', arguments: { command: 'echo made > made.txt' } };
    const usage = { input: 10, output: 5 };
    await rig.exec(
      [
        { text: 'I make it.', calls: [call], usage },
        { text: 'Made.', usage },
      ],
      ['--name', 'first', 'make it'],
    );
    rmSync(join(rig.work, 'made.txt'));
    const { code, out } = await rig.run(play('first', 'again'));
    expect({ code, out }).toEqual({ code: 0, out: 'Made.\n' });
    expect(existsSync(join(rig.work, 'made.txt'))).toBe(true);
    const rows = await rig.rows();
    expect(rows.map(({ tokens_used, tool_calls }) => [tokens_used, tool_calls])).toEqual([
      [30, 1],
      [30, 1],
    ]);
  });

  it('begins where it is told, refuses a turn without answers, and says which session is missing', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'one' }], ['first']);
    await rig.exec([{ text: 'two' }], ['resume', '--last', 'second']);
    const second = await rig.run(play('@last', '-c', 'model_providers.recorded.from_turn=2', 'again'));
    expect(second).toMatchObject({ code: 0, out: 'two\n' });
    const past = await rig.run(play('@last', '-c', 'model_providers.recorded.from_turn=9', 'again'));
    expect(past.code).toBe(2);
    expect(past.err).toContain("session '@last' has no answers from turn 9 on");
    const none = await rig.run(play('nobody', 'again'));
    expect(none.code).toBe(2);
    expect(none.err).toContain("no session has the id or name 'nobody'");
  });
});
