import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { toFailure } from '../../../base/failure.ts';
import type { Clock, Output } from '../../../base/io.ts';
import type { Catalog } from '../../catalog.ts';
import { parseEventFilter } from '../../event-filter.ts';
import { exportSessions } from '../../export/export-sessions.ts';
import { LossLog } from '../../export/loss-log.ts';
import type { RecordCheck } from '../../export/record-check.ts';
import type { Report } from '../../problem.ts';
import type { Redactor } from '../../redact/redactor.ts';
import type { SessionResolver } from '../../resolve-session.ts';
import type { Signer } from '../../seal/signer.ts';
import { type Custody, type CustodyRollout, formatCustody } from '../custody.ts';
import { bagNames } from '../names.ts';
import type { Workplace } from '../open-bag.ts';
import { BundleView } from '../view.ts';
import { BagWriter } from './bag-writer.ts';
import { openBundleOutput, type Packed } from './bundle-output.ts';
import { chooseRollouts } from './choose-rollouts.ts';
import { bundleEvents } from './events.ts';
import { makeCustody } from './make-custody.ts';
import { readMe } from './read-me.ts';
import { addJournals, addLineage, addSchemas, addSeals } from './records.ts';
import { openRedactions } from './redaction-writer.ts';
import { copyRollout, type PackedRollout, type RolloutCopying } from './rollouts.ts';
import { verifyScript } from './verify-script.ts';

export interface BundleRequest {
  sessions: SessionResolver;
  threadIds: ReadonlySet<string>;
  /** Absolute; null for standard output. */
  path: string | null;
  force: boolean;
  stdout: Output;
  workplace: Workplace;
  redactor: Redactor | null;
  check: RecordCheck | null;
  producer: { name: string; version: string };
  command: Custody['command'];
  /** Who vouches for the whole; null to leave it unsigned. */
  signer: Signer | null;
  /** The list of allowed signers that goes along, to tell whose keys are whose; null for none. */
  signers: string | null;
  /** When it is made, in milliseconds, and where that is from. */
  time: { now: number; clock: Custody['clock'] };
  clock: Clock;
  signal: AbortSignal;
  report: Report;
  onFailure(error: unknown): Promise<void>;
  onProgress(text: string): void;
}

/**
 * Packs sessions with all that belongs to them, so that nothing else is needed to check them.
 *
 * @returns the name under which it stays when its events do not fit their schema; null otherwise
 */
