import { oneLine } from '../../base/safe-text.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import type { SessionState, Usage } from './state.ts';

/** How things stand, in one line: the less room there is, the more of the less important is left out. */
export function statusLine({ session, branch, usage }: SessionState, columns: number): string {
  if (!session) return truncate('no session is open', columns);
  const { facts, name } = session;
  const parts: Part[] = [
    { text: facts.model, worth: 9 },
    { text: facts.provider === facts.model ? '' : facts.provider, worth: 1 },
    { text: facts.sandbox, worth: 8 },
    { text: facts.approvals, worth: 6 },
    { text: branch ?? '', worth: 5 },
    { text: shortFolder(facts.cwd), worth: 2 },
    { text: usage.total === null ? '' : `${shortAmount(usage.total)} tokens`, worth: 4 },
    { text: contextLeft(usage) ?? '', worth: 7 },
    { text: name ?? '', worth: 3 },
  ];
  const shown = parts.flatMap(({ text, worth }) =>
    text === '' ? [] : [{ text: truncate(oneLine(text), longest), worth }],
  );
  while (shown.length > 1 && displayWidth(join(shown)) > columns) {
    const least = Math.min(...shown.map(({ worth }) => worth));
    shown.splice(
      shown.findIndex(({ worth }) => worth === least),
      1,
    );
  }
  return truncate(join(shown), columns);
}

interface Part {
  text: string;
  worth: number;
}

function join(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(' · ');
}

/** `84% left`; null where it cannot be known. */
export function contextLeft({ context, window }: Usage): string | null {
  if (context === null || !window) return null;
  return `${Math.max(0, Math.round(100 - (100 * context) / window))}% left`;
}

/** `950`, `12.3k`, `1.2M`. */
export function shortAmount(amount: number): string {
  if (amount < 1000) return String(amount);
  const [unit, size] = amount < 999_950 ? ['k', 1000] : ['M', 1_000_000];
  const value = amount / (size as number);
  return `${value < 100 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** The end of a path tells more than its beginning. */
function shortFolder(path: string): string {
  const parts = path.split('/');
  return parts.length <= 4 ? path : `…/${parts.slice(-2).join('/')}`;
}

const longest = 40;
