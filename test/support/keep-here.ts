import { systemClock } from '../../src/base/clock.ts';
import { applyPlan } from '../../src/engine/prune/apply.ts';
import type { PruneResult } from '../../src/engine/prune/prune-result.ts';
import type { Recheck } from '../../src/engine/prune/recheck.ts';
import { purgeTrash } from '../../src/engine/purge/purge.ts';
import { openStore } from '../../src/engine/trash/open-store.ts';
import { restoreSessions } from '../../src/engine/trash/restore-sessions.ts';
import type { Restored } from '../../src/engine/trash/restored.ts';
import { homeAt } from '../../src/store/home.ts';
import { noVeto, planOf } from './keep-plan.ts';

/** Prunes in this process, without the command in front of it. */
export async function pruneHere(path: string, families: readonly (readonly string[])[], options: KeepOptions = {}) {
  const home = homeAt(path);
  const plan = await planOf(path, families);
  const results: PruneResult[] = [];
  const context = contextOf(options);
  const store = await openStore(home, context);
  try {
    await options.between?.();
    const applied = await applyPlan(home, plan, {
      ...{ journal: store.journal, rule: 'of the test', recheck: options.recheck ?? noVeto, context },
      onResult: (result) => {
        results.push(result);
        options.onResult?.(result);
      },
    });
    return { ...applied, results };
  } finally {
    store.close();
  }
}

export async function purgeHere(path: string, graceMs: number, options: KeepOptions = {}) {
  const home = homeAt(path);
  const results: PruneResult[] = [];
  const context = contextOf(options);
  const store = await openStore(home, context);
  try {
    const report = await purgeTrash(home, {
      ...{ journal: store.journal, incomplete: store.incompletePurges, graceMs, rule: '--purge', context },
      onResult: (result) => {
        results.push(result);
        options.onResult?.(result);
      },
    });
    return { ...report, results };
  } finally {
    store.close();
  }
}

export async function restoreHere(path: string, names: readonly string[] | 'all', options: KeepOptions = {}) {
  const results: Restored[] = [];
  await restoreSessions(homeAt(path), names, {
    context: contextOf(options),
    onResult: (result) => {
      results.push(result);
      options.onResult?.(result);
    },
  });
  return results;
}

/** Begins and ends, which brings to an end what was left. */
export async function recoverHere(path: string): Promise<void> {
  (await openStore(homeAt(path), contextOf({}))).close();
}

export interface KeepOptions {
  recheck?: Pick<Recheck, 'check'>;
  signal?: AbortSignal;
  /** Added to the time of the machine. */
  laterMs?: number;
  onResult?(result: object): void;
  /** Done under the store lock, after the plan was made. */
  between?(): void | Promise<void>;
}

function contextOf({ signal, laterMs = 0 }: KeepOptions) {
  const clock = { ...systemClock, now: () => systemClock.now() + laterMs };
  return { clock, ...(signal && { signal }) };
}