export async function exportBundle(request: BundleRequest): Promise<string | null> {
  const output = await openBundleOutput(request);
  try {
    const bag = new BagWriter(output.folder);
    const packed = await fill(bag, request);
    if (request.check && request.check.invalid > 0) return await output.leavePartial(packed);
    await output.finish(packed);
    return null;
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function fill(bag: BagWriter, request: BundleRequest): Promise<Packed> {
  const { redactor, signer, clock, signal, producer } = request;
  const catalog = await request.sessions.catalog();
  const { home } = catalog;
  const failed: Custody['completeness']['failed'] = [];
  const onFailure = async (threadId: string, error: unknown) => {
    request.signal.throwIfAborted();
    const { message, place } = toFailure(error);
    // Of our own output, nothing can be left out.
    if (place.file?.startsWith(bag.path)) throw error;
    failed.push({ thread_id: threadId, message });
    await request.onFailure(error);
  };
  const chosen = await chooseRollouts(catalog, request.threadIds, { report: request.report, onFailure });
  await addSeals(bag, home, new Set(chosen.map(({ entry }) => entry.rolloutId)), { clock, signal });
  const rollouts = await copyRollouts(bag, chosen, catalog, request, onFailure);
  await addLineage(bag, home, new Set(rollouts.map(({ thread_id }) => thread_id)));
  if (!redactor) await addJournals(bag, home);
  if (!redactor && request.signers !== null) await bag.add(bagNames.allowedSigners, request.signers);
  const sessions = await writeEvents(bag, rollouts, request, onFailure);
  const custody = makeCustody(request, catalog, { sessions, rollouts, failed });
  await bag.add(bagNames.custody, formatCustody(custody));
  await bag.add('README.txt', readMe);
  await bag.add('verify.sh', verifyScript);
  chmodSync(join(bag.path, 'verify.sh'), 0o700);
  await addSchemas(bag);
  const info: [string, string][] = [
    ['Bag-Software-Agent', `${producer.name} ${custody.tool.version}`],
    ['Bagging-Date', custody.made_at.slice(0, 10)],
    ['External-Description', `${sessions.length} sessions of a coding agent`],
  ];
  await bag.complete(info, signer && ((text) => signer.sign(text, 'bundle')));
  const newest = rollouts.map(({ mtime }) => Date.parse(mtime)).reduce((a, b) => Math.max(a, b), 0);
  return { files: bag.files, mtime: Math.floor(newest / 1000) };
}

type OnFailure = (threadId: string, error: unknown) => Promise<void>;

/** @returns what was copied; nothing of the others stays */
async function copyRollouts(
  bag: BagWriter,
  chosen: readonly PackedRollout[],
  { home }: Catalog,
  { redactor, report, signal, onProgress }: BundleRequest,
  onFailure: OnFailure,
): Promise<CustodyRollout[]> {
  const writer = redactor && (await openRedactions(bag));
  let bytes = 0;
  const copying: RolloutCopying = {
    ...{ home: home.path, bag, redaction: redactor && writer && { redactor, writer }, report, signal },
    onProgress(length) {
      bytes += length;
      onProgress(`copying sessions, ${Math.floor(bytes / 1_000_000)} MB`);
    },
  };
  const copied: CustodyRollout[] = [];
  for (const packed of chosen) {
    try {
      copied.push(await copyRollout(packed, copying));
    } catch (error) {
      const folder = packed.file.slice(0, packed.file.lastIndexOf('/') + 1);
      await bag.drop((name) => name.startsWith(folder));
      await onFailure(packed.entry.threadId, error);
    }
  }
  await writer?.close();
  const here = new Set(copied.map(({ rollout_id }) => rollout_id));
  const lost = new Set(chosen.map(({ entry }) => entry.rolloutId).filter((id) => !here.has(id)));
  await bag.drop((name) => /^(?:checkpoints|signatures|proofs)\//.test(name) && lost.has(name.split('/')[1] as string));
  return copied;
}

/** Of the copies, so that they fit them whatever is written meanwhile. */
async function writeEvents(
  bag: BagWriter,
  rollouts: CustodyRollout[],
  request: BundleRequest,
  onFailure: OnFailure,
): Promise<Custody['sessions']> {
  const { redactor, check, signal, report } = request;
  const safe = (text: string) => (redactor ? redactor.text(text) : text);
  const names = new Map([...(await request.sessions.names())].map(([id, name]) => [id, safe(name)]));
  const files = new Map(bag.files.map(({ name, sha256 }) => [name, sha256]));
  const view = BundleView.open({ folder: bag.path, files }, rollouts, names);
  try {
    const folders = new Map(
      rollouts.map(({ file }) => [join(bag.path, file), file.slice(0, -'/rollout.jsonl'.length)]),
    );
    const destination = bundleEvents(bag, (path) => folders.get(path) as string, safe);
    const copied = new Set(rollouts.map(({ thread_id }) => thread_id));
    const threadIds = [...request.threadIds].filter((id) => copied.has(id)).sort();
    await exportSessions(view, {
      targets: threadIds.map((threadId) => ({ kind: 'thread' as const, threadId })),
      ...{ destination, isRaw: false, filter: everything, redactor: null, check, signal, report },
      losses: new LossLog('bundle', null, null),
      onFailure: (error, target) => onFailure(target.kind === 'thread' ? target.threadId : target.path, error),
      onProgress: ({ done, of }) => request.onProgress(`writing events of session ${done + 1} of ${of}`),
    });
    return destination.sessions;
  } finally {
    view.remove();
  }
}

const everything = parseEventFilter({ types: [], msgTypes: [], itemTypes: [], turns: undefined });
