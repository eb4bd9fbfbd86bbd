import { keyIs, type Member, scanJson } from './scan-json.ts';

/**
 * The text of a JSON object with some of its members changed; all others stay byte for byte. What was not there is put
 * behind what was.
 *
 * @param changes for each key the JSON text of its new value; null takes the member away
 */
export function spliceObject(text: string, changes: ReadonlyMap<string, string | null>): string {
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.POSITIVE_INFINITY });
  const left = new Map(changes);
  const written: string[] = [];
  const keyOf = (member: Member) => [...changes.keys()].find((key) => keyIs(bytes, member, key));
  for (const member of members) {
    const key = keyOf(member);
    if (key === undefined) written.push(bytes.toString('utf8', member.keyStart - 1, member.valueEnd));
    else if (left.has(key)) {
      const value = left.get(key);
      // A key that stands twice is written once.
      left.delete(key);
      if (value !== null) written.push(`${JSON.stringify(key)}:${value}`);
    }
  }
  for (const [key, value] of left) if (value !== null) written.push(`${JSON.stringify(key)}:${value}`);
  return `{${written.join(',')}}`;
}
