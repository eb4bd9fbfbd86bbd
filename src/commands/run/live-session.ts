import { join } from 'node:path';
import { exitCodes, toFailure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { oneLine } from '../../base/safe-text.ts';
import { openSessions, type SessionResolver } from '../../engine/resolve-session.ts';
import type { ThreadSettings } from '../../model/history.ts';
import type { LiveFacts, LiveSession, OpenOptions, WantedThread } from '../../model/live-session.ts';
import type { agentHome } from '../../runner/agent-home.ts';
import { checkInput } from '../../runner/check-input.ts';
import { openSession, type Session, type SessionThread } from '../../runner/run-session.ts';
import { wordsOf } from '../../tui/words.ts';
import { countBefore } from '../exec/count-before.ts';
import { readImages } from '../exec/read-files.ts';
import { sessionPorts } from '../exec/session-ports.ts';
import { sealRun } from '../seal/seal-run.ts';
import type { AgentSettings } from './agent-port.ts';
import { heardIo } from './heard-io.ts';
import { LiveEvents } from './live-events.ts';
import { Naming } from './naming.ts';

export interface AgentHost {
  home: ReturnType<typeof agentHome>;
  io: Io;
  settings: AgentSettings;
  /** Asked as soon as something of the session is recorded: what it is to be called; null for nothing. */
  takeName(): string | null;
  /** The same, without taking it. */
  nameToCome(): string | null;
  /** How an open session is set; undefined where it is not open. */
  settingsOf(threadId: string): ThreadSettings | undefined;
}

/** A session at work that can be waited for, and that knows its part of the exit code. */
export type OpenLive = LiveSession & { settings: ThreadSettings; flush(): Promise<void>; exit(): number };

/** Opens a session for a screen. See `AgentPort.open`. */
export async function openLive(thread: WantedThread, options: OpenOptions, host: AgentHost): Promise<OpenLive> {
  const { home, io, settings } = host;
  const sessions = openSessions(io.env, io.cwd);
  const note = (message: string) => options.onEvent({ type: 'note', message });
  const events = new LiveEvents(options.onEvent);
  const naming = new Naming(host.takeName, io, note);
  const { workIn, flags, overrides, profile } = settings;
  let exit = 0;
  const session = await openSession({
    ...{ home, cwd: io.cwd, env: io.env, umask: io.umask, clock: io.clock, outputSchema: null },
    ...{ version: packageVersion(), source: 'cli', terminal: null, overrides, profile },
    ask: options.ask,
    signal: AbortSignal.any([io.signal, options.signal]),
    ports: sessionPorts(sessions, io, ({ weight, message }) => {
      if (weight === 'lost') exit = exitCodes.partial;
      if (weight !== 'note') note(`some of the history is not known to the agent: ${oneLine(message)}`);
    }),
    thread: threadOf(thread, host),
    workIn: options.cwd ?? workIn,
    flags: { ...flags, model: options.model ?? flags.model, approval: options.approvals ?? flags.approval },
    onEvent(event) {
      if (event.type === 'record') naming.begin();
      events.put(event);
    },
  });
  naming.threadId = session.threadId;
  const isNew = session.history === null;
  events.number({
    ...{ threadId: session.threadId, isEphemeral: false, turns: session.history?.turns ?? 0 },
    events: isNew ? Promise.resolve(0) : countBefore(sessions, session.threadId),
    unfinished: session.tail && !session.tail.isRecord ? 1 : 0,
  });
  const name = isNew ? host.nameToCome() : await nameOf(session.threadId, sessions, note);
  return liveSession(session, { events, naming, host, name, exit });
}

/** A session is open by now: that its name cannot be read is no reason to let it be. */
async function nameOf(threadId: string, sessions: SessionResolver, note: (message: string) => void) {
  try {
    return (await sessions.names()).get(threadId) ?? null;
  } catch (error) {
    note(`whether the session has a name is not known: ${wordsOf(error)}`);
    return null;
  }
}

function threadOf(thread: WantedThread, { settingsOf }: AgentHost): SessionThread {
  if (thread.kind === 'resumed') return { ...thread, isEphemeral: false };
  const settings = thread.like === undefined ? undefined : settingsOf(thread.like);
  return { kind: 'new', isEphemeral: false, dynamicTools: [], toolsFile: null, settings };
}

interface Parts {
  events: LiveEvents;
  naming: Naming;
  host: AgentHost;
  name: string | null;
  /** Of what could not be read. */
  exit: number;
}

function liveSession(session: Session, { events, naming, host, name, exit: exitOfHistory }: Parts): OpenLive {
  const { io, home } = host;
  let isClean = true;
  let exit = exitOfHistory;
  return {
    exit: () => exit,
    threadId: session.threadId,
    facts: factsOf(session, name),
    settings: settingsOf(session),
    flush: () => session.flush(),
    async turn({ text, images }, signal) {
      let isUnsaid = true;
      try {
        const files = images.map((file) => withHome(file, io.env.HOME));
        const input = { text, images: [], localImages: await readImages(files, session.cwd) };
        checkInput(input);
        isUnsaid = false;
        await events.isNumbered;
        const { outcome, error } = await session.turn(input, signal);
        isClean = outcome !== 'interrupted';
        await session.flush();
        return { outcome, error };
      } catch (error) {
        // What was never said ends nothing.
        isClean &&= isUnsaid;
        return { outcome: 'failed', error: wordsOf(error), isUnsaid };
      }
    },
    async compact(signal) {
      try {
        await events.isNumbered;
        return await events.asNoTurn(async () => {
          const reason = await session.compact(signal);
          await session.flush();
          return reason;
        });
      } catch (error) {
        return wordsOf(error);
      }
    },
    async close() {
      const heard = heardIo(io);
      try {
        const { path, problem } = await session.close(isClean);
        if (problem) heard.add(wordsOf(problem));
        await sealRun(home, path, session.config.seal, heard.io);
      } catch (error) {
        exit = worstExit(exit, toFailure(error).exit);
        heard.add(wordsOf(error));
      }
      await naming.end();
      return heard.lines();
    },
  };
}

function factsOf({ config, cwd, history }: Session, name: string | null): LiveFacts {
  return {
    model: config.model,
    provider: config.provider.name,
    sandbox: config.sandboxPolicy.type,
    approvals: config.approvalPolicy,
    cwd,
    contextWindow: config.contextWindow ?? history?.tokens.contextWindow ?? null,
    name,
    turns: history?.turns ?? 0,
  };
}

/** As a thread would have recorded them. */
function settingsOf({ config, cwd }: Session): ThreadSettings {
  const { model, provider, reasoningEffort, reasoningSummary, approvalPolicy, sandboxPolicy } = config;
  return {
    ...{ cwd, model, modelProvider: provider.name, reasoningEffort, reasoningSummary },
    ...{ approvalPolicy, sandboxPolicy },
  };
}

/** A path as it was pasted: no shell has read it. */
function withHome(file: string, home: string | undefined): string {
  return home !== undefined && file.startsWith('~/') ? join(home, file.slice(2)) : file;
}
