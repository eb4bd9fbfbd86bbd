import { type CodexNews, codexDatabaseStamp, readCodexNews } from '../../index/codex-db.ts';
import type { Settings } from '../../index/settings.ts';
import type { Home } from '../../store/home.ts';
import { readNameIndex } from '../../store/name-index.ts';

/**
 * The same names as `readNames`, and the threads that Codex wrote to since the last call. What its database says is
 * remembered until that file changes: it holds every thread that Codex knows, and reading it whole would take longer than
 * everything else.
 *
 * @param now milliseconds since the epoch, from before the call
 */
export async function readNewsOnce(
  home: Home,
  settings: Settings,
  now: number,
  onTrouble: (message: string) => void,
): Promise<CodexNews> {
  const news: CodexNews = { names: new Map(), written: [] };
  const stamp = codexDatabaseStamp(home.path);
  const remembered = settings.get('codex') as Remembered | undefined;
  if (remembered?.stamp === stamp) for (const [id, name] of remembered.names) news.names.set(id, name);
  else {
    try {
      // An index that has seen no database yet has just seen every file.
      const since = remembered ? Math.min(remembered.readAt, now) / 1000 - SLACK_SECONDS : Number.MAX_SAFE_INTEGER;
      const { names, written } = await readCodexNews(home.path, since);
      for (const [id, name] of names) news.names.set(id, name);
      news.written.push(...written);
      settings.set('codex', { stamp, readAt: now, names: [...names] } satisfies Remembered);
    } catch (error) {
      onTrouble(`names in Codex's own database are left out: ${(error as Error).message}`);
    }
  }
  for (const [id, name] of await readNameIndex(home)) news.names.set(id, name);
  return news;
}

interface Remembered {
  stamp: string;
  /** Milliseconds since the epoch. */
  readAt: number;
  names: [string, string][];
}

/** Codex takes the time of a thread from its file or from a clock of its own, in whole seconds. */
const SLACK_SECONDS = 10;
