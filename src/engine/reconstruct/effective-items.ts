import type { ModelItem } from '../../model/history.ts';
import type { Report } from '../problem.ts';
import { pairCalls } from './call-outputs.ts';
import { compactedMessages } from './compacted-messages.ts';
import { isContextualDeveloper, isContextualUser, isMessage, isUserBoundary } from './contextual.ts';
import { toModelItem } from './model-item.ts';
import { UnreadLine } from './unread-line.ts';

/** The items in effect, while the records of a thread go by: what was said, less what was compacted and rolled back. */
export class EffectiveItems {
  #entries: Entry[] = [];

  /** @param turn the recorded turn that it belongs to */
  add(item: ModelItem | UnreadLine, turn: number): void {
    this.#entries.push({ item, turn });
  }

  /** A compaction that records only its summary. */
  summarise(summary: string, turn: number): void {
    const items = this.#entries.flatMap(({ item }) => (item instanceof UnreadLine ? [] : [item]));
    this.replace(compactedMessages(items, summary), turn);
  }

  /** A compaction that records the history it leaves. */
  replace(items: readonly ModelItem[], turn: number): void {
    this.#entries = items.map((item) => ({ item, turn }));
  }

  /**
   * Drops the last turns of the user's, and the context that was sent ahead of the first of them. What stands before the
   * very first turn of the session stays.
   *
   * @returns the last recorded turn that something of the user's is left of; 0 for none; null when nothing was dropped
   */
  rollBack(turns: number): number | null {
    const starts = this.#entries.flatMap(({ item }, index) => (isStart(item) ? [index] : []));
    const first = starts[0];
    if (first === undefined || !(turns > 0)) return null;
    let cut = starts[Math.max(0, starts.length - turns)] as number;
    while (cut > first && isContext((this.#entries[cut - 1] as Entry).item)) cut--;
    this.#entries.length = cut;
    const last = starts.filter((start) => start < cut).at(-1);
    return last === undefined ? 0 : (this.#entries[last] as Entry).turn;
  }

  /** The last one that says something; context does not. */
  get last(): ModelItem | UnreadLine | null {
    return this.#entries.findLast(({ item }) => !isContext(item))?.item ?? null;
  }

  /** What a request begins with. */
  toItems(report: Report): ModelItem[] {
    const read = this.#entries.flatMap(({ item }) => (item instanceof UnreadLine ? readItem(item, report) : [item]));
    return pairCalls(read);
  }
}

interface Entry {
  item: ModelItem | UnreadLine;
  turn: number;
}

function readItem(line: UnreadLine, report: Report): ModelItem[] {
  const record = line.read(report);
  const item = record && toModelItem(record.payload, () => record.payloadText());
  return item ? [item] : [];
}

/** Whether it is an answer of the model's in words. */
export function isSaidByModel(item: ModelItem | UnreadLine): boolean {
  return item instanceof UnreadLine ? item.isAnswer : isMessage(item, 'assistant');
}

function isStart(item: Entry['item']): boolean {
  return !(item instanceof UnreadLine) && isUserBoundary(item);
}

/** Whether it is context that Codex put there, and not said by anybody. */
export function isContext(item: ModelItem | UnreadLine): boolean {
  if (item instanceof UnreadLine) return false;
  if (isMessage(item, 'developer')) return isContextualDeveloper(item);
  return isMessage(item, 'user') && isContextualUser(item);
}
