import { type Tokens, tokenKeys } from '../../stats/tally.ts';
import type { SessionHead, SessionResult } from '../encoder.ts';
import type { SessionFacts } from '../session-facts.ts';
import type { Cells } from './cells.ts';
import type { ParquetRow } from './columns.ts';

/** A session as a row of `sessionColumns`. @param created when it began, in microseconds; @param used by itself */
export function sessionRow(
  head: SessionHead,
  facts: SessionFacts,
  { events, lost }: SessionResult,
  { created, used }: { created: bigint | null; used: Tokens },
  cells: Cells,
): ParquetRow {
  return [
    cells.text(head.threadId),
    cells.text(head.name),
    cells.text(facts.first_message),
    cells.text(facts.cwd),
    cells.text(facts.git_branch),
    cells.text(facts.git_sha),
    cells.text(facts.model),
    cells.text(facts.model_provider),
    cells.text(facts.source),
    created,
    cells.time(facts.updated_at),
    cells.text(facts.parent_thread_id),
    BigInt(facts.turns),
    BigInt(facts.tool_calls),
    cells.integer(facts.tokens_used),
    ...tokenKeys.map((key) => BigInt(used[key])),
    head.archived,
    BigInt(head.sizeBytes),
    BigInt(events),
    BigInt(lost),
    cells.text(head.path),
  ];
}
