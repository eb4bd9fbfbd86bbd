import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { History } from '../model/history.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { baseInstructions } from './instructions/base-instructions.ts';
import { readGitState } from './recorder/git-state.ts';
import { openRecorder } from './recorder/open-recorder.ts';
import type { Recorder } from './recorder/recorder.ts';
import type { SessionOptions } from './run-session.ts';
import { createSandbox } from './sandbox/create-sandbox.ts';

/** A thread that is held, and what it is set to. */
export interface Begun {
  recorder: Recorder;
  config: Config;
  cwd: string;
  history: History | null;
  sandbox: ReturnType<typeof createSandbox>;
  /** Whether the machine has the sandbox is being found out. Rejects with the Failure `refused` when it has not. */
  isReady: Promise<void>;
  instructions: string;
  /** Whether the rollout was compressed when it was taken. */
  wasCompressed: boolean;
}

/** Takes the thread. What is wrong with the call is found out before, so that nothing is left behind of it. */
export function begin(options: SessionOptions): Promise<Begun> {
  const { thread } = options;
  return thread.kind === 'new' ? beginNew(options, null) : beginResumed(options, thread.threadId, thread.isEphemeral);
}

async function beginNew(options: SessionOptions, history: History | null): Promise<Begun> {
  const { thread, home, clock, signal } = options;
  const set = await setUp(options, history);
  const instructions = history?.baseInstructions ?? baseInstructions;
  const start = {
    cwd: set.cwd,
    source: options.source,
    version: options.version,
    modelProvider: set.config.provider.name,
    baseInstructions: instructions,
    git: readGitState(set.cwd),
    dynamicTools: thread.kind === 'new' ? thread.dynamicTools : (history?.dynamicTools ?? []),
    memoryMode: history?.memoryMode ?? null,
    forkedFrom: null,
  };
  const made = { kind: 'new' as const, isEphemeral: thread.isEphemeral, start };
  const recorder = await openRecorder({ home, thread: made, clock, signal, onRecord: tell(options) });
  return { ...set, recorder, history, instructions, wasCompressed: false };
}

async function beginResumed(options: SessionOptions, threadId: string, isEphemeral: boolean): Promise<Begun> {
  const { ports, home, clock, signal } = options;
  const path = await ports.record(threadId);
  if (isEphemeral) return beginNew(options, await ports.resume(threadId, null));
  const thread = { kind: 'resumed' as const, threadId, path };
  const recorder = await openRecorder({ home, thread, clock, signal, onRecord: tell(options) });
  const wasCompressed = path.endsWith('.zst');
  try {
    const history = await ports.resume(threadId, recorder.path);
    if (history.obstacle !== null) {
      throw new Failure('usage', `session ${threadId} cannot be resumed: ${history.obstacle}`);
    }
    const set = await setUp(options, history);
    const instructions = history.baseInstructions ?? baseInstructions;
    return { ...set, recorder, history, instructions, wasCompressed };
  } catch (error) {
    await recorder.close({ compress: wasCompressed ? 'exit' : 'never' });
    throw error;
  }
}

/** The configuration, the folder to work in, and the sandbox. */
async function setUp(options: SessionOptions, history: History | null) {
  const { home, env, umask, clock, flags, overrides, profile } = options;
  const cwd = workFolder(options, history);
  for (const folder of flags.addDirs ?? []) checkFolder(resolve(cwd, folder), 'is no folder to write in');
  const thread = history?.settings ?? (options.thread.kind === 'new' ? options.thread.settings : undefined);
  const config = await loadConfig({ home: home.path, cwd, env, flags, overrides, profile, thread });
  const keyFiles = sealKeyFiles(config.seal);
  const sandbox = createSandbox({ policy: config.sandboxPolicy, cwd, home: home.path, keyFiles, env, clock, umask });
  const isReady = sandbox.check();
  // Whoever waits for it is told.
  isReady.catch(() => {});
  return { cwd, config, sandbox, isReady };
}

function workFolder({ workIn, cwd }: SessionOptions, history: History | null): string {
  const wanted = workIn === null ? (history?.settings.cwd ?? cwd) : resolve(cwd, workIn);
  const isOfThread = workIn === null && wanted !== cwd;
  const hint = isOfThread ? goneHint : undefined;
  checkFolder(wanted, 'is no folder to work in', hint);
  return wanted;
}

function checkFolder(path: string, message: string, hint?: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Failure('usage', message, { file: path, ...(hint !== undefined && { hint }) });
}

function tell({ onEvent }: SessionOptions): Parameters<typeof openRecorder>[0]['onRecord'] & object {
  return (record) => onEvent({ type: 'record', record });
}

/** The key that signs, which commands must not read; of a public key that `ssh-agent` signs with, the private one as well. */
function sealKeyFiles({ key }: Config['seal']): string[] {
  if (key === null) return [];
  return key.endsWith('.pub') ? [key.slice(0, -'.pub'.length)] : [key];
}

/** Also for who is in a session already, and can give no option. */
const goneHint =
  'the session worked there; name another folder with --cd, or choose the session in the list of resume, which asks for one';
