import { calendarTime, count, groupDigits } from '../../../base/amounts.ts';
import type { EncoderOptions, IndexEncoder, IndexEntry } from '../encoder.ts';
import { indexScript } from './browser/index-script.ts';
import { indexStyle } from './browser/index-style.ts';
import { closePage, controls, openPage } from './frame.ts';
import { escapeLine, excerpt, safe } from './text/escape.ts';
import { showMarks } from './text/marks.ts';

/** The page that leads to the pages of the sessions. */
export function createIndex({ producer, isRedacted }: EncoderOptions): IndexEncoder {
  let sessions = 0;
  return {
    name: 'index.html',
    header: () => [
      openPage({
        title: 'Sessions',
        style: indexStyle,
        script: indexScript,
        images: false,
        producer: `${producer.name} ${producer.version}`,
      }),
      '<a class="skip" href="#main">Skip to the sessions</a>\n<header class="top"><p class="title">Sessions</p>\n',
      controls('Filter the sessions'),
      '</header>\n<main id="main">\n<h1>Sessions</h1>\n',
      isRedacted ? '<p>Secrets were replaced by marks.</p>\n' : '',
      '<div class="scroll" role="region" aria-label="Sessions" tabindex="0">\n<table id="sessions">\n<thead><tr>',
      ...columns.map(({ title, classes }) => `<th scope="col"${classes}>${title}</th>`),
      '</tr></thead>\n<tbody>\n',
    ],
    session(entry) {
      sessions++;
      return [
        `<tr>${columns.map((column) => (isRedacted ? showMarks(column.cell(entry)) : column.cell(entry))).join('')}</tr>\n`,
      ];
    },
    end: () => [
      '</tbody>\n</table>\n</div>\n',
      `<p>${count(sessions, 'session')}. Times are UTC.</p>\n</main>\n`,
      closePage,
    ],
  };
}

interface Column {
  title: string;
  classes: string;
  cell(entry: IndexEntry): string;
}

const columns: readonly Column[] = [
  {
    title: 'Session',
    classes: '',
    cell: ({ head, file }) => {
      const { name, threadId } = head;
      const id = `<span class="id">${escapeLine(threadId ?? 'without an id')}</span>`;
      const words = name === null ? id : `<span class="name">${escapeLine(excerpt(name, 200))}</span> ${id}`;
      return `<th scope="row" dir="auto"><a href="${escapeLine(file)}">${words}</a>${head.archived ? ' <span class="mark">archived</span>' : ''}</th>`;
    },
  },
  {
    title: 'First message',
    classes: '',
    cell: ({ facts }) => `<td class="first" dir="auto">${escapeLine(excerpt(facts.first_message ?? '', 300))}</td>`,
  },
  {
    title: 'Directory',
    classes: '',
    cell: ({ facts }) => `<td class="path">${safe(facts.cwd ?? '')}</td>`,
  },
  { title: 'Model', classes: '', cell: ({ facts }) => `<td>${escapeLine(facts.model ?? '')}</td>` },
  { title: 'Created', classes: '', cell: ({ facts }) => timeCell(facts.created_at) },
  { title: 'Last record', classes: '', cell: ({ facts }) => timeCell(facts.updated_at) },
  { title: 'Turns', classes: ' class="number"', cell: ({ facts }) => numberCell(facts.turns) },
  { title: 'Calls', classes: ' class="number"', cell: ({ facts }) => numberCell(facts.tool_calls) },
  { title: 'Tokens', classes: ' class="number"', cell: ({ facts }) => numberCell(facts.tokens_used) },
];

function timeCell(time: string | null): string {
  return `<td class="time">${(calendarTime(time, 0) ?? '').replace(/ UTC$/, '')}</td>`;
}

function numberCell(value: number | null): string {
  return `<td class="number">${typeof value === 'number' && Number.isFinite(value) ? groupDigits(value) : ''}</td>`;
}
