import { toTokenCount } from '../format/events/token-count.ts';
import type { TokenUsage } from '../model/event.ts';
import type { ModelItem } from '../model/history.ts';
import type { RecordedAnswer } from '../model/session-ports.ts';
import type { Report } from './problem.ts';
import type { ThreadSource } from './read-thread.ts';
import { CurrentFile } from './reconstruct/current-file.ts';
import { toModelItem } from './reconstruct/model-item.ts';
import { readSteps } from './reconstruct/read-steps.ts';
import type { Step } from './reconstruct/step.ts';
import { UnreadLine } from './reconstruct/unread-line.ts';

/**
 * What the model answered in a thread, request by request, as it was recorded: also what was rolled back later. Rollouts do not
 * say where an answer ends; it is taken to end before the next input, be it of the user or of a tool. One block of a file is
 * held at a time.
 *
 * @param fromTurn the recorded turn to begin with, counted from 1
 */
export async function* recordedAnswers(
  source: ThreadSource,
  fromTurn: number,
  report: Report,
): AsyncGenerator<RecordedAnswer> {
  let answer: { items: ModelItem[]; usage: TokenUsage | null } = { items: [], usage: null };
  let isOver = false;
  for await (const steps of readSteps(source, new CurrentFile(), report)) {
    for (const { step, turn } of steps) {
      if (!step || turn < fromTurn) continue;
      // The count of an answer may stand behind the results of its calls.
      answer.usage ??= answer.items.length > 0 ? usageIn(step, report) : null;
      const item = step.kind === 'item' ? itemIn(step.item, report) : null;
      if (!item) continue;
      if (!isOutput(item)) {
        isOver = true;
        continue;
      }
      if (isOver && answer.items.length > 0) {
        yield answer;
        answer = { items: [], usage: null };
      }
      isOver = false;
      answer.items.push(item);
    }
  }
  if (answer.items.length > 0) yield answer;
}

function itemIn(item: ModelItem | UnreadLine, report: Report): ModelItem | null {
  if (!(item instanceof UnreadLine)) return item;
  const record = item.read(report);
  return record && toModelItem(record.payload, () => record.payloadText());
}

function usageIn(step: Step, report: Report): TokenUsage | null {
  if (step.kind === 'tokens') {
    const record = step.line.read(report);
    return record ? ((toTokenCount(record.payload).last as TokenUsage | null | undefined) ?? null) : null;
  }
  if (step.kind !== 'event' || step.payload.type !== 'token_count') return null;
  return (toTokenCount(step.payload).last as TokenUsage | null | undefined) ?? null;
}

/** Whether the model made it. */
function isOutput({ type, role }: ModelItem): boolean {
  return type === 'message' ? role === 'assistant' : type === 'reasoning' || type.endsWith('_call');
}
