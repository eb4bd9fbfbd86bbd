import { keyIs, scanJson } from '../../format/scan-json.ts';

/** A member of an object as it stands in its text. */
export function memberOf(text: string, key: string): string | undefined {
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.POSITIVE_INFINITY });
  const member = members.findLast((one) => keyIs(bytes, one, key));
  return member && bytes.toString('utf8', member.valueStart, member.valueEnd);
}
