import { Text } from 'ink';
import { oneLine } from '../../base/safe-text.ts';
import type { SessionRow } from '../../model/live-session.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import { breakLine } from '../../ui/transcript/wrap.ts';
import { helpOf } from '../keys/key-map.ts';
import { folderKeys, goneKeys, hintKeys, readKeys } from './picker-keys.ts';
import { cutLeft, legendOf } from './picker-lines.ts';
import type { Done, Picker } from './picker-state.ts';

/** Rows below the list: one of what is to be said, and as many as the keys take, where there is room for them. */
export function footRows(columns: number, rows: number): number {
  return 1 + Math.min(keyLines(hintsOf(''), columns).length, rows < fewRows ? 2 : mostKeyLines);
}

export interface FootProps {
  picker: Picker;
  columns: number;
  /** From `footRows`: whatever it shows, it takes as many. */
  rows: number;
  /** The rows of the list that are in sight. */
  shown: readonly SessionRow[];
}

export function Foot({ picker, columns, rows, shown }: FootProps) {
  const { text, keys, isError, isDim } = contentOf(picker, columns, shown);
  const lines = [...keys.slice(0, rows - 1), ...Array<string>(rows).fill('')].slice(0, rows - 1);
  return (
    <>
      <Text wrap="truncate" {...(isError && { color: 'red' })} dimColor={isDim}>
        {truncate(text, columns) || ' '}
      </Text>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else
        <Text key={at} dimColor wrap="truncate">
          {truncate(line, columns) || ' '}
        </Text>
      ))}
    </>
  );
}

interface FootContent {
  text: string;
  keys: readonly string[];
  isError: boolean;
  isDim: boolean;
}

function contentOf({ mode, notice, done, view }: Picker, columns: number, shown: readonly SessionRow[]): FootContent {
  const plain = { isError: false, isDim: false };
  if (mode.kind === 'rename') {
    const text = `New name: ${cutLeft(oneLine(mode.text), columns - 11)}▏`;
    return { ...plain, text, keys: ['Enter renames · Esc leaves it'] };
  }
  if (mode.kind === 'folder') {
    const [before, behind] = ['It worked in ', mode.isGone ? ', which is gone.' : '. Go on there?'];
    const folder = cutLeft(oneLine(mode.cwd), columns - before.length - behind.length);
    return {
      ...plain,
      text: `${before}${folder}${behind}`,
      keys: keyLines(helpOf(mode.isGone ? goneKeys : folderKeys), columns),
    };
  }
  if (mode.kind === 'keys') {
    return { ...plain, text: '', keys: keyLines([...helpOf(readKeys), { key: 'another key', help: 'back' }], columns) };
  }
  const keys = keyLines(hintsOf(view.search), columns);
  if (notice) {
    // Why something cannot be done matters more than the keys.
    const told = oneLine(notice.text);
    const [text = '', ...more] = breakLine(told, Math.max(2, columns)).map(([start, end]) => told.slice(start, end));
    return { text, keys: [...more, ...keys], isError: notice.isError, isDim: false };
  }
  return { ...plain, text: [undoOf(done.at(-1)), legendOf(shown)].filter(Boolean).join(' · '), keys, isDim: true };
}

function undoOf(last: Done | undefined): string {
  if (!last) return '';
  if (last.kind === 'trash') return 'Alt-U takes back what went to the trash last';
  return `Alt-U ${last.archived ? 'brings back what was archived last' : 'archives what was brought back last'}`;
}

/** One key for all keys is told of: the one that works now. */
function hintsOf(search: string): ReturnType<typeof helpOf> {
  return helpOf(hintKeys).filter(({ key }) => key !== (search === '' ? 'F1' : '?'));
}

function keyLines(keys: ReturnType<typeof helpOf>, columns: number): string[] {
  const lines: string[] = [];
  for (const { key, help } of keys) {
    const one = `${key} ${help}`;
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 3 + displayWidth(one) <= columns) {
      lines[lines.length - 1] = `${last} · ${one}`;
    } else lines.push(one);
  }
  return lines;
}

/** Of a screen on which the list matters more than all of the keys. */
const fewRows = 16;
const mostKeyLines = 4;
