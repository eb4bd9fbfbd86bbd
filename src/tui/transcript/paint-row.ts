import type { Colours } from '../../ui/colour.ts';
import type { Style } from '../../ui/transcript/paragraph.ts';
import type { PageRow } from '../../ui/transcript/rows.ts';

export interface Paint {
  colours: Colours;
  /** All in one faint style. */
  isDimmed?: boolean;
  /** The hit that one stands at. */
  hit?: number | null;
}

/** A row with its colours. What was searched for is shown inverse, also where there are no colours. */
export function paintRow(
  { lead, style, spans, fill }: PageRow,
  { colours, isDimmed = false, hit = null }: Paint,
): string {
  const ink = (text: string, wanted: Style | undefined) => {
    const chosen = isDimmed ? 'dim' : wanted;
    return chosen && text ? colours[chosen](text) : text;
  };
  let out = ink(lead, style);
  for (const span of spans) {
    if (span.hit === undefined) out += ink(span.text, span.style);
    else out += inverse(span.hit === hit ? colours.yellow(span.text) : span.text);
  }
  return fill === '' ? out : out + ink(fill, style);
}

/** Whether nothing is coloured. */
export function isPlain(colours: Colours): boolean {
  return colours.bold('x') === 'x';
}

export function inverse(text: string): string {
  return `\u001b[7m${text}\u001b[27m`;
}
