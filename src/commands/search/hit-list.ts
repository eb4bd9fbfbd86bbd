import { oneLine } from '../../base/safe-text.ts';
import type { SearchHit } from '../../engine/search/hit.ts';
import type { Colours } from '../../ui/colour.ts';

/** Hits as people read them: a line for each session, and below it one for each hit, with the matches marked. */
export function createHitList({ colours }: { colours: Colours }): (hit: SearchHit) => string {
  let last: string | null = null;
  return (hit) => {
    const session = hit.thread_id ?? hit.path;
    const isNew = session !== last;
    const head = isNew ? `${last === null ? '' : '\n'}${colours.bold(oneLine(session))}${whenOf(hit)}\n` : '';
    last = session;
    const place = hit.turn > 0 ? `turn ${hit.turn}` : `line ${hit.line}`;
    return `${head}  ${colours.dim(`${place} ${hit.field}:`)} ${marked(hit, colours)}\n`;
  };
}

function whenOf({ timestamp }: SearchHit): string {
  return timestamp === null ? '' : `  ${timestamp.slice(0, 10)}`;
}

/** Each piece is made safe by itself, so that the marks stand where the matches are. */
function marked({ snippet, matches }: SearchHit, colours: Colours): string {
  const characters = [...snippet];
  let text = '';
  let at = 0;
  for (const { start, end } of matches) {
    if (start < at) continue;
    text += oneLine(characters.slice(at, start).join(''));
    text += colours.bold(colours.red(oneLine(characters.slice(start, end).join(''))));
    at = end;
  }
  return text + oneLine(characters.slice(at).join(''));
}
