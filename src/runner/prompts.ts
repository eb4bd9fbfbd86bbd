import type { Clock } from '../base/io.ts';
import type { Home } from '../store/home.ts';
import { appendPrompt, readPrompts } from '../store/prompt-history.ts';
import { readHistorySettings } from './config/history-settings.ts';

/** What was typed into screens, Codex's and ours, the newest at the end; each text once, where it stood last. */
export function earlierPrompts(home: Home): string[] {
  const texts = readPrompts(home).filter((text) => text.trim() !== '');
  return [...new Set(texts.reverse())].slice(0, MOST).reverse();
}

interface TypedPrompt {
  threadId: string;
  text: string;
}

/**
 * Remembers what was typed, unless the configuration says that nothing is to be.
 *
 * @param overrides each `KEY=VALUE` of `-c`
 */
export async function rememberPrompt(
  home: Home,
  { threadId, text }: TypedPrompt,
  overrides: readonly string[],
  clock: Clock,
): Promise<void> {
  if (text.trim() === '' || text.length > LONGEST) return;
  const { isKept, maxBytes } = await readHistorySettings(home.path, overrides);
  if (!isKept) return;
  await appendPrompt(home, { threadId, text, at: clock.now() }, maxBytes, { clock, ms: PATIENCE_MS });
}

const MOST = 1000;
/** In UTF-16 units; a longer one would push all others out of reach. */
const LONGEST = 100_000;
const PATIENCE_MS = 1000;
