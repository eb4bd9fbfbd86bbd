import { Box, Text } from 'ink';
import { oneLine } from '../../base/safe-text.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';

/** Something to choose, with a word on it. */
export interface Choice {
  name: string;
  about: string;
}

/** A few choices, one of them chosen, as they stand above what is written. */
export function ChoicesView(props: { choices: readonly Choice[]; chosen: number; columns: number; rows: number }) {
  const { choices, chosen, columns } = props;
  // The last row says that there are more.
  const hasMore = choices.length > props.rows && props.rows > 1;
  const rows = hasMore ? props.rows - 1 : props.rows;
  const first = Math.max(0, Math.min(chosen - rows + 1, choices.length - rows));
  const shown = choices.slice(first, first + rows);
  const width = Math.min(Math.max(...shown.map(({ name }) => displayWidth(oneLine(name)))), Math.max(1, columns - 4));
  return (
    <Box flexDirection="column">
      {shown.map(({ name, about }, at) => {
        const isChosen = first + at === chosen;
        const cut = truncate(oneLine(name), width);
        const gap = ' '.repeat(width - displayWidth(cut) + 2);
        const rest = truncate(oneLine(about), Math.max(0, columns - width - 5));
        return (
          <Text key={name} wrap="truncate" bold={isChosen}>
            {isChosen ? '▸ ' : '  '}
            {cut}
            {gap}
            <Text dimColor>{rest}</Text>
          </Text>
        );
      })}
      {hasMore && <Text dimColor>{truncate(`  ↑ ↓ ${choices.length - rows} more`, columns)}</Text>}
    </Box>
  );
}
