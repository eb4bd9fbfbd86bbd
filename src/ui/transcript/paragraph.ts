/**
 * What a renderer returns: text as recorded, with styles, and a lead that is ours. Nothing here is escaped, wrapped or
 * coloured yet; `rows.ts` escapes and wraps, in one place, every paragraph. So a renderer cannot leak a control character.
 */
export interface Paragraph {
  lead: Lead;
  /** May hold LF and TAB: each LF begins a new row under the lead. */
  text: Span[];
  /** The last row is filled up to the right margin. */
  rule?: true;
}

export interface Span {
  text: string;
  style?: Style;
  /** Here something was left out that is shown on request. */
  more?: true;
  /** Of what is searched for, counted from 0 within a block. */
  hit?: number;
}

/**
 * What stands before the rows of a paragraph. Recorded text never reaches the first column, so that a message cannot
 * pass for a command, and an output not for an exit code.
 */
export interface Lead {
  first: string;
  /** Before the rows after the first. */
  rest: string;
  style?: Style;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'italic' | 'underline';

export const leads = {
  user: { first: '> ', rest: '  ', style: 'cyan' },
  agent: { first: '• ', rest: '  ' },
  thought: { first: '~ ', rest: '  ', style: 'dim' },
  shell: { first: '$ ', rest: '  ', style: 'bold' },
  tool: { first: '→ ', rest: '  ', style: 'bold' },
  diff: { first: '± ', rest: '  ', style: 'bold' },
  /** A result that does not stand under its call. */
  back: { first: '← ', rest: '  ', style: 'dim' },
  quote: { first: '│ ', rest: '│ ', style: 'dim' },
  change: { first: '╎ ', rest: '╎ ', style: 'dim' },
  omission: { first: '┆ ', rest: '┆ ', style: 'dim' },
  outcome: { first: '└ ', rest: '  ', style: 'dim' },
  note: { first: '· ', rest: '  ', style: 'dim' },
  alarm: { first: '! ', rest: '  ', style: 'red' },
  unknown: { first: '? ', rest: '  ', style: 'dim' },
  indent: { first: '  ', rest: '  ' },
  rule: { first: '── ', rest: '   ', style: 'dim' },
} satisfies { [name: string]: Lead };

export function paragraph(lead: Lead, ...text: (Span | string)[]): Paragraph {
  return { lead, text: text.map((span) => (typeof span === 'string' ? { text: span } : span)) };
}

export function span(text: string, style?: Style): Span {
  return style ? { text, style } : { text };
}

/** As `span`, where what it says is not all. */
export function partial(text: string, style?: Style): Span {
  return { ...span(text, style), more: true };
}
