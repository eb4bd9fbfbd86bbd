/** An asciicast as a player understands it: texts and the seconds from the beginning at which they appear. */
export interface CastContent {
  version: number;
  columns: number;
  rows: number;
  header: { [key: string]: unknown };
  output: { at: number; text: string }[];
  markers: { at: number; label: string }[];
  exit: string | null;
}

/**
 * Reads an asciicast as https://docs.asciinema.org/manual/asciicast/ describes it, versions 2 and 3.
 *
 * @throws Error for anything that the description does not allow
 */
export function readCast(bytes: Buffer | string): CastContent {
  const text = typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const [first = '', ...rest] = text.slice(0, -1).split('\n');
  const header = JSON.parse(first);
  const { version } = header;
  if (version !== 2 && version !== 3) throw new Error(`version ${version}`);
  const { cols: columns, rows } = version === 3 ? header.term : { cols: header.width, rows: header.height };
  for (const size of [columns, rows]) if (!(Number.isInteger(size) && size > 0)) throw new Error('no size');
  checkOptional(header);
  const content: CastContent = { version, columns, rows, header, output: [], markers: [], exit: null };
  let now = 0;
  for (const line of rest) {
    if (version === 3 && line.startsWith('#')) continue;
    const event = JSON.parse(line);
    if (!Array.isArray(event) || event.length !== 3) throw new Error(`no event: ${line}`);
    const [time, code, data] = event;
    if (typeof time !== 'number' || time < 0) throw new Error(`no time: ${line}`);
    if (typeof data !== 'string') throw new Error(`no text: ${line}`);
    if (content.exit !== null) throw new Error('something behind the end');
    const at = version === 3 ? Math.round((now + time) * 1e6) / 1e6 : time;
    if (at < now) throw new Error('time goes back');
    now = at;
    if (code === 'o') content.output.push({ at, text: data });
    else if (code === 'm') content.markers.push({ at, label: data });
    else if (code === 'x' && version === 3 && /^\d+$/.test(data)) content.exit = data;
    else throw new Error(`an event of the code ${code}`);
  }
  return content;
}

function checkOptional(header: { [key: string]: unknown }): void {
  const { timestamp, idle_time_limit: limit, title, command } = header;
  const isWhole = timestamp === undefined || (Number.isInteger(timestamp) && (timestamp as number) >= 0);
  if (!isWhole) throw new Error(`timestamp ${timestamp}`);
  if (limit !== undefined && !((limit as number) > 0)) throw new Error(`idle_time_limit ${limit}`);
  for (const text of [title, command]) {
    if (text !== undefined && typeof text !== 'string') throw new Error('a text of the header that is none');
  }
}

/** What of a text acts on a terminal, apart from the colours and ends of lines that this program uses itself. */
export function actingCharacters(text: string): string[] {
  const rest = text.replaceAll(/\u001b\[(?:1|2|22|3[1236]|39)m/g, '').replaceAll('\r\n', '');
  const acting = /[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;
  return [...rest.matchAll(acting)].map(([character]) => `U+${character.codePointAt(0)?.toString(16)}`);
}
