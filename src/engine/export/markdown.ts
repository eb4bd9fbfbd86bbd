import { calendarTime, groupDigits } from '../../base/amounts.ts';
import type { Event } from '../../model/event.ts';
import { contentText, type Fields, objectOf, textOf } from '../../model/fields.ts';
import { RecentCalls } from '../../model/recent-calls.ts';
import { SpokenInput } from '../../model/spoken-input.ts';
import type { Encoder, SessionHead, SessionResult, StreamFormat } from './encoder.ts';
import { countLoneSurrogates } from './lone-surrogates.ts';
import { LossCounter } from './loss-counter.ts';
import { blocksOf } from './markdown/blocks.ts';
import { code, codeCell, inline } from './markdown/inert.ts';

/**
 * A document for people, in CommonMark with the tables and the folding of GitHub: a heading for each turn, messages as
 * quotations, calls and outputs as code blocks. Nothing that was recorded can load, run or end anything.
 */
export const markdown: StreamFormat = { createEncoder };

function createEncoder(): Encoder {
  const losses = new LossCounter();
  const input = new SpokenInput();
  const calls = new RecentCalls<{ title: string }>();
  let turn = 0;
  let hasFacts = false;
  let tokens: Fields | null = null;
  const closeTurn = () => {
    const line = tokens ? [tokenLine(tokens), '\n'] : [];
    tokens = null;
    return line;
  };
  const show = (event: Event): string[] => {
    const out: string[] = [];
    let isFacts = false;
    if (event.type === 'SessionMeta' && !hasFacts && event.inherited_from === undefined) {
      hasFacts = true;
      isFacts = true;
      out.push(factTable(objectOf(event.meta)), '\n');
    } else if (event.turn !== turn && event.turn > 0) {
      out.push(...closeTurn(), turnHeading(event), '\n');
      turn = event.turn;
    }
    countHidden(event, losses);
    if (event.type === 'EventMsg' && event.msg.type === 'TokenCount' && event.msg.total) {
      tokens = objectOf(event.msg.total);
      return out;
    }
    const blocks = blocksOf(event, calls);
    if (blocks === null && !isFacts && !input.repeats(event)) losses.omit(event);
    for (const block of blocks ?? []) out.push(block, '\n');
    countLoneSurrogates(event, out, losses);
    return out;
  };
  return {
    header: (session) => [session.indexInFile > 0 ? '\n---\n\n' : '', title(session), '\n'],
    event: (event) => input.add(event).flatMap(show),
    end(result) {
      const left = input.end().flatMap(show);
      losses.add('message', 'omitted', input.unsaidAnswers);
      return [...left, ...closeTurn(), ...problemBlocks(result)];
    },
    losses: () => losses.counts(),
  };
}

function title({ threadId, name, path }: SessionHead): string {
  const id = threadId === null ? code(path) : code(threadId);
  return name === null ? `# Session ${id}\n` : `# ${inline(name)}\n\nSession ${id}\n`;
}

function factTable(meta: Fields): string {
  const git = objectOf(meta.git);
  const rows: [string, string | null][] = [
    ['Directory', textOf(meta.cwd)],
    ['Model', textOf(meta.model)],
    ['Provider', textOf(meta.model_provider)],
    ['Source', textOf(meta.source) ?? textOf(meta.originator)],
    ['Version', textOf(meta.cli_version)],
    ['Branch', textOf(git.branch)],
    ['Commit', textOf(git.commit_hash)],
    ['Created', calendarTime(textOf(meta.timestamp), 0)],
    ['Forked from', textOf(meta.forked_from_id)],
    ['Parent', textOf(meta.parent_thread_id)],
  ];
  const known = rows.filter(([, value]) => value !== null).map(([label, value]) => row(label, codeCell(value ?? '')));
  return ['| | |\n|---|---|\n', ...known].join('');
}

function row(label: string, cell: string): string {
  return `| ${label} | ${cell} |\n`;
}

function turnHeading(event: Event): string {
  const time = calendarTime(event.timestamp, 0);
  const marks = [
    time,
    event.rolled_back ? 'rolled back' : null,
    event.inherited_from === undefined ? null : `inherited from ${code(event.inherited_from)}`,
  ].filter((mark) => mark !== null);
  return `## ${[`Turn ${event.turn}`, ...marks].join(' · ')}\n`;
}

function tokenLine(usage: Fields): string {
  const amount = (key: string) => groupDigits(inline(textOf(usage[key]) ?? '0'));
  return `_Tokens so far: ${amount('input_tokens')} in, ${amount('output_tokens')} out_\n`;
}

/** What is not in the text that an event is shown by. */
function countHidden(event: Event, losses: LossCounter): void {
  if (event.type === 'ResponseItem') {
    const { item } = event;
    if (item.type === 'reasoning' && textOf(item.encrypted_content) !== null)
      losses.add('encrypted reasoning', 'omitted');
    if (item.type === 'file_change') losses.add('diffs of changed files', 'omitted');
    if (item.type === 'tool_result' && contentText(item.output) === '' && item.parts !== undefined)
      losses.add('parts without text', 'omitted');
  } else if (event.type === 'EventMsg' && event.msg.type === 'UserMessage') {
    const { images } = event.msg;
    if (Array.isArray(images)) losses.add('image data', 'omitted', images.length);
  }
}

function problemBlocks({ lost }: SessionResult): string[] {
  return lost === 0 ? [] : [`_${lost} problems were met while the session was read; not all of it is here._\n`];
}
