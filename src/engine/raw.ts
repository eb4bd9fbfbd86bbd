import type { Event } from '../model/event.ts';
import { openRollout } from '../store/rollout-file.ts';
import { type EventFilter, passes, passesAll } from './event-filter.ts';
import type { Report } from './problem.ts';
import { ofNumbers, ofTypes, selectLines } from './raw-lines.ts';
import { fileAlone, readParts } from './read-thread.ts';

/**
 * The content of one file, decompressed, byte for byte: all of it, or the lines that a filter wants. With a filter by type
 * only, the record's own type on disk counts and nothing is parsed.
 *
 * A chunk is valid until the one after the next is asked for, so that it can be written while the next is made.
 */
export async function* readRaw(path: string, filter: EventFilter, report: Report): AsyncGenerator<Buffer> {
  const rollout = await openRollout(path);
  try {
    if (passesAll(filter)) yield* rollout.blocks();
    else if (isByTypeOnly(filter)) yield* selectLines(rollout.blocks(), ofTypes(filter.types.map(typeOnDisk)));
    else yield* selectLines(rollout.blocks(), ofNumbers(await matchingLines(path, filter)));
    if (rollout.damage) {
      const { rule, message, offset } = rollout.damage;
      report({ rule, weight: 'lost', file: path, line: null, offset, message });
    }
  } finally {
    await rollout.close();
  }
}

function isByTypeOnly(filter: EventFilter): boolean {
  if (filter.turns || filter.msgTypes.length > 0 || filter.itemTypes.length > 0) return false;
  return !filter.types.includes('Unknown');
}

/** `ResponseItem` is `response_item` on disk. */
function typeOnDisk(type: string): string {
  return /^[A-Z]/.test(type) ? type.replace(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase() : type;
}

async function matchingLines(path: string, filter: EventFilter): Promise<number[]> {
  const numbers: number[] = [];
  const source = { threadId: null, parts: [fileAlone(path)], openPrefix: null };
  for await (const event of readParts(source, () => {})) {
    if (hasLine(event) && passes(filter, event)) numbers.push(event.line);
  }
  return numbers;
}

function hasLine(event: Event): event is Event & { line: number } {
  return event.line !== undefined && event.synthetic !== true;
}
