/** What the first line of an asciicast says. Texts must be safe to be shown. */
export interface CastHeader {
  version: CastVersion;
  columns: number;
  rows: number;
  /** When the recording began, in milliseconds since the epoch. */
  startMs: number | null;
  title: string | null;
  /** What shows the same. */
  command: string | null;
  /** For the player: it cuts longer pauses to this. */
  idleLimitMs: number | null;
}

export type CastVersion = 2 | 3;

/**
 * Writes an asciicast line by line, without LF: https://docs.asciinema.org/manual/asciicast/v3/ and `v2`. Version 3 counts
 * from event to event, version 2 from the beginning; both in whole milliseconds of one and the same time line.
 */
export function createCast(header: CastHeader): Cast {
  let atMs = 0;
  let writtenMs = 0;

  function event(delayMs: number, code: string, data: string): string {
    atMs += delayMs;
    const nowMs = Math.round(atMs);
    const ms = header.version === 3 ? nowMs - writtenMs : nowMs;
    writtenMs = nowMs;
    return `[${(ms / 1000).toFixed(3)},${JSON.stringify(code)},${JSON.stringify(data)}]`;
  }

  return {
    header: () => JSON.stringify(headerObject(header)),
    output: (delayMs, text) => event(delayMs, 'o', text.replaceAll('\n', '\r\n')),
    marker: (delayMs, label) => event(delayMs, 'm', label),
    end: (exit) => (header.version === 3 ? event(0, 'x', String(exit)) : null),
  };
}

export interface Cast {
  header(): string;
  /** Text that appears `delayMs` after what was written before; its LF becomes CR LF, as a terminal needs it. */
  output(delayMs: number, text: string): string;
  /** A place that players can jump to. */
  marker(delayMs: number, label: string): string;
  /** What stands behind everything else; version 2 has nothing there. */
  end(exit: number): string | null;
}

function headerObject({ version, columns, rows, startMs, title, command, idleLimitMs }: CastHeader): object {
  const size = version === 3 ? { term: { cols: columns, rows } } : { width: columns, height: rows };
  return {
    version,
    ...size,
    // Players read it into a number without sign.
    ...(startMs !== null && startMs >= 0 && { timestamp: Math.floor(startMs / 1000) }),
    ...(idleLimitMs !== null && { idle_time_limit: idleLimitMs / 1000 }),
    ...(command !== null && { command }),
    ...(title !== null && { title }),
  };
}
