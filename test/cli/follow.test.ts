import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, turn } from '../builders.ts';
import { finish, startProgram } from '../support/run-program.ts';

const id = idOf(1);

describe('a session that is followed', () => {
  it('goes on as it grows and after it was compressed, until it is interrupted', async () => {
    const home = makeHome();
    const path = home.rollout(id, envelope(record.meta(id), ...turn('one')));
    const child = startProgram(['show', '--follow', '--msg-type', 'UserMessage', id], {
      env: { CODEX_HOME: home.path },
    });
    const outcome = finish(child);
    await printed(child, 'one');

    const later = jsonl(envelope(...turn('two')));
    appendFileSync(path, later.slice(0, later.indexOf('two') + 1));
    appendFileSync(path, later.slice(later.indexOf('two') + 1));
    await printed(child, 'two');

    appendFileSync(path, jsonl(envelope(...turn('three'))));
    execFileSync('zstd', ['-q', '--rm', path]);
    await printed(child, 'three');

    child.kill('SIGINT');
    const { code, stdout, stderr } = await outcome;
    expect([code, stderr]).toEqual([130, '']);
    const events = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ msg, turn, schema }) => [msg.text, turn, schema])).toEqual([
      ['one', 1, 'sessions.event/1'],
      ['two', 2, undefined],
      ['three', 3, undefined],
    ]);
  });
});

/** Waits until the program has printed an event with this text. */
async function printed(child: ChildProcess, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      if (!chunk.toString().includes(`"${text}"`)) return;
      child.stdout?.off('data', look);
      resolve();
    };
    child.stdout?.on('data', look);
    child.once('exit', () => reject(new Error(`ended before it printed ${text}`)));
  });
}
