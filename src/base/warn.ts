import type { Place } from './failure.ts';
import type { Io } from './io.ts';
import { oneLine } from './safe-text.ts';

/** One line of talk on stderr, `sessions: message`, safe for a terminal. */
export async function warn(io: Io, message: string, place: Place = {}): Promise<void> {
  await io.stderr.write(`sessions: ${describePlace(place)}${oneLine(message)}\n`);
}

/** `file:line (byte N): `, or as much of it as is known; safe for a terminal. */
export function describePlace({ file, line, offset }: Place): string {
  const where = [
    file === undefined ? '' : oneLine(file),
    line === undefined ? '' : file === undefined ? `line ${line}` : `:${line}`,
    offset === undefined ? '' : ` (byte ${offset})`,
  ].join('');
  return where === '' ? '' : `${where.trimStart()}: `;
}
