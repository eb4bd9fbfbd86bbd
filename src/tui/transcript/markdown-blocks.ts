import type { Lead } from '../../ui/transcript/paragraph.ts';
import type { MarkdownLine } from './markdown-lines.ts';
import { atLevel, type ListLevel, listItem } from './markdown-lists.ts';
import { addCells, isDelimiter, splitCells, type Table } from './markdown-table.ts';

/** A part of a text that does not change any more, whatever follows. None is longer than a few thousand characters. */
export type MarkdownBlock = Place &
  ({ kind: 'text' | 'heading' | 'code' | 'fence'; text: string } | { kind: 'table'; table: Table } | { kind: 'rule' });

interface Place {
  /** A blank line stands before it. */
  gap: boolean;
  lead: Lead;
}

type Open = Place & { quote: number } & (
    | { kind: 'text'; lines: string[]; size: number }
    | { kind: 'fence'; marks: string; indent: number }
    | { kind: 'table'; table: Table }
  );

/** Makes blocks of lines. What is not finished can be looked at with a copy. */
export class MarkdownBlocks {
  #open: Open | null = null;
  #lists: ListLevel[] = [];
  #isBlank = false;
  #isEmpty = true;
  #quote = 0;

  /** Gives the blocks that are finished with this line. */
  push({ text, isPiece }: MarkdownLine): MarkdownBlock[] {
    const done: MarkdownBlock[] = [];
    if (isPiece) this.#goOn(text, done);
    else if (this.#open?.kind !== 'fence' || !this.#inFence(text, this.#open, done)) this.#line(text, done);
    return done;
  }

  flush(): MarkdownBlock[] {
    const done: MarkdownBlock[] = [];
    this.#close(done);
    return done;
  }

  copy(): MarkdownBlocks {
    const copy = new MarkdownBlocks();
    copy.#open = this.#open && copyOf(this.#open);
    copy.#lists = [...this.#lists];
    copy.#isBlank = this.#isBlank;
    copy.#isEmpty = this.#isEmpty;
    copy.#quote = this.#quote;
    return copy;
  }

  #line(whole: string, done: MarkdownBlock[]): void {
    const { text, quote } = unquote(whole, mostQuotes);
    if (quote !== this.#quote) {
      // A line without a mark goes on with what was quoted, but a list does not go across.
      if (this.#open?.kind !== 'text' || quote > this.#quote || startsBlock(text)) {
        this.#close(done);
        this.#lists = [];
        this.#quote = quote;
      }
    }
    if (text.trim() === '') {
      this.#close(done);
      this.#isBlank = true;
      if (quote === 0) this.#quote = 0;
      return;
    }
    this.#content(text, done);
    this.#isBlank = false;
  }

