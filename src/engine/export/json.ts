import { eventLine } from '../../model/event-line.ts';
import type { Encoder, EncoderOptions, SessionHead, SessionResult, StreamFormat } from './encoder.ts';
import { FactGatherer } from './session-facts.ts';

/**
 * One JSON document for each session, with each event on a line of its own. Schema: `schemas/export-document.schema.json`.
 * Several documents follow each other, as `jq` reads them.
 */
export const json: StreamFormat = { createEncoder };

function createEncoder({ check }: EncoderOptions): Encoder {
  const facts = new FactGatherer();
  let isFirst = true;
  let head = '';
  return {
    header(session) {
      head = members(headMembers(session));
      return [`{${head},"events":[`];
    },
    event(event) {
      facts.add(event);
      const line = eventLine(event, isFirst);
      const before = isFirst ? '\n' : ',\n';
      isFirst = false;
      return [before, line];
    },
    end(result) {
      const tail = members(tailMembers(result, facts));
      // Without the events, which were held to their own schema.
      check?.record('exportDocument', `{${head},"events":[],${tail}}`, 'a document');
      return [`\n],${tail}}\n`];
    },
    losses: () => [],
  };
}

function headMembers({ threadId, name, path, archived, sizeBytes }: SessionHead): object {
  return {
    schema: 'sessions.export-document/1',
    thread_id: threadId,
    name,
    path,
    archived,
    size_bytes: sizeBytes,
  };
}

function tailMembers({ events, problems, lost, hasGrown }: SessionResult, facts: FactGatherer): object {
  return {
    facts: facts.facts(),
    event_count: events,
    lost,
    problems: problems.map(({ rule, weight, line, offset, message }) => ({ rule, weight, line, offset, message })),
    has_grown: hasGrown,
  };
}

function members(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
