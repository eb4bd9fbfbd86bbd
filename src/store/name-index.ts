import { readFileSync, statSync } from 'node:fs';
import type { Home } from './home.ts';

/**
 * Names that users gave to threads, from Codex's `session_index.jsonl`: one `{id, thread_name, updated_at}` a line, appended
 * at each renaming, so the last line of an id wins. Lines that are not that, or have an empty name, are passed over, as Codex
 * does.
 *
 * @returns thread id to name; an empty map where the file is missing or cannot be read
 */
export async function readNameIndex(home: Home): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let text: string;
  try {
    // Opening a pipe would wait for a writer.
    if (!statSync(home.nameIndex).isFile()) return names;
    text = readFileSync(home.nameIndex, 'utf8');
  } catch {
    return names;
  }
  for (const line of text.split('\n')) {
    const entry = parseEntry(line);
    if (entry?.name) names.set(entry.id, entry.name);
  }
  return names;
}

/** A line of the index; null for one that is none. */
export function parseEntry(line: string): { id: string; name: string } | null {
  try {
    const value = JSON.parse(line) as { id?: unknown; thread_name?: unknown } | null;
    if (typeof value?.id !== 'string' || typeof value.thread_name !== 'string') return null;
    return { id: value.id.toLowerCase(), name: value.thread_name };
  } catch {
    return null;
  }
}
