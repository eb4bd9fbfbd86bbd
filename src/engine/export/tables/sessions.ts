import type { SessionHead } from '../encoder.ts';
import { FactGatherer } from '../session-facts.ts';
import { shortText } from '../short-text.ts';
import type { TableFold } from './table.ts';

/** One row for each session. */
export function sessionRows({ threadId, name, archived, sizeBytes, path }: SessionHead): TableFold {
  const gatherer = new FactGatherer();
  return {
    event(event) {
      gatherer.add(event);
      return null;
    },
    end({ events, lost }) {
      const facts = gatherer.facts();
      return [
        [
          threadId,
          name,
          facts.created_at,
          facts.updated_at,
          facts.cwd,
          facts.git_branch,
          facts.git_sha,
          facts.model,
          facts.model_provider,
          facts.source,
          facts.parent_thread_id,
          facts.turns,
          facts.tool_calls,
          facts.tokens_used,
          facts.first_message === null ? null : shortText(facts.first_message),
          archived,
          sizeBytes,
          events,
          lost,
          path,
        ],
      ];
    },
  };
}
