import { basename } from 'node:path';
import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { Finding } from '../../model/finding.ts';
import { NotRegular, openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { headOf } from '../read-head.ts';
import { type FileFacts, wholeFile } from './check.ts';
import { checkLines } from './check-lines.ts';
import { Findings } from './findings.ts';
import { checkCompression, reportDecodingDamage } from './rules/compression.ts';
import { checkReferences } from './rules/references.ts';
import type { Subject } from './subject.ts';

export interface CheckOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  /** Told how many bytes of the file's content were checked. */
  onProgress?(bytes: number): void;
  /** Told the permission bits of each file that was opened. */
  onMode?(path: string, mode: number): void;
}

/**
 * Checks one file: its form, each of its lines, and what it refers to.
 *
 * @throws Failure `usage` when there is no such file
 */
export async function* checkFile(subject: Subject, options: CheckOptions): AsyncGenerator<Finding> {
  const findings = new Findings(subject.file, subject.threadId);
  try {
    const rollout = await openRollout(subject.path);
    try {
      options.onMode?.(subject.path, rollout.identity.mode);
      yield* checkRollout(rollout, subject, findings, options);
    } finally {
      await rollout.close();
    }
  } catch (error) {
    const reason = obstacleOf(error);
    if (!reason) throw error;
    findings.report(reason.rule, wholeFile, reason.message);
  }
  yield* findings.take();
}

async function* checkRollout(
  rollout: RolloutFile,
  subject: Subject,
  findings: Findings,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const name = subject.file === null ? null : parseRolloutName(basename(subject.path));
  const head = await headOf(rollout);
  const threadId = subject.threadId ?? usableId(head.threadId) ?? name?.threadId ?? null;
  findings.threadId = threadId;
  const facts: FileFacts = {
    threadId,
    name,
    head,
    now: options.now,
    isCut: () => rollout.damage !== null && rollout.damage.rule !== 'ZSTD-TRAILING',
    isBeingWritten: () => (threadId !== null && subject.home?.isLive(threadId) === true) || rollout.hasGrown(),
  };
  await checkCompression(rollout, subject.file, findings.report);
  yield* findings.take();
  const metaPlace = yield* checkLines(rollout, facts, findings, (bytes) => {
    throwIfStopped(options.signal);
    options.onProgress?.(bytes);
  });
  reportDecodingDamage(rollout, findings.report);
  if (metaPlace) await checkReferences(facts, metaPlace, subject, findings.report);
}

/** Every finding carries the id: one of megabytes is none. */
function usableId(id: string | null): string | null {
  return id !== null && id.length <= LONGEST_ID ? id : null;
}

const LONGEST_ID = 100;

/** What kept the file from being read; null for a fault of this program, and for a file that is not there. */
function obstacleOf(error: unknown): { rule: 'SYMLINK' | 'NOT-REGULAR' | 'UNREADABLE'; message: string } | null {
  if (error instanceof NotRegular) return { rule: error.rule, message: error.message };
  if (error instanceof Failure) return error.kind === 'trouble' ? { rule: 'UNREADABLE', message: error.message } : null;
  const reason = systemReason(error);
  return reason === undefined ? null : { rule: 'UNREADABLE', message: `the file cannot be read: ${reason}` };
}
