import { scanJson } from '../../format/scan-json.ts';

/** The members of a JSON object with their texts, byte for byte; the last one of a key that stands twice. */
export function memberTexts(text: string): Map<string, string> {
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.POSITIVE_INFINITY });
  return new Map(
    members.map(({ keyStart, keyEnd, valueStart, valueEnd }) => [
      JSON.parse(bytes.toString('utf8', keyStart - 1, keyEnd + 1)) as string,
      bytes.toString('utf8', valueStart, valueEnd),
    ]),
  );
}
