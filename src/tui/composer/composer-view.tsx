import { Box, Text } from 'ink';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import type { Composer } from './composer-state.ts';
import { charactersOf } from './graphemes.ts';
import { layOut } from './text-rows.ts';

/** Columns that a text gets in a view of a width: two stand before each row, one is left for the cursor. */
export function composerWidth(columns: number): number {
  return Math.max(8, columns - 3);
}

export interface ComposerViewProps {
  composer: Composer;
  columns: number;
  /** Of the text at most; what is above and below is counted. */
  rows: number;
  /** What stands there while nothing is written. */
  hint: string;
}

/** The text that is being written, with a block where the cursor is. */
export function ComposerView({ composer, columns, rows, hint }: ComposerViewProps) {
  if (composer.text === '') {
    return (
      <Text wrap="truncate">
        {'› '}
        <Text inverse> </Text>
        <Text dimColor>{truncate(` ${hint}`, composerWidth(columns) - 1)}</Text>
      </Text>
    );
  }
  const laid = layOut(composer.text, composer.cursor, composerWidth(columns));
  const { first, last } = windowOf(laid.rows.length, laid.row, rows);
  return (
    <Box flexDirection="column">
      {first > 0 && <Text dimColor>{`  ↑ ${first} more`}</Text>}
      {laid.rows.slice(first, last).map(({ shown, start, end }, at) => (
        <Text key={`${start}-${end}`} wrap="truncate">
          {first + at === 0 ? '› ' : '  '}
          {first + at === laid.row ? <WithCursor shown={shown} column={laid.column} /> : shown}
        </Text>
      ))}
      {last < laid.rows.length && <Text dimColor>{`  ↓ ${laid.rows.length - last} more`}</Text>}
    </Box>
  );
}

function WithCursor({ shown, column }: { shown: string; column: number }) {
  const at = offsetOf(shown, column);
  const [under] = charactersOf(shown.slice(at, at + 64));
  const character = under?.segment ?? ' ';
  return (
    <>
      {shown.slice(0, at)}
      <Text inverse>{character}</Text>
      {shown.slice(at + (under ? character.length : 0))}
    </>
  );
}

/** Where a column of what is shown begins. */
function offsetOf(shown: string, column: number): number {
  let columns = 0;
  for (const { segment, index } of charactersOf(shown)) {
    if (columns >= column) return index;
    columns += displayWidth(segment);
  }
  return shown.length;
}

/** The rows that are shown, with the cursor's among them. */
function windowOf(count: number, row: number, most: number): { first: number; last: number } {
  if (count <= most) return { first: 0, last: count };
  const first = Math.max(0, Math.min(row - Math.floor(most / 2), count - most));
  return { first, last: first + most };
}
