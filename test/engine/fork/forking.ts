import { readFileSync } from 'node:fs';
import { systemClock } from '../../../src/base/clock.ts';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import type { ForkPoint } from '../../../src/engine/fork/fork-point.ts';
import { type ForkOptions, forkSession } from '../../../src/engine/fork.ts';
import { reconstruct } from '../../../src/engine/reconstruct.ts';
import { homeAt } from '../../../src/store/home.ts';
import { type Entry, idOf, record, type TestHome } from '../../builders.ts';

/** The session that is forked. */
export const id = idOf(1);
export const last: ForkPoint = { kind: 'last' };
export const at = (number: number): ForkPoint => ({ kind: 'end-of', turn: number });

/** A turn as Codex records it since 0.149. */
export const taskOf = (name: string): Entry[] => [
  record.started(name),
  record.userItem(`${name}?`),
  record.completed({ type: 'UserMessage', id: name, content: [{ type: 'text', text: `${name}?` }] }),
  record.agentItem(`${name}!`),
  record.complete(name),
];

/** Forks it, and reads what came of it. */
export async function fork(
  home: TestHome,
  point: ForkPoint,
  { of = id, ...more }: Partial<ForkOptions> & { of?: string } = {},
) {
  const catalog = await loadCatalog(homeAt(home.path));
  const forked = await forkSession(catalog, of, {
    ...{ point, method: null, cwd: null, fallbackCwd: '/', version: '9.9.9', clock: systemClock },
    ...{ signal: new AbortController().signal, report: () => {}, ...more },
  });
  const child = await reconstruct(catalog, forked.threadId, { report: () => {} });
  return { forked, child, content: readFileSync(forked.path, 'utf8') };
}

// biome-ignore lint/suspicious/noExplicitAny: lines are looked at as they are
export function linesOf(content: string): any[] {
  return content
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** What the user said. */
export function saidIn(items: readonly { [key: string]: unknown }[]): string[] {
  const users = items.filter(({ role }) => role === 'user');
  return users.map(({ content }) => (content as { text: string }[]).map(({ text }) => text).join('\n'));
}
