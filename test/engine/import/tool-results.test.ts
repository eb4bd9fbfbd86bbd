import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, makeHome, record } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';

/*
 * Results of tools as versions of Codex record them: what comes back from events has to be their own record, one that reads the
 * same would not do if no Codex writes it.
 */

const id = idOf(1);

/** The lines that events of these lines come back as. */
async function broughtBack(lines: readonly object[]) {
  const [from, to] = [makeHome(), makeHome()];
  from.rollout(id, lines);
  const events = await runHere(['export', id], { env: { CODEX_HOME: from.path } });
  const run = (...argv: string[]) => runHere(argv, { env: { CODEX_HOME: to.path }, stdin: events.out });
  const imported = await run('import', '--json', '-');
  const again = await run('export', id);
  const checked = await run('validate', '--json', '--severity', 'error');
  expect({ code: imported.code, findings: checked.out.toString() }).toEqual({ code: 0, findings: '' });
  expect(again.out.toString()).toBe(events.out.toString());
  return readFileSync(JSON.parse(imported.out.toString()).path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a result comes back from its event as Codex records it', () => {
  it('of a search for tools (0.130 to 0.169)', async () => {
    const call = { call_id: 'call_1', status: 'completed', execution: 'client', arguments: { query: 'x' } };
    const result = { call_id: 'call_1', status: 'completed', execution: 'client', tools: [] };
    const entries: Entry[] = [
      record.meta(id),
      record.userEvent('find a tool'),
      record.item('tool_search_call', call),
      record.item('tool_search_output', result),
    ];
    const lines = await broughtBack(envelope(...entries));
    expect(lines.at(-1).payload).toEqual({ type: 'tool_search_output', ...result });
  });

  it('of a local shell (0.8)', async () => {
    const output = '{"output":"local\\n","metadata":{"exit_code":0,"duration_seconds":0.0}}';
    const result = { type: 'function_call_output', call_id: 'call_1', output };
    const lines = await broughtBack([
      { id, timestamp: '2026-01-02T03:04:05.000Z', instructions: null },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'say local' }] },
      {
        ...{ type: 'local_shell_call', id: 'lsh_1', call_id: 'call_1', status: 'completed' },
        action: { type: 'exec', command: ['echo', 'local'], timeout_ms: 1000 },
      },
      result,
    ]);
    expect(lines.at(-1)).toEqual({ ...result, output: output.replace('0.0', '0') });
  });
});
