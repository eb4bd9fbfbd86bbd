import { count } from '../../base/amounts.ts';
import { escapeForTerminal } from '../../base/safe-text.ts';
import type { TranscriptBlock } from './blocks.ts';

/** What of a block is copied: what was said or put out, without what is drawn around it. Safe to be pasted into a terminal. */
export function plainText({ paragraphs }: TranscriptBlock): string {
  return escapeForTerminal(paragraphs.map(({ text }) => text.map((span) => span.text).join('')).join('\n'));
}

/** What asks a terminal to put a text on the clipboard (OSC 52), and what is said of it. Terminals take no more than some 100 KB. */
export function clipboardSequence(text: string): { sequence: string; notice: string } {
  const base64 = Buffer.from(text).toString('base64');
  const lines = count(text.split('\n').length, 'line');
  if (base64.length > mostBase64) {
    return { sequence: '', notice: `too long for the clipboard: ${lines}, ${count(text.length, 'character')}` };
  }
  return { sequence: `\u001b]52;c;${base64}\u0007`, notice: `copied ${lines}, if the terminal allows it` };
}

const mostBase64 = 100_000;
