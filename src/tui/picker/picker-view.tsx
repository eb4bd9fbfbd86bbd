import { Box, Text } from 'ink';
import { count } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { Said, SessionRow } from '../../model/live-session.ts';
import { truncate } from '../../ui/text-width.ts';
import { linesOfKeys } from './all-keys.ts';
import { Foot, footRows } from './picker-foot.tsx';
import { columnsFor, cutLeft, headOf, lineOf, originOf, titleOf } from './picker-lines.ts';
import { chosenRow, indexOfChosen, type Picker } from './picker-state.ts';

export interface PickerViewProps {
  picker: Picker;
  columns: number;
  rows: number;
  now: number;
}

/** Rows of the list that a screen has room for. */
export function pageOf(columns: number, rows: number): number {
  return Math.max(1, Math.min(largestPage, rows - 1 - aroundRows - footRows(columns, rows)));
}

/** Of all keys, the last line that can be at the top. */
export function lastKeysLine(columns: number, rows: number): number {
  return Math.max(0, linesOfKeys(columns).length - pageOf(columns, rows) - 1);
}

export function PickerView({ picker, columns, rows, now }: PickerViewProps) {
  const page = pageOf(columns, rows);
  const isBeside = picker.isPreviewShown && columns >= roomForBoth;
  const isInstead = picker.isPreviewShown && !isBeside;
  const width = isBeside && picker.mode.kind !== 'keys' ? Math.floor(columns * 0.6) : columns;
  return (
    <Box flexDirection="column" width={columns}>
      <Text wrap="truncate">{truncate(titleLine(picker), columns)}</Text>
      <Text wrap="truncate">{searchLine(picker, columns)}</Text>
      <Box>
        <Box flexDirection="column" width={width}>
          {picker.mode.kind === 'keys' ? (
            <AllKeys from={picker.mode.from} columns={columns} rows={page + 1} />
          ) : isInstead ? (
            <Preview picker={picker} columns={columns} rows={page + 1} />
          ) : (
            <List {...{ picker, width, page, now }} />
          )}
        </Box>
        {isBeside && picker.mode.kind !== 'keys' && (
          <Preview picker={picker} columns={columns - width - 2} rows={page + 1} />
        )}
      </Box>
      <Foot picker={picker} columns={columns} rows={footRows(columns, rows)} shown={shownRows(picker, page)} />
    </Box>
  );
}

function AllKeys({ from, columns, rows }: { from: number; columns: number; rows: number }) {
  return linesOfKeys(columns)
    .slice(from, from + rows)
    .map((line) => (
      <Text key={line} wrap="truncate">
        {truncate(line, columns)}
      </Text>
    ));
}

function List({ picker, width, page, now }: { picker: Picker; width: number; page: number; now: number }) {
  const shown = shownRows(picker, page);
  const inner = width - 2;
  const columns = columnsFor(inner, shown, picker.view, now);
  return (
    <>
      <Text dimColor wrap="truncate">{`  ${truncate(headOf(columns, picker.view.sort), inner)}`}</Text>
      {shown.map((row) => {
        const isChosen = row.thread_id === picker.chosen;
        const line = truncate(lineOf(row, columns, picker.view.sort, now), inner);
        return (
          <Text key={row.thread_id} wrap="truncate" bold={isChosen} inverse={isChosen}>
            {`${isChosen ? '▸ ' : '  '}${line}`}
          </Text>
        );
      })}
      {shown.length === 0 && (
        <Box marginLeft={2}>
          <Text dimColor>{emptyLine(picker)}</Text>
        </Box>
      )}
    </>
  );
}

/** Pages, so that the list does not move under the eyes. */
function shownRows(picker: Picker, page: number): readonly SessionRow[] {
  const first = Math.floor(indexOfChosen(picker) / page) * page;
  return picker.visible.slice(first, first + page);
}

function Preview({ picker, columns, rows }: { picker: Picker; columns: number; rows: number }) {
  const row = chosenRow(picker);
  const said = picker.preview?.threadId === picker.chosen ? picker.preview.said : null;
  if (!row) return null;
  const origin = originOf(row, picker.rows);
  const head = origin === null ? 1 : 2;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden" marginLeft={1}>
      <Text bold wrap="truncate">
        {truncate(titleOf(row), columns - 1)}
      </Text>
      {origin !== null && (
        <Text dimColor wrap="truncate">
          {truncate(origin, columns - 1)}
        </Text>
      )}
      {said === null && <Text dimColor>loading…</Text>}
      {said?.length === 0 && <Text dimColor>nothing was said</Text>}
      {said &&
        previewLines(said, columns - 1, rows - head).map(({ text, isUser }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else
          <Text key={at} wrap="truncate" {...(isUser && { color: 'cyan' })}>
            {text}
          </Text>
        ))}
    </Box>
  );
}

/** The end of what was said: the newest is what one remembers. */
function previewLines(said: readonly Said[], width: number, rows: number): { text: string; isUser: boolean }[] {
  const lines = said.flatMap(({ by, text }) => {
    const isUser = by === 'user';
    const own = text.split('\n').slice(0, 8).map(oneLine);
    return own.map((line, at) => ({ text: truncate(`${at > 0 ? '  ' : isUser ? '> ' : '• '}${line}`, width), isUser }));
  });
  return lines.slice(-rows);
}

function titleLine(picker: Picker): string {
  const { view, visible, isLoading, failure } = picker;
  const where = view.cwd === null ? 'all directories' : 'this directory';
  const place = visible.length === 0 ? '' : ` ${indexOfChosen(picker) + 1} of ${visible.length}`;
  const more = [view.withArchived ? 'archived too' : '', view.withOthers ? 'of exec too' : ''].filter(Boolean);
  const state = failure === null ? (isLoading ? 'loading…' : '') : `incomplete: ${oneLine(failure)}`;
  return [`Sessions${place}`, state, where, ...more].filter(Boolean).join(' · ');
}

/** Of a long search, the end that is being typed. */
function searchLine({ view }: Picker, columns: number): string {
  return `search: ${cutLeft(oneLine(view.search), columns - 9)}▏`;
}

/** That there are none is only said when all were looked at. */
function emptyLine({ isLoading, failure, rows, view }: Picker): string {
  if (isLoading) return 'loading…';
  if (rows.length === 0) return failure === null ? 'There are no sessions in this home.' : 'None could be read.';
  const hints = [
    view.search === '' ? '' : 'Esc clears the search',
    view.cwd === null ? '' : 'Ctrl-A shows all directories',
    view.withOthers ? '' : 'Ctrl-O those of exec',
    view.withArchived ? '' : 'Ctrl-X archived ones',
  ].filter(Boolean);
  return `No session is like this, of ${count(rows.length, 'session')}${hints.length > 0 ? `: ${hints.join(', ')}` : ''}.`;
}

const largestPage = 25;
/** Title, search, head of the list. */
const aroundRows = 3;
const roomForBoth = 100;
