import { Failure } from '../base/failure.ts';
import { pascalCase, publishedKind } from '../format/events/event-msg.ts';
import { type Event, eventTypes } from '../model/event.ts';

/** Which events are wanted; an empty list wants all. */
export interface EventFilter {
  /** Published types (`ResponseItem`) and, for what this version does not know, record types (`world_state`). */
  types: string[];
  /** `msg.type` of EventMsg events. */
  msgTypes: string[];
  /** `item.type` of ResponseItem events. */
  itemTypes: string[];
  /** Recorded turns, both ends included. */
  turns: { from: number; to: number } | null;
}

/**
 * Reads a filter as users write it: types in either spelling, separated by commas.
 *
 * @throws Failure `usage` for a type that no event can have, and for a range that is none
 */
export function parseEventFilter(given: {
  types: string[];
  msgTypes: string[];
  itemTypes: string[];
  turns?: string | undefined;
}): EventFilter {
  return {
    types: splitWords(given.types).map(parseType),
    msgTypes: splitWords(given.msgTypes).map(publishedKind),
    itemTypes: splitWords(given.itemTypes).map(snakeCase),
    turns: given.turns === undefined ? null : parseTurns(given.turns),
  };
}

/** Whether an event passes. */
export function passes(filter: EventFilter, event: Event): boolean {
  if (filter.turns && (event.turn < filter.turns.from || event.turn > filter.turns.to)) return false;
  if (filter.types.length > 0 && !filter.types.includes(event.type) && !isRecordType(filter, event)) return false;
  if (filter.msgTypes.length === 0 && filter.itemTypes.length === 0) return true;
  if (event.type === 'EventMsg') return filter.msgTypes.includes(event.msg.type);
  return event.type === 'ResponseItem' && filter.itemTypes.includes(event.item.type);
}

export function passesAll(filter: EventFilter): boolean {
  return filter.types.length + filter.msgTypes.length + filter.itemTypes.length === 0 && filter.turns === null;
}

function isRecordType(filter: EventFilter, event: Event): boolean {
  return event.type === 'Unknown' && event.record_type !== undefined && filter.types.includes(event.record_type);
}

function splitWords(values: string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((word) => word !== '');
}

/** Records that Codex writes and that have no row in the published table; they come as `Unknown`. */
const recordTypes = [
  'state',
  'world_state',
  'token_usage_record',
  'dynamic_tools_updated',
  'inter_agent_communication',
  'inter_agent_communication_metadata',
  'retained_context',
  'security_risk_score',
  'realtime_item',
  'rollout_reference',
];

function parseType(word: string): string {
  const name = pascalCase(word);
  if ((eventTypes as readonly string[]).includes(name)) return name;
  if (recordTypes.includes(word)) return word;
  throw new Failure('usage', `no event has the type '${word}'`, {
    hint: `types: ${[...eventTypes, ...recordTypes].join(', ')}`,
  });
}

function parseTurns(text: string): { from: number; to: number } {
  const match = /^(\d*)(\.\.)?(\d*)$/.exec(text);
  if (!match || text === '' || text === '..') throw badTurns(text);
  const [, first, dots, last] = match;
  const from = first ? Number(first) : 0;
  const to = dots ? (last ? Number(last) : Number.POSITIVE_INFINITY) : from;
  if (from > to) throw badTurns(text);
  return { from, to };
}

function badTurns(text: string): Failure {
  return new Failure('usage', `'${text}' is no range of turns`, { hint: 'write 3, 2..5, 4.. or ..4' });
}

function snakeCase(word: string): string {
  return word.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').toLowerCase();
}
