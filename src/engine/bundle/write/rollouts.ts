import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { throwIfStopped } from '../../../base/abort.ts';
import { formatTime } from '../../../base/time.ts';
import type { RolloutEntry } from '../../../store/discover.ts';
import type { RolloutFile } from '../../../store/rollout-file.ts';
import type { Report } from '../../problem.ts';
import type { Redactor } from '../../redact/redactor.ts';
import { openEntry } from '../../seal/open-entry.ts';
import type { CustodyRollout } from '../custody.ts';
import type { BagWriter } from './bag-writer.ts';
import { redactedLines } from './redacted-lines.ts';
import type { RedactionWriter } from './redaction-writer.ts';

/** A file of a session that goes into a bundle. */
export interface PackedRollout {
  entry: RolloutEntry;
  role: CustodyRollout['role'];
  /** Name in the bundle. */
  file: string;
}

export interface RolloutCopying {
  /** Path of the home. */
  home: string;
  bag: BagWriter;
  /** What takes out secrets, and where it says so; null to copy everything. */
  redaction: { redactor: Redactor; writer: RedactionWriter } | null;
  report: Report;
  signal: AbortSignal;
  onProgress(bytes: number): void;
}

/** Copies a rollout, as it is when it is opened, into its folder of the bundle. */
export async function copyRollout(
  { entry, role, file: name }: PackedRollout,
  copying: RolloutCopying,
): Promise<CustodyRollout> {
  const { bag, redaction, home } = copying;
  const rollout = await openEntry(entry);
  try {
    const { identity } = rollout;
    const content = { hash: createHash('sha256'), bytes: 0 };
    const blocks = passed(rollout, copying, (block) => {
      content.hash.update(block);
      content.bytes += block.length;
    });
    await bag.add(name, redaction ? redactedLines(blocks, name, { ...redaction, report: copying.report }) : blocks);
    const isCompressed = rollout.content !== 'plain';
    const { damage } = rollout;
    const stored = createHash('sha256');
    const original = isCompressed && !redaction ? `${name}.zst` : null;
    const bytes = storedBlocks(rollout, copying, (block) => stored.update(block));
    if (original !== null) await bag.add(original, bytes);
    else for await (const _ of bytes);
    if (damage) {
      const { rule, message, offset } = damage;
      copying.report({ rule, weight: 'lost', file: entry.path, line: null, offset, message });
    }
    const path = relative(home, rollout.path);
    return {
      ...{ rollout_id: entry.rolloutId, thread_id: entry.threadId, role, file: name, original },
      path: redaction ? redaction.redactor.text(path) : path,
      ...{ dev: String(identity.dev), ino: String(identity.ino), mode: identity.mode & 0o7777 },
      mtime: formatTime(Number(identity.mtimeNs / 1_000_000n)) ?? '',
      ...{ size_bytes: identity.size, sha256: stored.digest('hex') },
      ...{ content_bytes: content.bytes, content_sha256: content.hash.digest('hex') },
      damage: damage?.message ?? null,
    };
  } finally {
    await rollout.close();
  }
}

async function* passed(
  rollout: RolloutFile,
  { signal, onProgress }: RolloutCopying,
  see: (block: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const block of rollout.blocks()) {
    throwIfStopped(signal);
    see(block);
    onProgress(block.length);
    yield block;
  }
}

async function* storedBlocks(
  rollout: RolloutFile,
  { signal }: RolloutCopying,
  see: (block: Buffer) => void,
): AsyncGenerator<Buffer> {
  const { size } = rollout.identity;
  for (let at = 0; at < size; ) {
    throwIfStopped(signal);
    const block = await rollout.stored(at, Math.min(BLOCK_BYTES, size - at));
    if (block.length === 0) return;
    at += block.length;
    see(block);
    yield block;
  }
}

const BLOCK_BYTES = 1 << 20;
