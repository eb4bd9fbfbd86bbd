import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { Rollouts } from '../../engine/catalog.ts';
import type { Report } from '../../engine/problem.ts';
import type { SessionResolver } from '../../engine/resolve-session.ts';
import type { SessionPorts } from '../../model/session-ports.ts';

/** What an agent asks of the home and the index. */
export function sessionPorts(sessions: SessionResolver, io: Io, report: Report): SessionPorts {
  const note = (message: string) =>
    report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
  return {
    async record(threadId) {
      const current = (await sessions.catalog()).thread(threadId).at(-1);
      if (!current) throw new Failure('usage', `no session has the id '${threadId}'`);
      if (current.archived) {
        const hint = `sessions unarchive ${threadId} brings it back`;
        throw new Failure('usage', `session ${threadId} is archived`, { hint });
      }
      return current.path;
    },
    async resume(threadId, path) {
      const { reconstruct } = await import('../../engine/reconstruct.ts');
      return reconstruct(movedTo(await sessions.catalog(), threadId, path), threadId, { report });
    },
    async answers(session, fromTurn) {
      const { openTarget } = await import('../../engine/open-target.ts');
      const { recordedAnswers } = await import('../../engine/recorded-answers.ts');
      const source = await openTarget(sessions, await sessions.resolve(session), report);
      const answers = recordedAnswers(source, fromTurn, report);
      const first = await answers.next();
      if (first.done) throw new Failure('usage', `session '${session}' has no answers from turn ${fromTurn} on`);
      return (async function* () {
        yield first.value;
        yield* answers;
      })();
    },
    async isHeld(threadId) {
      try {
        const { homeOf } = await import('../../engine/listing/list-home.ts');
        const { isHeld } = await import('../../engine/holds/is-held.ts');
        return await isHeld(homeOf(io.env, io.cwd), threadId, io.clock.now());
      } catch {
        return true;
      }
    },
    async index() {
      try {
        const { homeOf } = await import('../../engine/listing/list-home.ts');
        const { keepInStep } = await import('../../engine/listing/keep-in-step.ts');
        const options = { now: io.clock.now(), signal: new AbortController().signal, onReplaced: note };
        await keepInStep(homeOf(io.env, io.cwd), options);
      } catch (error) {
        note(`the index is not in step: ${(error as Error).message}`);
      }
    },
  };
}

/** The same rollouts, with the current one of a thread where it is since it was taken for writing. */
export function movedTo(rollouts: Rollouts, threadId: string, path: string | null): Rollouts {
  const last = rollouts.thread(threadId).at(-1);
  if (path === null || !last || last.path === path) return rollouts;
  const moved = { ...last, path, compressed: false };
  return {
    home: rollouts.home,
    rollout: (id) => (id === last.rolloutId ? moved : rollouts.rollout(id)),
    thread: (id) => rollouts.thread(id).map((entry) => (entry.path === last.path ? moved : entry)),
  };
}
