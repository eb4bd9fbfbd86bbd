import { oneLine } from '../../base/safe-text.ts';
import type { KeptReason } from '../../engine/trash/restored.ts';

/** Why something stays in the trash; safe for a terminal. */
export function explain({ code, detail }: KeptReason): string {
  const what = oneLine(detail);
  switch (code) {
    case 'damaged':
      return `stays in the trash: it is not what it was when it was removed (${what})`;
    case 'taken':
      return `stays in the trash: there is a file already (${what})`;
    case 'changed':
      return `stays in the trash: it changed in the very moment (${what})`;
    case 'open':
      return `stays in the trash: ${what}`;
    case 'needs':
      return `stays in the trash, because ${what} does, which belongs to it`;
    case 'replaced-since':
      return `the original stays in the trash: what replaced it was changed or moved since (${what})`;
    case 'held':
      return `the original stays in the trash: the session is held as it is (${what})`;
    case 'referenced':
      return `the original stays in the trash: ${what}`;
    case 'purged':
      return what;
  }
}
