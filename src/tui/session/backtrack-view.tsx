import { Box, Text } from 'ink';
import { escapeForTerminal } from '../../base/safe-text.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import type { Backtrack } from './backtrack.ts';

/** The message that would be said again. */
export function BacktrackView({ backtrack, columns, rows }: { backtrack: Backtrack; columns: number; rows: number }) {
  const { messages, at } = backtrack;
  const message = messages?.[at];
  if (!message) return <Text dimColor>{messages ? 'nothing was said' : 'reading…'}</Text>;
  const lines = escapeForTerminal(message.text.slice(0, 4000).replaceAll('\t', '    ').trim()).split('\n');
  const shown =
    lines.length <= rows - 1 ? lines : [...lines.slice(0, Math.max(1, rows - 2)), `… ${lines.length} lines`];
  const place = `${at + 1} of ${messages?.length}`;
  return (
    <Box flexDirection="column">
      {shown.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else
        <Text key={row} color="cyan" wrap="truncate">
          {truncate(`${row === 0 ? '◂ ' : '  '}${line}`, columns)}
        </Text>
      ))}
      <Text dimColor wrap="truncate">
        {hintFor(place, columns)}
      </Text>
    </Box>
  );
}

/** The most that fits, the more important first. */
function hintFor(place: string, columns: number): string {
  const parts = [place, 'Enter forks', '← older', '→ newer', 'Ctrl-C back', 'files stay as they are now'];
  let hint = '';
  for (const part of parts) {
    const longer = hint === '' ? part : `${hint} · ${part}`;
    if (displayWidth(longer) > columns) break;
    hint = longer;
  }
  return hint;
}
