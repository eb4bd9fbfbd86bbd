import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { spool } from '../../store/spool.ts';
import type { Catalog } from '../catalog.ts';
import type { SignatureCheck } from '../seal/signature-check.ts';
import type { Signer } from '../seal/signer.ts';
import { applyImport, type Sealed } from './apply.ts';
import type { Source } from './incoming.ts';
import { type ImportPlan, planImport } from './plan.ts';
import { readBundle } from './read-bundle.ts';
import { readEvents } from './read-events.ts';
import { readRollout } from './read-rollout.ts';
import { planSeals, type SealPlan } from './seals/plan-seals.ts';
import { sniffSource } from './sniff.ts';

/** What became of a file of a session. Schema: `schemas/imported.schema.json`. */
export interface Imported {
  schema: 'sessions.imported/1';
  thread_id: string;
  rollout_id: string;
  status: 'imported' | 'present' | 'would-import';
  /** Absolute. */
  path: string;
  source: Source['kind'];
  archived: boolean;
  original_thread_id: string | null;
  lines: number | null;
  altered: number | null;
  /** The first hundred of them, as lines of this file. */
  altered_lines: number[];
  seal: 'VERIFIED' | 'TAIL' | 'none';
}

export interface ImportRequest {
  /** Absolute; or a content that can be read once. */
  input: string | AsyncIterable<Uint8Array>;
  /** What messages call it. */
  shownAs: string;
  newIds: boolean;
  archived: boolean;
  dryRun: boolean;
  /** The source may hold one session only: it is to get a name. */
  isOne: boolean;
  /** Whether seals are brought along, and whose count. */
  seals: boolean;
  check: SignatureCheck;
  /** Whether a bundle is taken that nobody vouches for who may. */
  allowsUnsigned: boolean;
  /** Who signs the log of the home's seals; null for nobody. Asked only where there are seals. */
  openSigner(): Promise<Signer | null>;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

export interface ImportResult {
  records: Imported[];
  /** Names that the source has for sessions that are in the home now, by thread id. */
  names: Map<string, string>;
  /** What speaks against taking a bundle for what it says it is, in words. */
  doubts: string[];
  /** Seals that did not come along, and why. */
  unsealed: SealPlan['left'];
}

/**
 * Brings sessions into a home: all that the source holds, or nothing.
 *
 * @throws Failure `findings` for a source that is torn, foreign or hostile; `refused` when an id is taken
 */
export async function importSessions(catalog: Catalog, request: ImportRequest): Promise<ImportResult> {
  if (typeof request.input === 'string') return importFile(catalog, request.input, request);
  const { path, remove } = await spool(request.input);
  try {
    return await importFile(catalog, path, request);
  } finally {
    remove();
  }
}

async function importFile(catalog: Catalog, path: string, request: ImportRequest): Promise<ImportResult> {
  const source = await openSource(catalog, path, request);
  try {
    const { newIds, archived, clock } = request;
    const plan = await planImport(catalog, source, { newIds, archived, now: clock.now() });
    const threads = new Set(plan.placings.map(({ threadId }) => threadId));
    if (request.isOne && threads.size !== 1) {
      throw new Failure('usage', `--name is for one session, and the file holds ${threads.size}`, {
        file: request.shownAs,
      });
    }
    const seals = await planSeals(catalog.home, source, plan, request.seals ? request : null);
    const sealed = request.dryRun ? null : await applyImport(catalog.home, source, plan, seals, request);
    return {
      records: plan.placings.map((placing) => recordOf(placing, source, plan, sealed)),
      names: new Map(
        plan.placings.flatMap(({ threadId, incoming }) => (incoming.name ? [[threadId, incoming.name]] : [])),
      ),
      doubts: source.bundle?.doubts ?? [],
      unsealed: seals.left,
    };
  } finally {
    source.remove();
  }
}

async function openSource(catalog: Catalog, path: string, request: ImportRequest): Promise<Source> {
  const { shownAs, signal, check, allowsUnsigned, env } = request;
  const workplace = { home: catalog.home, env };
  switch (await sniffSource(path, shownAs)) {
    case 'bundle':
      return readBundle(path, shownAs, { signal, check, allowsUnsigned, workplace });
    case 'events':
      return readEvents(catalog, path, { shownAs, signal, workplace });
    case 'rollout':
      return readRollout(path, shownAs);
  }
}

/** @param sealed null where nothing was done */
function recordOf(
  placing: ImportPlan['placings'][number],
  { kind }: Source,
  { ids }: ImportPlan,
  sealed: Sealed | null,
): Imported {
  const { incoming, threadId, rolloutId, status, path, archived } = placing;
  const done = sealed === null ? 'would-import' : 'imported';
  return {
    ...{ schema: 'sessions.imported/1', thread_id: threadId, rollout_id: rolloutId },
    ...{ status: status === 'present' ? 'present' : done, path, source: kind, archived },
    original_thread_id: ids.size > 0 ? incoming.threadId : null,
    ...{ lines: incoming.lines, altered: incoming.altered?.count ?? null },
    ...{ altered_lines: incoming.altered?.lines ?? [], seal: sealed?.get(placing) ?? 'none' },
  };
}
