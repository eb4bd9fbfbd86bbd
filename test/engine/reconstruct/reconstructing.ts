import type { Problem } from '../../../src/engine/problem.ts';
import { fileAlone } from '../../../src/engine/read-thread.ts';
import { reconstruct, reconstructFile } from '../../../src/engine/reconstruct.ts';
import type { History, ModelItem } from '../../../src/model/history.ts';
import {
  type Entry,
  envelope,
  idOf,
  type Lines,
  makeHome,
  type RolloutOptions,
  record,
  type TestHome,
} from '../../builders.ts';
import { catalogOf } from '../reading.ts';

export interface Reconstructed extends History {
  problems: Problem[];
}

export async function stateOf(home: TestHome, id: string, at?: number): Promise<Reconstructed> {
  const problems: Problem[] = [];
  const history = await reconstruct(await catalogOf(home), id, { at, report: (problem) => problems.push(problem) });
  return { ...history, problems };
}

export async function stateOfFile(path: string, at?: number): Promise<Reconstructed> {
  const problems: Problem[] = [];
  const source = { threadId: idOf(1), parts: [fileAlone(path)], openPrefix: null };
  const history = await reconstructFile(source, { at, report: (problem) => problems.push(problem) });
  return { ...history, problems };
}

/** The state of a session of these lines. */
export function stateOfLines(lines: Lines, at?: number, options?: RolloutOptions): Promise<Reconstructed> {
  const home = makeHome();
  home.rollout(idOf(1), lines, options);
  return stateOf(home, idOf(1), at);
}

/** The state of a session of these records, as Codex up to 0.147 writes them. */
export function stateOfRecords(entries: Entry[], at?: number): Promise<Reconstructed> {
  return stateOfLines(envelope(record.meta(idOf(1)), ...entries), at);
}

/** Texts of messages; of other items the type. */
export function texts({ items }: { items: ModelItem[] }): string[] {
  return items.map(({ type, content }) =>
    Array.isArray(content) ? content.map((part) => part.text ?? part.type).join('|') : type,
  );
}

export const developer = (text: string): Entry => [
  'response_item',
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] },
];

/** A compaction that records the history it leaves. */
export const replaced = (...said: string[]): Entry => [
  'compacted',
  { message: '', replacement_history: said.map((text) => record.userItem(text)[1]) },
];

/** A compaction that records its summary only. */
export const summarised = (message: string): Entry => ['compacted', { message }];
