import { lstatSync } from 'node:fs';
import { Failure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import type { PlanSession, PrunePlan } from '../../src/engine/prune/plan.ts';
import type { Recheck } from '../../src/engine/prune/recheck.ts';
import { identityOf, pathInHome } from '../../src/store/file-identity.ts';
import { homeAt } from '../../src/store/home.ts';

/** A plan that removes these sessions, made by hand: each family is one group. @throws Failure `busy` when one vanishes */
export async function planOf(homePath: string, families: readonly (readonly string[])[]): Promise<PrunePlan> {
  const home = homeAt(homePath);
  const catalog = await loadCatalog(home);
  const sessionOf = (threadId: string): PlanSession => {
    const hidden = catalog.hidden.map(({ entry }) => entry).filter((entry) => entry.threadId === threadId);
    const paths = [...new Set([...catalog.thread(threadId), ...hidden].map(({ path }) => path))];
    const files = paths.map((path) => {
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (!stat) throw new Failure('busy', 'somebody else has taken it', { file: path });
      return identityOf(pathInHome(home, path), stat);
    });
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return {
      ...{ schema: 'sessions.prune-plan/1', kind: 'session', thread_id: threadId, action: 'remove' },
      ...{ reasons: [{ code: 'named' }], files, age_at: null, size_bytes: size, archived: false, name: null },
    };
  };
  const grouped = families.map((family) => family.map(sessionOf));
  const sessions = grouped.flat();
  return {
    head: {
      ...{ schema: 'sessions.prune-plan/1', kind: 'plan', home: homePath, made_at: '2026-01-01T00:00:00.000Z' },
      ...{ policy: {}, digest: '', sessions: sessions.length, removes: sessions.length, remove_bytes: 0, keeps: 0 },
    },
    sessions,
    families: grouped,
  };
}

/** Says that nothing speaks against it. */
export const noVeto: Pick<Recheck, 'check'> = { check: async () => new Map() };
