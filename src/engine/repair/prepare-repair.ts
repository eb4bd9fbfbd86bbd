import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { hasOrdinals } from '../validate/has-ordinals.ts';
import type { Edit, RepairRule } from './edit.ts';
import { findEdits, type RepairPlan } from './edits.ts';
import { canMakeMeta, missingKeys } from './meta-edits.ts';
import { gatherMetaFacts, type MetaContext } from './meta-facts.ts';
import { type HeadSurvey, surveyHead } from './survey-head.ts';

/** What is to become of a file that can be repaired. */
export interface PreparedRepair {
  rollout: RolloutFile;
  plan: RepairPlan;
  /** Changes of the file as a whole. */
  fileEdits: FileEdit[];
  /** Bytes of the stored file that are copied as they are; null for content that is written plain, with its edits. */
  storedEnd: number | null;
  /** Bytes behind the compressed form. */
  storedTail: { offset: number; length: number } | null;
  /** Where the result belongs. */
  newPath: string;
  /** First byte of the content that changes; beyond its end when none does. */
  firstChanged: number;
}

export interface FileEdit {
  rule: RepairRule;
  action: 'removed' | 'changed' | 'renamed';
  message: string;
}

/**
 * Finds out what can be repaired of a file.
 *
 * @returns null when there is nothing, or nothing that could be
 * @throws Failure `refused` for a file of a dialect that is not known here
 */
export async function prepareRepair(rollout: RolloutFile, context: MetaContext): Promise<PreparedRepair | null> {
  const survey = await surveyHead(rollout);
  if (survey.isUtf16 || !(await isReadable(rollout, context.signal))) return null;
  const plan = await planOf(rollout, survey, context);
  const first = await firstEdit(rollout, plan, context.signal);
  const isCut = rollout.damage?.rule === 'ZSTD-TRUNCATED';
  const newPath = pathFor(rollout, first !== null || isCut);
  const fileEdits = fileEditsOf(rollout, newPath);
  if (first === null && fileEdits.length === 0) return null;
  if (first !== null || isCut) expectKnownDialect(survey, rollout.path);
  const tail = rollout.damage?.rule === 'ZSTD-TRAILING' ? rollout.damage.offset : null;
  const { size } = rollout.identity;
  return {
    ...{ rollout, plan, fileEdits, newPath },
    storedEnd: first === null && !isCut ? (tail ?? size) : null,
    storedTail: tail === null ? null : { offset: tail, length: size - tail },
    firstChanged: first?.offset ?? Number.POSITIVE_INFINITY,
  };
}

/** What cannot be decompressed is not made to look whole; but behind a cut there is nothing. */
async function isReadable(rollout: RolloutFile, signal: AbortSignal): Promise<boolean> {
  if (rollout.content === 'plain') return true;
  let bytes = 0;
  for await (const block of rollout.blocks()) {
    throwIfStopped(signal);
    bytes += block.length;
  }
  const { damage } = rollout;
  return bytes > 0 && (damage === null || damage.rule === 'ZSTD-TRUNCATED' || damage.rule === 'ZSTD-TRAILING');
}

async function planOf(rollout: RolloutFile, survey: HeadSurvey, context: MetaContext): Promise<RepairPlan> {
  const { head, first } = survey;
  const isLacking =
    first?.type === 'session_meta' && head.dialect !== 'bare' && missingKeys(head.meta ?? {}).length > 0;
  const wantsFacts = canMakeMeta(survey) || isLacking;
  const facts = wantsFacts ? await gatherMetaFacts(rollout, survey, context) : null;
  return { survey, isNumbered: hasOrdinals(head), facts, makesMeta: facts !== null && canMakeMeta(survey) };
}

async function firstEdit(rollout: RolloutFile, plan: RepairPlan, signal: AbortSignal): Promise<Edit | null> {
  for await (const edit of findEdits(rollout, plan, signal)) return edit;
  return null;
}

function pathFor({ path, content }: RolloutFile, isRewritten: boolean): string {
  const plain = path.endsWith('.zst') ? path.slice(0, -'.zst'.length) : path;
  return content === 'plain' || isRewritten ? plain : `${plain}.zst`;
}

function fileEditsOf(rollout: RolloutFile, newPath: string): FileEdit[] {
  const { path, content, damage } = rollout;
  const edits: FileEdit[] = [];
  const isNamedZstd = path.endsWith('.zst');
  if (isNamedZstd !== (content === 'zstd')) {
    const is = content === 'zstd' ? 'is compressed' : 'is not compressed';
    const message =
      path === newPath ? `the file ${is}, and was written plain` : `the file ${is}, and got the name for that`;
    edits.push({ rule: 'WRONG-EXT', action: path === newPath ? 'changed' : 'renamed', message });
  }
  if (damage?.rule === 'ZSTD-TRUNCATED') {
    const message = `${damage.message}; the complete lines before the cut were written plain`;
    edits.push({ rule: 'ZSTD-TRUNCATED', action: 'changed', message });
  }
  if (damage?.rule === 'ZSTD-TRAILING') {
    edits.push({ rule: 'ZSTD-TRAILING', action: 'removed', message: `${damage.message}, and were taken out` });
  }
  return edits;
}

function expectKnownDialect({ head, first }: HeadSurvey, file: string): void {
  const mode = head.meta?.history_mode;
  const isKnownMode = mode === undefined || mode === null || mode === 'legacy' || mode === 'paginated';
  if (first && head.dialect !== null && head.dialect !== 'event' && isKnownMode) return;
  const reason = !first
    ? 'it holds no record of a session'
    : head.dialect === 'event'
      ? 'it holds events, which are no rollout'
      : `its history mode ${JSON.stringify(String(mode).slice(0, 40))} is not known`;
  throw new Failure('refused', `is not repaired: ${reason}`, { file });
}
