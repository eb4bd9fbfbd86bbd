import type { DecodedObject, JsonObject } from '../../format/decode-line.ts';
import { isObject, type Record } from '../../format/record.ts';
import { keyIs, type Member, scanJson } from '../../format/scan-json.ts';
import { spliceObject } from '../../format/splice-object.ts';
import type { Edit, RepairRule } from './edit.ts';
import type { LinePlace } from './line-pieces.ts';
import { type MetaFacts, requiredKeys } from './meta-facts.ts';
import type { HeadSurvey } from './survey-head.ts';

/** The keys of a session_meta without which Codex does not read it, and that are not there or are no text. */
export function missingKeys(meta: JsonObject): string[] {
  return requiredKeys.filter((key) => typeof meta[key] !== 'string');
}

/** Whether the id in the session_meta is another one than the name of the file says. */
export function isMismatched({ name, head }: HeadSurvey): boolean {
  const id = head.meta?.id;
  return name !== null && typeof id === 'string' && id.toLowerCase() !== name.threadId;
}

/**
 * Gives a session_meta what it lacks, and the id of its file. All else on the line stays byte for byte.
 *
 * @param facts null when nothing is missing
 */
export function metaEdits(
  at: LinePlace,
  decoded: DecodedObject,
  record: Record,
  { name, head, ...survey }: HeadSurvey,
  facts: MetaFacts | null,
): Edit[] {
  const { bytes } = decoded;
  const payload = decoded.scan.members.findLast((member) => keyIs(bytes, member, 'payload'));
  const isBare = record.dialect === 'bare';
  const start = isBare ? decoded.start : payload?.valueStart;
  const end = isBare ? decoded.end : payload?.valueEnd;
  if (start === undefined || end === undefined) return [];
  const { members } = scanJson(bytes, start, end, { maxDepth: Number.POSITIVE_INFINITY });
  const memberOf = (key: string): Member | undefined => members.findLast((member) => keyIs(bytes, member, key));
  const edits: Edit[] = [];
  const added: string[] = [];
  const set = (key: string, value: unknown, rule: RepairRule, message: string) => {
    const member = memberOf(key);
    const text = JSON.stringify(value);
    if (!member) added.push(`${JSON.stringify(key)}:${text}`);
    else {
      const { valueStart, valueEnd } = member;
      edits.push({
        offset: valueStart + at.shift,
        length: valueEnd - valueStart,
        added: text,
        line: at.line,
        rule,
        message,
      });
    }
  };
  if (name && isMismatched({ name, head, ...survey })) {
    const old = record.payload.id as string;
    const message = `the id ${old.slice(0, LONGEST_SHOWN)} became ${name.threadId}, the one in the name of the file`;
    set('id', name.threadId, 'ID-MISMATCH', message);
    if (record.payload.session_id === old) set('session_id', name.threadId, 'ID-MISMATCH', message);
  }
  const missing = isBare ? [] : missingKeys(record.payload);
  const message = facts ? `${missing.join(', ')} of the session_meta: from ${sourcesOf(facts)}` : '';
  if (facts) for (const key of missing) set(key, facts.values[key], 'SCHEMA', message);
  if (added.length > 0) {
    const comma = members.length > 0 ? ',' : '';
    const last = members.at(-1)?.valueEnd ?? start + 1;
    edits.push({
      offset: last + at.shift,
      length: 0,
      added: `${comma}${added.join(',')}`,
      line: at.line,
      rule: 'SCHEMA',
      message,
    });
  }
  return edits.sort((a, b) => a.offset - b.offset);
}

/** The payload of a session_meta that is missing, marked as such. */
export function newMetaText(facts: MetaFacts, isPaginated: boolean): string {
  const mark = JSON.stringify({ synthetic: true, from: facts.from });
  if (facts.copied !== null) {
    return spliceObject(facts.copied, new Map([['sessions_repair', mark]]));
  }
  const mode = isPaginated ? { session_id: facts.values.id, history_mode: 'paginated' } : {};
  return JSON.stringify({ ...facts.values, ...mode, sessions_repair: JSON.parse(mark) });
}

export function sourcesOf({ from }: MetaFacts): string {
  return from.length > 0 ? from.join(', ') : 'nothing but this program';
}

/**
 * Whether a session_meta can be made for a file that has none. A file that goes on from another one says so in its session_meta
 * only, so where the first records do not begin at 0 it would lose its history for good.
 */
export function canMakeMeta({ name, first, head }: HeadSurvey): boolean {
  if (!name || !first || first.type === 'session_meta') return false;
  if (name.rolloutId !== name.threadId || isObject(head.base)) return false;
  return first.ordinal === null || first.ordinal <= first.lost + 1;
}

const LONGEST_SHOWN = 60;
