import { throwIfStopped } from '../../base/abort.ts';
import { chunk } from '../../base/chunk.ts';
import { unicodeVersion } from '../../base/unicode-version.ts';
import { Settings } from '../../index/settings.ts';
import { isIntactFile, type TextFile } from '../../index/text-file.ts';
import type { MadeTexts, TextTable } from '../../index/text-table.ts';
import type { HomeIndex } from '../listing/home-index.ts';
import { runJobs, usefulWorkers } from '../workers/run-jobs.ts';
import { applyMemoryOff, readMemoryOff } from './memory-off.ts';
import type { TextJob, TextState, UnreadFile } from './read-texts.ts';

/**
 * Brings the texts of the index in step with its files: reads what is new, and takes out what is there no more and what
 * belongs to sessions whose memory is switched off. What is taken out is gone from the disk at the end.
 *
 * @param wanted threads whose files are to be read; null for all
 */
export async function fillTexts(
  index: HomeIndex,
  table: TextTable,
  wanted: ReadonlySet<string> | null,
  options: FillOptions,
): Promise<void> {
  const settings = new Settings(index.database);
  makeReady(index, table);
  const off = await readMemoryOff(index.home.path, settings);
  applyMemoryOff(table, off);
  dropOrphans(table, options.signal);
  let done = 0;
  for (;;) {
    const stale = table.stale().filter(({ file }) => !wanted || wanted.has(file.thread_id));
    if (stale.length === 0) break;
    const some = stale.slice(0, ROUND_FILES);
    const onDone = (files: number) => options.onProgress?.(done + files, done + stale.length);
    await readSome(table, some.map(toUnread), off, { ...options, onProgress: onDone });
    done += some.length;
    applyMemoryOff(table, off);
  }
  table.scrub();
}

export interface FillOptions {
  signal: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/**
 * Threads that the index does not hold as they are: what another process rebuilds, withholds or has not read yet. To be asked
 * in one transaction with what is looked up in the texts.
 */
export function unfilled(index: HomeIndex, table: TextTable): string[] {
  return isReady(index) ? table.staleThreads() : index.files.threads();
}

/** In one transaction: else another process that finds it as unready would throw away what this one has filled meanwhile. */
function makeReady(index: HomeIndex, table: TextTable): void {
  if (isReady(index)) return;
  const make = index.database.transaction(() => {
    if (isReady(index)) return;
    table.clear();
    new Settings(index.database).set('words', WORDS);
  });
  make.immediate();
}

function isReady({ database }: HomeIndex): boolean {
  return new Settings(database).get('words') === WORDS;
}

async function readSome(
  table: TextTable,
  unread: UnreadFile[],
  off: ReadonlySet<string>,
  options: { signal: AbortSignal; onProgress: (done: number) => void },
): Promise<void> {
  const isOff = ({ file }: UnreadFile) => off.has(file.thread_id);
  table.store(unread.filter(isOff).map(withheld));
  const jobs = chunk(
    unread.filter((file) => !isOff(file)),
    JOB_FILES,
  );
  const inputs: TextJob[] = jobs.map((files) => ({ files }));
  const workers = unread.length < FEW_FILES ? 0 : usefulWorkers(inputs.length);
  const { signal } = options;
  const onProgress = (done: number) => options.onProgress(done * JOB_FILES);
  let made: MadeTexts[] = [];
  let length = 0;
  for await (const { part } of runJobs<MadeTexts>('texts', inputs, { workers, signal, onProgress })) {
    made.push(part);
    for (const { text } of part.texts) length += text.length;
    if (length < STORED_LENGTH && made.length < STORED_FILES) continue;
    table.store(made);
    made = [];
    length = 0;
  }
  table.store(made);
}

/** A row that is damaged says nothing of where its reading ended. */
function toUnread({ file, known }: { file: UnreadFile['file']; known: TextFile | null }): UnreadFile {
  const state = known && isIntactFile(known) ? known.state : null;
  return { file, known, state: state === null ? null : (JSON.parse(state) as TextState) };
}

function withheld({ file, known }: UnreadFile): MadeTexts {
  const facts = { status: 'withheld', memoryMode: null, cwd: null, isContinued: false } as const;
  return { file, known, ...facts, from: 0, texts: [], state: null, isWhole: true };
}

/** Files that are gone. One that goes by another name now, or was compressed, keeps its texts until they are compared. */
function dropOrphans(table: TextTable, signal: AbortSignal): void {
  const orphans = table.orphans();
  if (orphans.length === 0) return;
  const fresh = new Map(table.stale().flatMap(({ file, known }) => (known ? [] : [[file.rollout_id, file]])));
  for (const orphan of orphans) {
    throwIfStopped(signal);
    const heir = fresh.get(orphan.rollout_id);
    if (heir && orphan.status === 'indexed' && isIntactFile(orphan)) {
      fresh.delete(orphan.rollout_id);
      table.adopt(orphan, heir);
    } else table.remove(orphan);
  }
}

/** Words that were cut by other rules are not found. */
const WORDS = `1 ${unicodeVersion}`;
const ROUND_FILES = 2000;
const JOB_FILES = 8;
/** Fewer than these are read before a thread has started. */
const FEW_FILES = 24;
/** Files, and characters of text, that are stored in one transaction. */
const STORED_FILES = 200;
const STORED_LENGTH = 2 * 1024 * 1024;
