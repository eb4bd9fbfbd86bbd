import { Failure } from '../../base/failure.ts';
import { readSpawnEdges } from '../../index/codex-traces-find.ts';
import { newId } from '../../model/new-id.ts';
import type { Home } from '../../store/home.ts';
import type { ThreadTrail } from '../../store/id-search.ts';
import type { LockWait } from '../../store/lock-file.ts';
import { loadCatalog } from '../catalog.ts';
import { familyOf } from '../spawned.ts';
import { readTrash } from '../trash/read-trash.ts';
import { type CodexOptions, type CodexServer, startCodexServer } from './codex-server.ts';
import { clearTraces, type LeftTrace } from './traces.ts';

/**
 * Starts the `codex` on the PATH, which then deletes sessions whose files are gone already: databases of a version that is not
 * known here are changed by the program that knows them. What Codex leaves (projections of segments, what logs say of a
 * session, snapshots of its shell) is cleared afterwards as without it. Close it.
 *
 * @throws Failure `usage` when there is no `codex`; `trouble` when it is too old for this, or does not answer. Nothing was
 *   changed then
 */
export async function openViaCodex(home: Home, options: CodexOptions): Promise<ViaCodex> {
  try {
    const first = await startCodexServer(home.path, options);
    let server: CodexServer | null = first;
    try {
      // Asked for a session that nobody has: one that cannot delete does not know the question.
      const { error } = await first.ask('thread/delete', { threadId: newId(options.clock.now()) });
      if (error && !isUnknown(error.message)) {
        throw new Failure('trouble', `the codex on the PATH cannot delete sessions: ${firstWords(error.message)}`);
      }
    } catch (error) {
      await first.close();
      throw error;
    }
    return {
      async clear(home, threads, wait) {
        server ??= await startCodexServer(home.path, options);
        const refused = await askToDelete(server, home, threads);
        // What it logs of the sessions that it deletes is written as late as at its end.
        await server.close();
        server = null;
        return withReasons(await clearTraces(home, threads, wait), refused);
      },
      close: async () => server?.close(),
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.hint !== undefined) throw error;
    throw new Failure(error.kind, error.message, { hint: OTHER_WAY, cause: error });
  }
}

export interface ViaCodex {
  /** As `clearTraces`. */
  clear(home: Home, threads: readonly ThreadTrail[], wait: LockWait): Promise<LeftTrace[]>;
  close(): Promise<void>;
}

/** @returns why it did not delete them, by session */
async function askToDelete(
  server: CodexServer,
  home: Home,
  threads: readonly ThreadTrail[],
): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  const catalog = await loadCatalog(home);
  const edges = readSpawnEdges(home.path);
  // What lies in the trash may come back, and is to find what Codex knows of it.
  const trashed = new Set(readTrash(home).flatMap(({ kind, threadId }) => (kind === 'prune' ? [threadId] : [])));
  for (const { threadId } of threads) {
    // Codex deletes sub-agents with the session that spawned them.
    const family = familyOf(threadId, (id) => edges.get(id) ?? []);
    const living = family.find((id) => catalog.thread(id).length > 0);
    const staying = living ?? family.find((id) => trashed.has(id));
    if (staying !== undefined) {
      const where = living === undefined ? 'in the trash' : 'in the home';
      refused.set(threadId, `Codex was not asked, because it would delete session ${staying}, which is ${where}`);
      continue;
    }
    const { error } = await server.ask('thread/delete', { threadId });
    if (error && !isUnknown(error.message)) refused.set(threadId, `Codex says: ${firstWords(error.message)}`);
  }
  return refused;
}

function withReasons(left: readonly LeftTrace[], refused: ReadonlyMap<string, string>): LeftTrace[] {
  return left.map((trace) => {
    const reason = trace.layer === 'codex-databases' ? refused.get(trace.thread_id) : undefined;
    return reason === undefined ? trace : { ...trace, reason: `${trace.reason}; ${reason}` };
  });
}

/** Codex has neither a row nor a file of it. */
function isUnknown(message: string): boolean {
  return /no rollout found|thread not found/i.test(message);
}

/** A Codex that does not know a request lists all that it knows. */
function firstWords(message: string): string {
  return message.split(',')[0]?.slice(0, 200) ?? '';
}

const OTHER_WAY = 'without --via-codex, sessions changes the databases itself, when it knows their version';
