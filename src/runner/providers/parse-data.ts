import { defaultLimits } from '../../format/limits.ts';
import { scanJson } from '../../format/scan-json.ts';
import { BrokenAnswer } from './failed.ts';

/** Below the bounds of a line in a rollout, whose record is laid around the item that an event brings. */
const most = { depth: defaultLimits.depth - 12, values: defaultLimits.values - 50_000 };

/**
 * The JSON object that the data of one event is. It is looked over before it is parsed, because a few bytes of nesting can
 * take a hundred times their size. Throws `BrokenAnswer`: `limit` for what no rollout could hold, else `stream`.
 */
export function parseData(data: string, maxBytes: number): Record<string, unknown> {
  const bytes = Buffer.from(data);
  if (bytes.length > maxBytes) throw new BrokenAnswer('limit', `an event of more than ${maxBytes} bytes`);
  const scan = scanJson(bytes, 0, bytes.length, { maxDepth: most.depth, maxValues: most.values });
  if (scan.tooDeep) throw new BrokenAnswer('limit', `an event that nests more than ${most.depth} deep`);
  if (scan.tooMany) throw new BrokenAnswer('limit', `an event of more than ${most.values} values`);
  const value = parseOrNull(data);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new BrokenAnswer('stream', 'the server sent an event that is no JSON object');
  }
  return value as Record<string, unknown>;
}

function parseOrNull(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
