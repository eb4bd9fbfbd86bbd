import { scanJson } from './scan-json.ts';

/**
 * Whether a key stands twice in an object of a JSON text, at any depth. Programs differ in which of them they read: what is evidence
 * must not say one thing to one of them, and something else to another.
 */
export function hasRepeatedKey(text: string): boolean {
  const bytes = Buffer.from(text);
  const { duplicateKey } = scanJson(bytes, 0, bytes.length, {
    maxDepth: Number.POSITIVE_INFINITY,
    findDuplicates: true,
  });
  return duplicateKey != null;
}
