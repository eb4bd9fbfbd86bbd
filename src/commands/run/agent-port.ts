import { Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import type { AgentPort } from '../../model/live-session.ts';
import type { agentHome } from '../../runner/agent-home.ts';
import type { ConfigFlags } from '../../runner/config/load-config.ts';
import type { OpenLive } from './live-session.ts';

/** What the command line says of the agent. */
export interface AgentSettings {
  flags: ConfigFlags;
  overrides: readonly string[];
  profile: string | undefined;
  /** Of `--cd`, absolute; null for none. */
  workIn: string | null;
  /** From `checkName`: of the first new session of which anything is recorded; null for none. */
  name: string | null;
}

/** An `AgentPort` that knows what went wrong at the end of its sessions: a screen may be gone by the time somebody reads it. */
export interface TellingAgentPort extends AgentPort {
  /** Each once. */
  readonly problems: readonly string[];
  /** 0 unless records were lost, or some of a history could not be read. */
  readonly exit: number;
}

/** Opens the sessions that a screen asks for. What reads configurations and talks to models is loaded with the first one. */
export function createAgentPort(home: ReturnType<typeof agentHome>, settings: AgentSettings, io: Io): TellingAgentPort {
  let { name } = settings;
  const problems = new Set<string>();
  let exit = 0;
  const open = new Set<OpenLive>();
  return {
    get problems() {
      return [...problems];
    },
    get exit() {
      return exit;
    },
    async open(thread, options) {
      const { openLive } = await import('./live-session.ts');
      const session = await openLive(thread, options, {
        ...{ home, io, settings },
        nameToCome: () => (thread.kind === 'new' ? name : null),
        takeName: () => {
          if (thread.kind !== 'new') return null;
          const taken = name;
          name = null;
          return taken;
        },
        settingsOf: (threadId) => [...open].find((session) => session.threadId === threadId)?.settings,
      });
      open.add(session);
      return {
        ...session,
        async close() {
          open.delete(session);
          const found = await session.close();
          for (const problem of found) problems.add(problem);
          exit = worstExit(exit, session.exit(), 0);
          return found;
        },
      };
    },
    async fork(threadId, beforeTurn) {
      if (beforeTurn !== null && beforeTurn <= 1) {
        throw new Failure('usage', 'before the first turn there is nothing to fork', { hint: 'begin a new session' });
      }
      const { forkSession } = await import('../../engine/fork.ts');
      // What is on its way to the file of a session that is open here belongs to it.
      for (const session of open) if (session.threadId === threadId) await session.flush();
      const sessions = openSessions(io.env, io.cwd);
      const forked = await forkSession(await sessions.catalog(), threadId, {
        point: beforeTurn === null ? { kind: 'last' } : { kind: 'before', turn: beforeTurn },
        ...{ method: null, cwd: null, fallbackCwd: io.cwd, version: packageVersion() },
        ...{ clock: io.clock, signal: io.signal, report: () => {} },
      });
      return { threadId: forked.threadId, turn: forked.turn };
    },
  };
}
