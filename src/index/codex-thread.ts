import { findCodexDatabase, withDatabase } from './codex-db.ts';

/** What the real Codex knows of a thread, for a session_meta that is missing. */
export interface CodexFacts {
  createdMs: number | null;
  cwd: string | null;
  originator: string | null;
  cliVersion: string | null;
  /** `cli`, `exec`, …, or an object for sub-agents. */
  source: unknown;
  modelProvider: string | null;
  memoryMode: string | null;
}

/**
 * A row of the real Codex's `threads`. The home is not touched.
 *
 * @returns null where there is no database, or no such row
 * @throws Error when there is a database and it cannot be read
 */
export async function readCodexThread(home: string, threadId: string): Promise<CodexFacts | null> {
  const path = findCodexDatabase(home);
  if (!path) return null;
  return withDatabase(path, (database) => {
    const row = database.prepare('SELECT * FROM threads WHERE id = ?').get(threadId) as
      | { [column: string]: unknown }
      | undefined;
    if (!row) return null;
    const textOf = (column: string) => (typeof row[column] === 'string' && row[column] !== '' ? row[column] : null);
    const numberOf = (column: string) => (typeof row[column] === 'number' && row[column] > 0 ? row[column] : null);
    const seconds = numberOf('created_at');
    return {
      createdMs: numberOf('created_at_ms') ?? (seconds === null ? null : seconds * 1000),
      cwd: textOf('cwd'),
      originator: textOf('originator'),
      cliVersion: textOf('cli_version'),
      source: sourceOf(textOf('source')),
      modelProvider: textOf('model_provider'),
      memoryMode: textOf('memory_mode'),
    };
  });
}

/** An object is stored as its text. */
function sourceOf(text: string | null): unknown {
  if (!text?.startsWith('{')) return text === 'unknown' ? null : text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
