import { join } from 'node:path';
import { idOf, record, type TestHome, turn, unmarkedTurn } from '../builders.ts';
import { addAged } from '../support/aged-session.ts';
import { makeRunRig, type RunRig, type Size } from '../support/run-in-tmux.ts';
import type { startTmux, Window } from '../support/tmux.ts';

export interface PickerRig extends RunRig {
  /** `sessions resume` with these words behind it, in the workspace. */
  resume(words?: string, options?: { size?: Size; env?: Record<string, string> }): Window;
  /** A session of the workspace that somebody sat at. */
  add(n: number, days: number, text: string, more?: object): string;
}

export function makePickerRig(terminal: ReturnType<typeof startTmux>): PickerRig {
  const rig = makeRunRig(terminal);
  // What was recorded is read by tests.
  rig.home.write('.sessions/config.toml', 'compress = "never"\n');
  return {
    ...rig,
    resume: (words = '', options = {}) => rig.run([{ text: 'gone on' }], { command: 'resume', words, ...options }),
    add: (n, days, text, more = {}) =>
      addAged(rig.home, n, days, { meta: { source: 'cli', cwd: rig.work, ...more }, entries: unmarkedTurn(text) }),
  };
}

/** What a home may hold: wide, joined, bidirectional and hostile text, a fork, a damaged file, an archived one, other folders. */
export function fillHome({ home, work, add }: Pick<PickerRig, 'home' | 'work' | 'add'>): void {
  add(1, 1, 'fix the flaky test', { git: { branch: 'main' } });
  add(2, 2, '日本語のメッセージ 👩‍👩‍👧 and more', { git: { branch: 'feature/日本' } });
  add(3, 3, 'שלום עולם, مرحبا', { forked_from_id: idOf(1) });
  add(4, 4, 'a\u001b[31mred\u001b[2J\u001b]0;title\u0007 \u202egnp.exe \ud800 lone\nsecond line');
  add(5, 5, 'of another folder', { cwd: join(work, 'other') });
  add(6, 6, 'of a robot', { source: 'exec' });
  addAged(home, 7, 7, { archived: true, meta: { source: 'cli', cwd: work }, entries: turn('put away') });
  damage(home, 8, work);
  home.names({ [idOf(3)]: 'a \u001b[31mname\u202e with hooks' });
  // So that Codex is known to take locks here, and what has none is known to be free.
  home.write('thread-writer-locks/.coordination.lock', '');
  home.write('thread_history_1.sqlite', '');
}

function damage(home: TestHome, n: number, cwd: string): void {
  const lines = [record.meta(idOf(n), { source: 'cli', cwd }), ...turn('torn')]
    .map(([type, payload]) => JSON.stringify({ timestamp: '2026-01-02T03:04:05.678Z', type, payload }))
    .join('\n');
  home.rollout(idOf(n), `${lines}\n{"timestamp":"2026-01-02T03:04:06`);
}
