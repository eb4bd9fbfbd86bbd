import { openRollout, type RolloutFile } from '../store/rollout-file.ts';
import { type EventFilter, passes, passesAll } from './event-filter.ts';
import type { Report } from './problem.ts';
import { ofNumbers, ofTypes, selectLines } from './raw-lines.ts';
import { lineInFile, readParts, type ThreadSource } from './read-thread.ts';

/**
 * The content of one file, decompressed, byte for byte: all of it, or the lines that a filter wants. With a filter by type
 * only, the record's own type on disk counts and nothing is parsed.
 *
 * A chunk is valid until the one after the next is asked for, so that it can be written while the next is made.
 */
export async function* readRaw(file: RawFile, filter: EventFilter, report: Report): AsyncGenerator<Buffer> {
  const rollout = await openRollout(file.path, file.isStdin ? { shownAs: '-' } : {});
  try {
    yield* rawChunks(rollout, filter, file.openThread, report);
  } finally {
    await rollout.close();
  }
}

/** The same of a file that is open already. */
export async function* rawChunks(
  rollout: RolloutFile,
  filter: EventFilter,
  openThread: () => Promise<ThreadSource>,
  report: Report,
): AsyncGenerator<Buffer> {
  if (passesAll(filter)) yield* rollout.blocks();
  else if (isByTypeOnly(filter)) yield* selectLines(rollout.blocks(), ofTypes(filter.types.flatMap(typesOnDisk)));
  else yield* selectLines(rollout.blocks(), ofNumbers(await matchingLines(await openThread(), filter)));
  if (!rollout.damage) return;
  const { rule, message, offset } = rollout.damage;
  report({ rule, weight: 'lost', file: rollout.path, line: null, offset, message });
}

export interface RawFile {
  path: string;
  isStdin?: boolean;
  /** The thread that the file is the current one of: it says which turn a line belongs to. */
  openThread(): Promise<ThreadSource>;
}

function isByTypeOnly(filter: EventFilter): boolean {
  if (filter.turns || filter.msgTypes.length > 0 || filter.itemTypes.length > 0) return false;
  return !filter.types.includes('Unknown');
}

/** `ResponseItem` is `response_item` in a rollout, and itself in our own stream. */
function typesOnDisk(type: string): string[] {
  return /^[A-Z]/.test(type) ? [type.replace(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase(), type] : [type];
}

async function matchingLines(source: ThreadSource, filter: EventFilter): Promise<number[]> {
  const numbers: number[] = [];
  for await (const event of readParts(source, () => {})) {
    const line = lineInFile(event);
    if (line !== null && passes(filter, event)) numbers.push(line);
  }
  return numbers;
}
