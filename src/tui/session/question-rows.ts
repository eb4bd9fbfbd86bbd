import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import { breakLine, expandTabs } from '../../ui/transcript/wrap.ts';
import { composerWidth } from '../composer/composer-view.tsx';
import { layOut } from '../composer/text-rows.ts';
import { whyOf } from './press-in-question.ts';
import type { Asking } from './state.ts';

/** A question as it is laid out between its title and the keys that answer it. */
export interface QuestionRows {
  /** What is to be done. */
  summary: string[];
  /** Where, how far it would reach, and why. */
  facts: string[];
  /** Something that decides is not among them: of what is to be done, where, or how far it reaches. */
  isCut: boolean;
  /** All rows, with the title and the keys, or the line in which a reason is written. */
  total: number;
}

/** @param most rows that there are */
export function questionRows({ question, reason }: Asking, columns: number, most: number): QuestionRows {
  const width = Math.max(8, columns - 2);
  const facts = factsOf(question);
  const around = 1 + (reason ? rowsOfReason(reason, columns) : 1);
  const room = Math.max(2, most - around);
  const whole = facts.flatMap((fact) => rowsOfFact(fact, width).map((row) => `  ${row}`));
  const short = facts.slice(0, Math.max(2, room - 3)).map((fact) => truncate(`  ${fact}`, columns));
  const all = rowsOfSummary(question.summary.slice(0, longest).replace(/\n$/, ''), width);
  const isShort = whole.length + Math.min(all.length, leastOfSummary) > room;
  const shown = isShort ? short : whole;
  const isMuch = question.summary.length > longest;
  const summary = summaryRows(all, isMuch, columns, Math.max(1, room - shown.length));
  // What the agent says of it may be cut, but neither what is to be done nor where.
  const isPlaceCut = [question.cwd, question.sandbox].some((place, at) => {
    const isWhole = isShort
      ? displayWidth(facts[at] as string) <= columns - 2
      : rowsOf(facts[at] as string, width).length <= mostOfFact;
    return place.length > longestFact - 10 || !isWhole;
  });
  const isCut = isMuch || summary.length < all.length || isPlaceCut;
  return { summary, facts: shown, isCut, total: around + summary.length + shown.length };
}

/** Where, how far it reaches, and why. */
function factsOf({ kind, cwd, sandbox, reason }: Asking['question']): string[] {
  const facts = [`in ${cwd}`, `sandbox: ${sandbox}`, ...(reason === null ? [] : [`${whyOf(kind)}: ${reason}`])];
  return facts.map((fact) => oneLine(fact.slice(0, longestFact)));
}

/** Of a text of several rows, what is above and below the one that is shown is counted in rows of their own. */
function rowsOfReason({ text, cursor }: NonNullable<Asking['reason']>, columns: number): number {
  return layOut(text, cursor, composerWidth(columns)).rows.length > 1 ? 3 : 1;
}

/** The beginning and the end of it: what is hidden in a long command stands in neither, so it says how much is left out. */
function summaryRows(rows: readonly string[], isCut: boolean, columns: number, most: number): string[] {
  if (rows.length <= most && !isCut) return [...rows];
  const shown = Math.max(1, most - 1);
  const head = Math.max(1, Math.ceil(shown / 2));
  const tail = isCut ? [] : rows.slice(rows.length - (shown - head));
  const left = isCut ? 'there is much more' : `${rows.length - head - tail.length} rows more`;
  return [...rows.slice(0, isCut ? shown : head), truncate(`┆ … ${left}: s shows all`, columns), ...tail];
}

/** A line begins behind a bar, and goes on behind an arrow: what a shell takes for two commands does not look like one that was too long. */
function rowsOfSummary(text: string, width: number): string[] {
  return escapeForTerminal(text)
    .split('\n')
    .flatMap((line) => rowsOf(line, width).map((row, at) => `${at === 0 ? '│' : '↳'} ${row}`));
}

function rowsOfFact(fact: string, width: number): string[] {
  const rows = rowsOf(fact, width);
  if (rows.length <= mostOfFact) return rows;
  return [...rows.slice(0, mostOfFact - 1), truncate(rows.slice(mostOfFact - 1).join(' '), width)];
}

/** @param line escaped */
function rowsOf(line: string, width: number): string[] {
  const expanded = expandTabs(line, '');
  return breakLine(expanded, width).map(([start, end]) => expanded.slice(start, end));
}

const leastOfSummary = 6;
const mostOfFact = 6;
const longestFact = 2000;
/** UTF-16 units of what is looked at: what is longer has more rows than any screen. */
const longest = 20_000;
