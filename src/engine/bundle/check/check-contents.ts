import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { throwIfStopped } from '../../../base/abort.ts';
import { toFailure } from '../../../base/failure.ts';
import { packageVersion } from '../../../base/package-files.ts';
import { eventLine } from '../../../model/event-line.ts';
import { openRollout } from '../../../store/rollout-file.ts';
import { parseEventFilter } from '../../event-filter.ts';
import { openThread } from '../../open-thread.ts';
import { showEvents } from '../../show.ts';
import type { Custody, CustodyRollout } from '../custody.ts';
import type { BundleView } from '../view.ts';
import { type BundleCheck, checkOf } from './bundle-check.ts';
import type { CheckedFiles } from './check-bag.ts';

export interface CheckedParts {
  folder: string;
  custody: Custody;
  view: BundleView;
  files: CheckedFiles;
  /** Whether somebody who may has signed the bundle. */
  isVouchedFor: boolean;
}

/** Whether the parts of a bundle fit each other: compressed forms and contents, contents and events. */
export async function* checkContents(parts: CheckedParts, signal: AbortSignal): AsyncGenerator<BundleCheck> {
  for (const rollout of parts.custody.rollouts) {
    throwIfStopped(signal);
    const { file, thread_id } = rollout;
    if (!parts.files.has(file)) continue;
    for (const [named, message] of await contentFaults(rollout, parts, signal)) {
      yield checkOf('DIFFERS', { file: named, thread_id, message });
    }
  }
  yield* checkEvents(parts, signal);
}

/** Whether the events are those of the rollouts. */
export async function* checkEvents(
  parts: Omit<CheckedParts, 'folder'>,
  signal: AbortSignal,
): AsyncGenerator<BundleCheck> {
  for (const { thread_id, events_file: file } of parts.custody.sessions) {
    if (file === null || !parts.files.has(file)) continue;
    const fault = await eventFault(thread_id, file, parts, signal);
    if (fault) yield checkOf(fault.status, { file, thread_id, message: fault.message });
  }
}

type NamedFault = readonly [file: string, message: string];

async function contentFaults(
  { file, original, content_sha256, damage }: CustodyRollout,
  { folder, custody, files }: CheckedParts,
  signal: AbortSignal,
): Promise<NamedFault[]> {
  const faults: NamedFault[] = [];
  // What is compressed is unpacked by whoever reads it, so what the checksum is of would not be what is read.
  if ((await read(join(folder, file), signal, false)).content !== 'plain') {
    faults.push([file, 'is not what it is called: it is compressed']);
  }
  if (!custody.redacted && files.get(file) !== content_sha256) {
    faults.push([file, 'is not the content that the custody record speaks of']);
  }
  if (original === null || !files.has(original)) return faults;
  const stored = await read(join(folder, original), signal, true);
  if (stored.sha256 !== files.get(file)) faults.push([original, `does not hold what ${file} does`]);
  if (stored.damage !== damage) {
    const found = stored.damage ?? 'nothing is wrong with it';
    faults.push([original, `${found}; the custody record says: ${damage ?? 'nothing is wrong with it'}`]);
  }
  return faults;
}

/** What of a file can be read, and why there may be more. */
async function read(path: string, signal: AbortSignal, isWhole: boolean) {
  const rollout = await openRollout(path);
  try {
    const hash = createHash('sha256');
    if (isWhole) {
      for await (const block of rollout.blocks()) {
        throwIfStopped(signal);
        hash.update(block);
      }
    }
    return { content: rollout.content, sha256: hash.digest('hex'), damage: rollout.damage?.message ?? null };
  } finally {
    await rollout.close();
  }
}

async function eventFault(
  threadId: string,
  file: string,
  { view, files, custody, isVouchedFor }: Omit<CheckedParts, 'folder'>,
  signal: AbortSignal,
): Promise<{ status: 'DIFFERS' | 'UNCOMPARED'; message: string } | null> {
  try {
    const hash = createHash('sha256');
    let isFirst = true;
    const source = await openThread(await view.catalog(), threadId, () => {});
    for await (const events of showEvents(source, everything, () => {})) {
      throwIfStopped(signal);
      for (const event of events) {
        hash.update(`${eventLine(event, isFirst)}\n`);
        isFirst = false;
      }
    }
    if (hash.digest('hex') === files.get(file)) return null;
  } catch (error) {
    throwIfStopped(signal);
    return { status: 'DIFFERS', message: toFailure(error).message };
  }
  const { version } = custody.tool;
  const message = `does not say what the rollouts do; they were read by version ${version}`;
  // Later versions make more of a record. Whose word it is that another one made them counts, then.
  const isOther = version !== packageVersion() && isVouchedFor;
  return { status: isOther ? 'UNCOMPARED' : 'DIFFERS', message };
}

const everything = {
  effective: false,
  follow: false,
  filter: parseEventFilter({ types: [], msgTypes: [], itemTypes: [] }),
};
