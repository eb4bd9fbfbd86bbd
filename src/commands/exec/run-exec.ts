import { Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { warn } from '../../base/warn.ts';
import { openSessions, type SessionResolver } from '../../engine/resolve-session.ts';
import { agentHome } from '../../runner/agent-home.ts';
import { checkInput } from '../../runner/check-input.ts';
import { openSession, type Session, type SessionThread } from '../../runner/run-session.ts';
import type { TurnResult } from '../../runner/turn.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { sealRun } from '../seal/seal-run.ts';
import { countBefore } from './count-before.ts';
import { eventStream } from './event-stream.ts';
import type { Output } from './output.ts';
import { OutputQueue } from './output-queue.ts';
import { progress } from './progress.ts';
import { openQuestions } from './questions.ts';
import { findTarget, readImages, readSchema } from './read-files.ts';
import { readPrompt } from './read-prompt.ts';
import { sessionPorts } from './session-ports.ts';
import { tellInterrupted } from './tell-interrupted.ts';
import { writeAnswer } from './write-answer.ts';

/** What one run is about. */
export interface Run {
  prompt: string | undefined;
  thread(isEphemeral: boolean, sessions: SessionResolver): Promise<SessionThread>;
}

/** Runs an agent for one turn. Returns the exit code. */
export async function runExec(invocation: Invocation, io: Io, run: Run): Promise<number> {
  const { options } = invocation;
  // `exec fork` has no such option.
  const isEphemeral = options.has('ephemeral');
  const name = await wantedName(invocation);
  const schemaFile = options.text('output-schema');
  const outputSchema = schemaFile === undefined ? null : await readSchema(schemaFile, io.cwd);
  const localImages = await readImages(options.texts('image'), io.cwd);
  const wantedFile = options.text('output-last-message');
  const answerFile = wantedFile === undefined ? null : await findTarget(wantedFile, io.cwd);
  const home = agentHome(io.env, io.cwd, !isEphemeral);
  const sessions = openSessions(io.env, io.cwd);
  const thread = await run.thread(isEphemeral, sessions);
  const input = { text: await readPrompt(run.prompt, io), images: [], localImages };
  checkInput(input);

  const problems = createProblemLog(io);
  const broken = new AbortController();
  const signal = AbortSignal.any([io.signal, broken.signal]);
  const queue = new OutputQueue(() => broken.abort());
  const output = outputOf(invocation, io, queue, sessions);
  const questions = openQuestions(io, queue, output.endLine);
  let session: Session | null = null;
  let result: TurnResult | null = null;
  let path: string | null = null;
  let failure: unknown = null;
  let naming: Promise<number> | null = null;
  try {
    session = await openSession({
      ...{ home, cwd: io.cwd, env: io.env, umask: io.umask, clock: io.clock, thread, outputSchema, signal },
      ...{ version: packageVersion(), source: 'exec' },
      ports: sessionPorts(sessions, io, problems.report),
      workIn: options.text('cd') ?? null,
      flags: {
        ...{ model: options.text('model'), provider: options.text('provider'), sandbox: options.text('sandbox') },
        ...{ approval: options.text('ask-for-approval'), addDirs: options.texts('add-dir') },
      },
      overrides: options.texts('config'),
      profile: options.text('profile'),
      terminal: questions,
      onEvent(event) {
        // Named as soon as there is something to name, so that it can be asked for while it runs.
        if (event.type === 'record' && name !== null && session) {
          naming ??= nameIt(name, session.threadId, options.flag('json'), io);
        }
        output.event(event);
      },
    });
    await output.open({ ...session, isEphemeral });
    // With `--json` the stream says it.
    const stopTelling = options.flag('json')
      ? () => {}
      : tellInterrupted(io, queue, output, isEphemeral ? null : session.threadId);
    result = await session.turn(input, signal).finally(stopTelling);
  } catch (error) {
    failure = error;
  }
  await questions?.close();
  try {
    const end = await session?.close(failure === null && result?.outcome !== 'interrupted');
    path = end?.path ?? null;
    if (end?.problem) await warn(io, end.problem.message, end.problem.place);
    if (session) await sealRun(home, path, session.config.seal, io);
  } catch (error) {
    failure ??= error;
  }
  await output.end(result);
  const exits = [problems.exit, await (naming ?? 0)];
  if (path !== null && session && options.flag('print-id')) {
    const { threadId } = session;
    queue.add(() => io.stdout.write(`${threadId}\n`));
  }
  // What a run that failed leaves alone may be the answer of an earlier one.
  if (answerFile !== null && result && (result.lastMessage !== null || result.outcome === 'completed')) {
    try {
      await writeAnswer(answerFile, result.lastMessage ?? '', io.umask);
    } catch (error) {
      failure ??= error;
    }
  }
  // Behind the file: whoever reads standard output may be gone.
  await queue.end();
  await problems.print();
  if (failure !== null) throw failure;
  if (result && result.outcome !== 'completed') exits.push(await reportEnd(result, invocation, io));
  return worstExit(...exits, 0);
}

async function wantedName({ options }: Invocation): Promise<string | null> {
  const name = options.text('name');
  if (options.flag('json') && options.flag('print-id')) {
    throw new Failure('usage', '--json and --print-id both say what stands on standard output');
  }
  if (options.has('ephemeral') && (name !== undefined || options.flag('print-id'))) {
    const option = name === undefined ? '--print-id' : '--name';
    throw new Failure('usage', `--ephemeral leaves nothing that ${option} could mean`);
  }
  if (name === undefined) return null;
  const { checkName } = await import('../../engine/naming.ts');
  return checkName(name);
}

function outputOf({ options }: Invocation, io: Io, queue: OutputQueue, sessions: SessionResolver): Output {
  if (!options.flag('json')) return progress(io, queue, !options.flag('print-id'));
  return eventStream(io, queue, (threadId) => countBefore(sessions, threadId));
}

async function nameIt(name: string, threadId: string, isJson: boolean, io: Io): Promise<number> {
  const { giveName } = await import('../name/give-name.ts');
  return giveName(name, threadId, isJson, io);
}

/** The agent did what it could; that is no trouble of this program. */
async function reportEnd({ outcome, error }: TurnResult, { options }: Invocation, io: Io): Promise<number> {
  // That was told when it happened; and a signal has an exit code of its own, so it is no error with this one.
  if (outcome === 'interrupted' && io.signal.aborted) return 0;
  const message = outcome === 'interrupted' ? 'the turn was interrupted' : `the agent failed: ${error}`;
  return reportFailure(new Failure('findings', message), io, options.flag('json'));
}
