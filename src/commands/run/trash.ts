import { Failure } from '../../base/failure.ts';
import type { PruneResult } from '../../engine/prune/prune-result.ts';
import { pruneHome } from '../../engine/prune-home.ts';
import { restoreSessions } from '../../engine/trash/restore-sessions.ts';
import type { KeptReason } from '../../engine/trash/restored.ts';
import type { Trashed } from '../../model/live-session.ts';
import { describeReasons } from '../prune/describe-reasons.ts';
import { explain } from '../restore/explain.ts';
import type { ChangeContext } from './change-session.ts';

type Home = Parameters<typeof pruneHome>[0];

/**
 * Moves one session to the trash, with what it has spawned, unless `prune` would not. That it may be most of a home keeps nobody from
 * it: it was chosen by hand. Nothing that is in the trash is removed.
 *
 * @throws Failure `refused` with the reason why it stays
 */
export async function toTrash(home: Home, threadId: string, io: ChangeContext): Promise<Trashed> {
  const results: PruneResult[] = [];
  const request = {
    record: { sessions: [threadId] },
    selectors: {},
    ...{ named: new Set([threadId]), isEmpty: false, isDamaged: false, keep: {}, maxTotal: null },
  };
  const job = {
    what: { kind: 'policy' as const, request },
    allowMass: Number.MAX_SAFE_INTEGER,
    graceMs: null,
    viaCodex: false,
  };
  await pruneHome(home, job, {
    ...{ clock: io.clock, signal: io.signal, env: io.env, onProgress: () => {} },
    async onResult(result) {
      results.push(result);
    },
  });
  const own = results.find(({ thread_id }) => thread_id === threadId);
  if (own?.result === 'trashed' && own.tx !== null) {
    const { tx } = own;
    return { tx, threadIds: results.filter((each) => each.tx === tx).map((each) => each.thread_id) };
  }
  const why = own ? describeReasons(own.reasons) : 'it is gone';
  throw new Failure('refused', `it stays: ${why}`);
}

/** Takes that back. @throws Failure `refused` with the reason why something stays in the trash */
export async function fromTrash(home: Home, tx: string, io: ChangeContext): Promise<void> {
  const kept: KeptReason[] = [];
  await restoreSessions(home, [tx], {
    context: { clock: io.clock, signal: io.signal },
    onResult({ reason }) {
      if (reason) kept.push(reason);
    },
  });
  const [first] = kept;
  if (first) throw new Failure('refused', explain(first));
}