  #content(text: string, done: MarkdownBlock[]): void {
    const indent = indentOf(text);
    if (this.#isBlank) this.#lists = atLevel(this.#lists, indent);
    const body = text.trim();
    if (this.#addToTable(body, done)) return;
    const item = isRule(body) ? null : listItem(text, this.#lists);
    if (item) {
      this.#close(done);
      this.#lists = item.lists;
      this.#inItem(item.text, item.lead, done);
      return;
    }
    if (this.#addBlock(text, body, done)) return;
    const inList = this.#lists.at(-1)?.width ?? 0;
    if (indent >= inList + 4 && this.#open === null && (this.#isBlank || this.#isEmpty)) {
      done.push({ ...this.#place(this.#lead()), kind: 'code', text: text.slice(inList) });
    } else this.#addText(body, done);
  }

  #inItem(text: string, lead: Lead, done: MarkdownBlock[]): void {
    const place = this.#place(this.#lead(lead));
    const fence = fenceOf(text);
    if (!fence && !isRule(text)) {
      this.#open = { ...place, quote: this.#quote, kind: 'text', lines: [text], size: text.length };
      return;
    }
    done.push({ ...place, kind: 'text', text: '' });
    this.#addBlock(text, text, done);
  }

  /** Headings, rules and the beginnings of code, which are known by their line. */
  #addBlock(text: string, body: string, done: MarkdownBlock[]): boolean {
    const fence = fenceOf(body);
    if (!fence && !isHeading(body) && !isRule(body)) return false;
    this.#close(done);
    const place = this.#place(this.#lead());
    if (fence) {
      done.push({ ...place, kind: 'fence', text: body });
      this.#open = { ...place, gap: false, quote: this.#quote, kind: 'fence', marks: fence, indent: indentOf(text) };
    } else if (isRule(body)) done.push({ ...place, kind: 'rule' });
    else done.push({ ...place, kind: 'heading', text: body });
    return true;
  }

  #addText(body: string, done: MarkdownBlock[]): void {
    if (this.#open?.kind !== 'text') {
      this.#close(done);
      this.#open = { ...this.#place(this.#lead()), quote: this.#quote, kind: 'text', lines: [], size: 0 };
    }
    const open = this.#open as Open & { kind: 'text' };
    if (isDelimiter(body) && this.#beginTable(open, body, done)) return;
    open.lines.push(body);
    open.size += body.length;
    if (open.size > mostText || open.lines.length >= mostLines) this.#close(done);
  }

  /** The line before was its head. */
  #beginTable(open: Open & { kind: 'text' }, delimiter: string, done: MarkdownBlock[]): boolean {
    const head = splitCells(open.lines.at(-1) ?? '');
    const marks = splitCells(delimiter);
    if (head.length !== marks.length || !(open.lines.at(-1) ?? '').includes('|')) return false;
    open.lines.pop();
    const isAlone = open.lines.length === 0;
    const rest = { ...open.lead, first: open.lead.rest };
    if (!isAlone) this.#close(done);
    const place = isAlone ? { gap: open.gap, lead: open.lead } : { gap: false, lead: rest };
    this.#open = {
      ...{ ...place, quote: this.#quote, kind: 'table' },
      table: { head, marks, rows: [], like: null },
    };
    return true;
  }

  #addToTable(body: string, done: MarkdownBlock[]): boolean {
    const open = this.#open;
    if (open?.kind !== 'table') return false;
    if (!body.includes('|')) {
      this.#close(done);
      return false;
    }
    addCells(open.table, body);
    if (open.table.rows.length < mostRows) return true;
    this.#close(done);
    const { table, lead } = open;
    const rest = { ...lead, first: lead.rest };
    this.#open = { ...open, gap: false, lead: rest, table: { ...table, rows: [], like: table.like ?? table } };
    return true;
  }

  /** Whether the line belongs to the code. */
  #inFence(whole: string, open: Open & { kind: 'fence' }, done: MarkdownBlock[]): boolean {
    const { text, quote } = unquote(whole, open.quote);
    if (quote < open.quote) {
      this.#open = null;
      return false;
    }
    const body = text.trim();
    const isEnd = body.startsWith(open.marks) && body === (open.marks[0] as string).repeat(body.length);
    const shown = text.slice(Math.min(open.indent, indentOf(text)));
    const rest = { ...open.lead, first: open.lead.rest };
    done.push({ gap: false, lead: rest, ...(isEnd ? { kind: 'fence', text: body } : { kind: 'code', text: shown }) });
    if (isEnd) this.#open = null;
    return true;
  }

  #goOn(text: string, done: MarkdownBlock[]): void {
    const isCode = this.#open?.kind === 'fence';
    const lead = this.#open?.lead ?? this.#lead();
    if (!isCode) this.#close(done);
    done.push({ gap: false, lead: { ...lead, first: lead.rest }, kind: isCode ? 'code' : 'text', text });
  }

  #lead(own: Lead | null = null): Lead {
    const bars = '│ '.repeat(this.#quote);
    const rest = bars + ' '.repeat(this.#lists.at(-1)?.width ?? 0);
    const lead = own ? { first: bars + own.first, rest } : { first: rest, rest };
    return this.#quote > 0 ? { ...lead, style: 'dim' } : lead;
  }

  #place(lead: Lead): Place {
    const gap = this.#isBlank && !this.#isEmpty;
    this.#isBlank = false;
    this.#isEmpty = false;
    return { gap, lead };
  }

  #close(done: MarkdownBlock[]): void {
    const open = this.#open;
    this.#open = null;
    if (!open) return;
    const { gap, lead } = open;
    if (open.kind === 'text') done.push({ gap, lead, kind: 'text', text: open.lines.join('\n') });
    if (open.kind === 'table' && (open.table.like === null || open.table.rows.length > 0)) {
      done.push({ gap, lead, kind: 'table', table: open.table });
    }
  }
}

function copyOf(open: Open): Open {
  if (open.kind === 'text') return { ...open, lines: [...open.lines] };
  return open.kind === 'table' ? { ...open, table: { ...open.table, rows: [...open.table.rows] } } : { ...open };
}

function unquote(whole: string, most: number): { text: string; quote: number } {
  let text = whole;
  let quote = 0;
  for (let found = quoteMark.exec(text); found && quote < most; found = quoteMark.exec(text), quote++) {
    text = text.slice(found[0].length);
  }
  return { text, quote };
}

const quoteMark = /^ {0,3}> ?/;

function startsBlock(text: string): boolean {
  const body = text.trim();
  return body === '' || fenceOf(body) !== null || isHeading(body) || isRule(body) || listItem(text, []) !== null;
}

function indentOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (character === ' ') columns++;
    else if (character === '\t') columns += 4;
    else break;
  }
  return columns;
}

function fenceOf(body: string): string | null {
  const marks = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(body);
  return marks?.[0] ?? null;
}

function isHeading(body: string): boolean {
  return /^#{1,6}(?:\s|$)/.test(body);
}

function isRule(body: string): boolean {
  return /^(?:-[ \t]*){3,}$|^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$/.test(body);
}

const mostQuotes = 4;
const mostText = 4096;
const mostLines = 100;
const mostRows = 64;
