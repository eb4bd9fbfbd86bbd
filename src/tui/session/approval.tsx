import { Box, Text } from 'ink';
import type { Colours } from '../../ui/colour.ts';
import { truncate } from '../../ui/text-width.ts';
import { ComposerView } from '../composer/composer-view.tsx';
import { helpOf } from '../keys/key-map.ts';
import { useStage } from '../terminal/stage.ts';
import { titleOf } from './press-in-question.ts';
import type { QuestionRows } from './question-rows.ts';
import { approvalKeys } from './session-keys.ts';
import type { Asking } from './state.ts';

export interface ApprovalProps {
  asking: Asking;
  rows: QuestionRows;
  /** Others that wait. */
  others: number;
  columns: number;
}

/** What the agent wants to do, all of it that fits, and how far it would reach. */
export function ApprovalView({ asking, rows, others, columns }: ApprovalProps) {
  const { question, reason } = asking;
  const more = others > 0 ? ` (${others} more wait)` : '';
  const { colours } = useStage();
  let mark = '';
  const paint = (row: string) => {
    if (question.kind !== 'patch') return row;
    // What goes on in another row is painted like its beginning.
    if (!row.startsWith('↳')) mark = row.startsWith('│') ? (row[2] ?? '') : '';
    return paintPatch(row, mark, colours);
  };
  return (
    <Box flexDirection="column">
      <Text bold color="yellow" wrap="truncate">
        {truncate(`? ${titleOf(asking)}${more}`, columns)}
      </Text>
      {rows.summary.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else
        <Text key={at} wrap="truncate">
          {paint(row)}
        </Text>
      ))}
      {rows.facts.map((fact, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else
        <Text key={at} dimColor wrap="truncate">
          {fact}
        </Text>
      ))}
      {reason ? (
        <ComposerView
          composer={reason}
          columns={columns}
          rows={1}
          hint="why not? Enter tells the agent, Esc goes back"
        />
      ) : (
        <Text wrap="truncate" {...(asking.isWarned ? { color: 'yellow' } : {})}>
          {truncate(`  ${asking.isWarned ? warning : keysLine}`, columns)}
        </Text>
      )}
    </Box>
  );
}

/** @param mark what the line of the patch begins with */
function paintPatch(row: string, mark: string, colours: Colours): string {
  if (mark === '+') return colours.green(row);
  if (mark === '-') return colours.red(row);
  return mark === '@' ? colours.cyan(row) : row;
}

const warning = 's shows the rest · y again: yes · n no · a abort';
const keysLine = helpOf(approvalKeys)
  .map(({ key, help }) => `${key} ${help}`)
  .join(' · ');
