import { Box, Text } from 'ink';
import { useMemo, useState } from 'react';
import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import { breakLine, expandTabs } from '../../ui/transcript/wrap.ts';
import { singly } from '../keys/key.ts';
import { actionOf, type Binding } from '../keys/key-map.ts';
import { useKeys, useSize, useStage } from '../terminal/stage.ts';

const textKeys = [
  { keys: ['up', 'k', 'ctrl-p'], action: 'up', help: null },
  { keys: ['down', 'j', 'ctrl-n', 'enter'], action: 'down', help: null },
  { keys: ['page-up', 'b', 'ctrl-b'], action: 'page-up', help: null },
  { keys: ['page-down', ' ', 'ctrl-f'], action: 'page-down', help: null },
  { keys: ['home', 'g'], action: 'first', help: null },
  { keys: ['end', 'G'], action: 'last', help: null },
  { keys: ['q', 'escape', 'ctrl-c', 'ctrl-d'], action: 'leave', help: 'back' },
] as const satisfies readonly Binding<string>[];

/** A text that is longer than a screen, with the colours of a diff where it is one. */
export function TextScreen({ title, text, onLeave }: { title: string; text: string; onLeave(): void }) {
  const { columns, rows: height } = useSize();
  const { colours } = useStage();
  const rows = useMemo(() => textRows(text, columns), [text, columns]);
  const [top, setTop] = useState(0);
  const page = Math.max(1, height - 3);
  const last = Math.max(0, rows.length - page);
  const first = Math.min(top, last);
  useKeys((pressed) => {
    const by = { up: -1, down: 1, 'page-up': -page, 'page-down': page, first: -Infinity, last: Infinity };
    for (const key of singly(pressed)) {
      const action = actionOf(textKeys, key);
      if (action === 'leave') return onLeave();
      if (action) setTop((now) => Math.max(0, Math.min(Math.min(now, last) + by[action], last)));
    }
  });
  const place = rows.length <= page ? '' : ` · ${first + 1}-${Math.min(first + page, rows.length)} of ${rows.length}`;
  const isDiff = text.startsWith('diff --git ');
  const paint = ({ shown, line }: Row) => {
    if (!isDiff) return shown;
    if (/^(?:diff |\+\+\+ |--- )/.test(line)) return colours.bold(shown);
    if (line.startsWith('@@')) return colours.cyan(shown);
    return line.startsWith('+') ? colours.green(shown) : line.startsWith('-') ? colours.red(shown) : shown;
  };
  return (
    <Box flexDirection="column">
      <Text bold wrap="truncate">
        {truncate(oneLine(title), columns)}
      </Text>
      {rows.slice(first, first + page).map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else
        <Text key={first + at} wrap="truncate">
          {row.shown === '' ? ' ' : paint(row)}
        </Text>
      ))}
      <Text dimColor wrap="truncate">
        {truncate(`q back · ↑ ↓ PageUp PageDown${place}`, columns)}
      </Text>
    </Box>
  );
}

interface Row {
  shown: string;
  /** What the row is of, for which it is painted. */
  line: string;
}

/** What goes on in another row says so: a text may be one that is to be allowed. */
function textRows(text: string, columns: number): Row[] {
  return escapeForTerminal(text.replace(/\n$/, ''))
    .split('\n')
    .flatMap((line) => {
      const expanded = expandTabs(line, '');
      const whole = { shown: expanded, line };
      if (displayWidth(expanded) <= columns) return whole;
      return breakLine(expanded, Math.max(2, columns - 2)).map(([start, end], at) => {
        return { shown: `${at === 0 ? '' : '↳ '}${expanded.slice(start, end)}`, line };
      });
    });
}
