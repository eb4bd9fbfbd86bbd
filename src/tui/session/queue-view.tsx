import { Text } from 'ink';
import { oneLine } from '../../base/safe-text.ts';
import type { PromptInput } from '../../model/live-session.ts';
import { truncate } from '../../ui/text-width.ts';

/** What is sent later, a row each. */
export function QueueView({ queue, columns, rows }: { queue: readonly PromptInput[]; columns: number; rows: number }) {
  const shown = queue.length <= rows ? queue : queue.slice(0, rows - 1);
  const hidden = queue.length - shown.length;
  return (
    <>
      {shown.map(({ text }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may be sent twice
        <Text key={at} dimColor wrap="truncate">
          {truncate(
            `⧗ ${oneLine(
              text
                .trim()
                .replace(/\s+/g, ' ')
                .slice(0, columns * 4),
            )}`,
            columns,
          )}
        </Text>
      ))}
      {hidden > 0 && <Text dimColor>{`⧗ ${hidden} more`}</Text>}
    </>
  );
}
