import type { StatsKey, StatsRow } from '../../engine/stats/stats-row.ts';
import type { Printer } from '../../ui/printer.ts';
import type { Column } from '../../ui/table.ts';

/** The total as a list, or the groups as a table with a bar for each one's share of the largest. */
export async function printStats(rows: StatsRow[], by: StatsKey | null, printer: Printer): Promise<void> {
  // Measuring text takes a while to load, and is needed on a terminal only.
  const { createTable } = await import('../../ui/table.ts');
  const { bar } = await import('../../ui/bar.ts');
  if (rows.length === 0) {
    await printer.text('no sessions\n');
    return;
  }
  const [total] = rows as [StatsRow];
  if (by === null) await printer.text(describeTotal(total));
  const parts = by === null ? total.tools.map((tool) => [tool.name, tool.calls, callsOf(tool)] as const) : null;
  const columns = parts || by === 'tool' ? toolColumns : groupColumns(by as StatsKey);
  const table = createTable(columns, printer.columns, printer.colours);
  const amount = (row: StatsRow) => (by === 'tool' ? row.tool_calls : (row.tokens?.total_tokens ?? 0));
  const lines = parts
    ? parts.map(([name, calls, outcomes]) => ({ calls, cells: [name, String(calls), ...outcomes] }))
    : rows.map((row) => ({ calls: amount(row), cells: cellsOf(row, by as StatsKey) }));
  const largest = Math.max(...lines.map(({ calls }) => calls));
  if (lines.length > 0) await printer.text(table.header());
  for (const { calls, cells } of lines) await printer.text(table.rows([[...cells, bar(calls / largest, BAR_WIDTH)]]));
  if (rows.some(({ inheritance }) => inheritance === 'unknown'))
    await printer.text(
      '\nSome forks copied from sessions that are not there: what they copied is counted as their own.\n',
    );
}

function describeTotal(row: StatsRow): string {
  const { tokens } = row;
  const lines: [string, string][] = [
    ['sessions', count(row.sessions)],
    ['turns', `${count(row.turns ?? 0)}${timed(row.turn_duration_ms ?? 0, row.timed_turns ?? 0)}`],
    ['tokens', count(tokens?.total_tokens ?? 0)],
    ['  input', `${count(tokens?.input_tokens ?? 0)}, ${count(tokens?.cached_input_tokens ?? 0)} of it cached`],
    [
      '  output',
      `${count(tokens?.output_tokens ?? 0)}, ${count(tokens?.reasoning_output_tokens ?? 0)} of it reasoning`,
    ],
    ['tool calls', `${count(row.tool_calls)}${timed(row.tool_duration_ms, row.timed_tool_calls)}`],
    ['from', row.first_at ?? '-'],
    ['to', row.last_at ?? '-'],
  ];
  return `${lines.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('')}${row.tools.length > 0 ? '\n' : ''}`;
}

function timed(ms: number, of: number): string {
  return of === 0 ? '' : `, ${duration(ms)} for ${count(of)} timed`;
}

function groupColumns(by: StatsKey): Column[] {
  return [
    { title: by.toUpperCase(), width: by === 'day' ? 10 : by === 'session' ? 36 : 'rest' },
    { title: 'SESSIONS', width: 8, align: 'right' },
    { title: 'TURNS', width: 7, align: 'right' },
    { title: 'CALLS', width: 7, align: 'right' },
    { title: 'FAILED', width: 6, align: 'right' },
    { title: 'TOKENS', width: 14, align: 'right' },
    { title: '', width: BAR_WIDTH },
  ];
}

const BAR_WIDTH = 16;
const toolColumns: Column[] = [
  { title: 'TOOL', width: 'rest' },
  { title: 'CALLS', width: 8, align: 'right' },
  { title: 'FAILED', width: 8, align: 'right' },
  { title: 'DECLINED', width: 8, align: 'right' },
  { title: 'ABORTED', width: 8, align: 'right' },
  { title: 'TIME', width: 9, align: 'right' },
  { title: '', width: BAR_WIDTH },
];

function cellsOf(row: StatsRow, by: StatsKey): string[] {
  const key = row.key ?? '-';
  if (by === 'tool')
    return [key, String(row.tool_calls), ...callsOf({ ...row.outcomes, duration_ms: row.tool_duration_ms })];
  const failed = row.tool_calls === 0 ? '' : String(row.outcomes.failed);
  return [
    key,
    count(row.sessions),
    count(row.turns ?? 0),
    count(row.tool_calls),
    failed,
    count(row.tokens?.total_tokens ?? 0),
  ];
}

function callsOf(tool: { failed: number; declined: number; aborted: number; duration_ms: number }): string[] {
  return [String(tool.failed), String(tool.declined), String(tool.aborted), duration(tool.duration_ms)];
}

/** Digits in groups of three, the same in every locale. */
function count(value: number): string {
  return String(value).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
