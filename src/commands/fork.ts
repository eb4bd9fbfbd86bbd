import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import type { Forked } from '../engine/fork.ts';
import { openPrinter } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { forkAsAsked, forkExits, forkOptions } from './fork/fork-options.ts';
import { printOrTell } from './frame/print-or-tell.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const fork: Command = {
  spec: {
    name: 'fork',
    group: 'keep',
    summary: 'make a session that goes on from a point in another one',
    synopsis: ['[options] SESSION'],
    description: [
      'Makes a session of its own that has the turns of SESSION up to a point, and prints its id. Without `--at` or `--before`, ' +
        'that is behind the last complete turn: a turn whose end is recorded or, in sessions of older versions of Codex, that ' +
        'came to an answer. SESSION itself is not touched, and may be open in any program, archived or compressed.',
      'The fork of a session of Codex since 0.149 refers to the file of its parent, as with Codex itself, and needs it from ' +
        'then on; any other fork holds a copy. Sessions of Codex up to 0.29, which no later version resumes, are converted. ' +
        'Both Codex and `sessions exec resume` go on with a fork. A fork whose last turn was cut off is `interrupted`; it takes ' +
        'new input all the same.',
      'The fork keeps the settings, the instructions, the tools and the memory mode that were in effect at that point; it ' +
        'has no name but the one that `--name` gives it. An interruption leaves the whole fork, or none.',
      'On standard output stands the id alone, also in a pipe; with `--json`, one object (schema `forked`).',
    ],
    operands: [{ name: 'SESSION', min: 1, max: 1, completes: 'session' }],
    options: [
      ...forkOptions,
      { long: 'name', value: 'NAME', description: 'Give the fork this name.' },
      {
        long: 'cwd',
        value: 'DIR',
        completes: 'folder',
        description: 'The fork works in DIR, not in the folder of SESSION.',
      },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions fork @last', explains: 'Fork the newest session behind its last complete turn.' },
      {
        run: 'sessions exec resume "$(sessions fork ID --at 3)" \'try the other way\'',
        explains: 'Go on from the third turn in another way.',
      },
      { run: "sessions fork --before 'add tests' --name 'no tests' ID", explains: 'Take a turn back, and keep both.' },
    ],
    exits: [
      { code: 0, when: 'The fork was made.' },
      ...forkExits,
      { code: 4, when: 'Refused: the folder of the fork is reached through a symbolic link.' },
      {
        code: 5,
        when: 'Somebody holds a lock for too long. With `--name`, the fork may have been made, without its name.',
      },
    ],
    seeAlso: ['sessions-exec-fork(1)', 'sessions-exec-resume(1)', 'sessions-replay(1)', 'sessions-name(1)'],
  },
  run: runFork,
};

/** Schema: `schemas/forked.schema.json`. */
interface ForkedRecord {
  schema: 'sessions.forked/1';
  thread_id: string;
  forked_from_id: string;
  turn: number;
  state: Forked['state'];
  method: Forked['method'];
  path: string;
  name: string | null;
}

async function runFork(invocation: Invocation, io: Io): Promise<number> {
  const { options, operands } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const { threadOf } = await import('../engine/thread-of.ts');
  const wanted = options.text('name');
  const name = wanted === undefined ? null : (await import('../engine/naming.ts')).checkName(wanted);
  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, operands, io.stdin.read());
  remove();
  const [target, ...others] = targets;
  if (!target || others.length > 0) {
    throw new Failure('usage', `one session is forked at a time, and ${targets.length} were given`);
  }
  const catalog = await sessions.catalog();
  const problems = createProblemLog(io);
  const asked = { cwd: options.text('cwd'), report: problems.report };
  const forked = await forkAsAsked(catalog, threadOf(catalog, target), invocation, io, asked);
  const exits = [0];
  if (name !== null) {
    const { giveName } = await import('./name/give-name.ts');
    exits.push(await giveName(name, forked.threadId, options.flag('json'), io));
  }
  const { sessionPorts } = await import('./exec/session-ports.ts');
  await sessionPorts(sessions, io, problems.report).index(forked.threadId);
  const given = name !== null && exits.every((exit) => exit === 0) ? name : null;
  await printOrTell(() => print(forked, given, invocation, io), `the fork is session ${forked.threadId}`, io);
  await problems.print();
  return worstExit(problems.exit, ...exits);
}

async function print(forked: Forked, name: string | null, invocation: Invocation, io: Io): Promise<void> {
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const { threadId, forkedFrom, turn, state, method, path } = forked;
  const record: ForkedRecord = {
    ...{
      schema: 'sessions.forked/1',
      thread_id: threadId,
      forked_from_id: forkedFrom,
      turn,
      state,
      method,
      path,
      name,
    },
  };
  try {
    // An id is what other commands take, so that is what a pipe gets, too.
    if (invocation.options.flag('json')) await printer.record(record);
    else if (printer.mode !== 'human') await printer.id(threadId);
    else {
      const where = turn === 0 ? 'before its first turn' : `at turn ${turn}`;
      const how = `${method === 'copy' ? 'a copy' : 'by reference'}${state === 'interrupted' ? ', interrupted' : ''}`;
      await printer.text(`${threadId}\n`);
      await io.stderr.write(`sessions: forked ${oneLine(forkedFrom)} ${where} (${how})\n`);
    }
  } finally {
    await printer.close();
  }
}
