import { createHash } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import type { Home } from '../../store/home.ts';
import type { ThreadTrail } from '../../store/id-search.ts';
import type { Journal } from '../../store/journal.ts';
import { writeOwnFile } from '../../store/own-file.ts';
import { loadCatalog } from '../catalog.ts';
import { ownTrails } from './own-trails.ts';
import { gatherReceipts, isToldBy, type ReceiptFacts } from './receipt-facts.ts';
import { parseReceipt, readReceipt, receiptPath } from './receipt-files.ts';
import { rolloutIdsOf } from './rollout-ids.ts';
import { faults } from './traces.ts';
import { findTraces, type TraceLayer, traceLayers } from './traces-find.ts';

/** What a purge removed, and that nothing of it is left. Schema: `schemas/deletion-receipt.schema.json`. */
export interface DeletionReceipt {
  schema: 'sessions.deletion-receipt/1';
  /** From 0, one more for each receipt of the home. */
  seq: number;
  /** SHA-256 of the bytes of the receipt before, in hex; 64 zeros in the first. */
  prev: string;
  tx: string;
  /** The purge of which this one removed what was left; null for a purge itself. */
  completes: string | null;
  /** RFC 3339 UTC. */
  purged_at: string;
  actor: Actor;
  rule: string;
  sessions: ReceiptSession[];
  checks: { layer: TraceLayer; clean: boolean }[];
}

export interface ReceiptSession {
  thread_id: string;
  trash_tx: string;
  trashed_at: string;
  rule: string;
  files: { path: string; sha256: string | null; size_bytes: number }[];
}

/**
 * Ends a purge, or another attempt to clear what one has left: writes the receipt of what was removed, if that were sessions,
 * and records that it has ended. Doing it again after a kill gives the same receipt; one that is there and says something else
 * than the journal was never acknowledged, and is replaced.
 */
export async function concludePurge(home: Home, tx: string, journal: Journal): Promise<DeletionReceipt | null> {
  const facts = gatherReceipts(home).of(tx);
  const done = { event: 'purge-done', tx, ...(facts.completes !== null && { from_tx: facts.completes }) } as const;
  if (facts.sessions.length === 0) {
    journal.append([{ ...done, receipt: null }]);
    return null;
  }
  const known = readReceipt(home, tx);
  let receipt = known && parseReceipt(known.text);
  let text = known?.text ?? '';
  if (!receipt || !isToldBy(facts, receipt)) {
    receipt = await makeReceipt(home, tx, facts, journal.actor);
    text = `${JSON.stringify(receipt)}\n`;
    writeOwnFile(home, receiptPath(tx), text, { replace: known !== null });
    madeHere.add(tx);
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  journal.append([{ ...done, receipt: { seq: receipt.seq, sha256, clean: isClean(receipt.checks) } }]);
  return receipt;
}

/** Whether this very process wrote the receipt of a transaction: what it signs beside those, it has only found. */
export function isMadeHere(tx: string): boolean {
  return madeHere.has(tx);
}

const madeHere = new Set<string>();

async function makeReceipt(home: Home, tx: string, facts: ReceiptFacts, actor: Actor): Promise<DeletionReceipt> {
  const { sessions, seq, prev, completes, purgedAt: purged_at, rule } = facts;
  const checks = await checkLayers(home, sessions);
  const head = { schema: 'sessions.deletion-receipt/1', seq, prev, tx, completes, purged_at } as const;
  return { ...head, actor: facts.actor ?? actor, rule, sessions, checks };
}

export function isClean(checks: DeletionReceipt['checks']): boolean {
  return checks.every(({ clean }) => clean);
}

/** What a receipt says that was removed; nothing where there is none. */
export function sessionsOf(home: Home, tx: string): ReceiptSession[] {
  const stored = readReceipt(home, tx);
  return (stored && parseReceipt(stored.text)?.sessions) ?? [];
}

/** Looked at anew, whatever was done. */
async function checkLayers(home: Home, sessions: readonly ReceiptSession[]): Promise<DeletionReceipt['checks']> {
  const trails = ownTrails(await loadCatalog(home), sessions.map(trailOf));
  const dirty = new Set(faults(findTraces(home, trails)).map(({ layer }) => layer));
  return traceLayers.map((layer) => ({ layer, clean: !dirty.has(layer) }));
}

export function trailOf({ thread_id, files }: ReceiptSession): ThreadTrail {
  return { threadId: thread_id, rolloutIds: rolloutIdsOf(files) };
}
