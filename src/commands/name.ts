import { Failure } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import { warn } from '../base/warn.ts';
import { openPrinter } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const name: Command = {
  spec: {
    name: 'name',
    group: 'keep',
    summary: 'give a session a name, print it, or take it away',
    synopsis: ['[options] SESSION', '[options] SESSION NAME', '[options] --clear SESSION'],
    description: [
      'Gives the session a name, by which `sessions` and Codex (`codex resume NAME`) find it from then on; the name that it ' +
        'had before is forgotten. Without NAME, prints the name that it has. The rollout is not touched, and the session ' +
        'may be open meanwhile.',
      'The name goes to the name index of the home, under the lock that Codex takes for it, and to the database of Codex ' +
        'where that knows the session and is of a version that is known here; what is left to do otherwise is said on ' +
        'standard error.',
      'A name has up to 200 characters, all of which show as they are. What could be taken for an id or for an option is ' +
        'refused.',
      'In a pipe, one object is written (schema `named`); the name is null where there is none.',
    ],
    operands: [
      { name: 'SESSION', min: 1, max: 1, completes: 'session' },
      { name: 'NAME', min: 0, max: 1 },
    ],
    options: [{ long: 'clear', description: 'Take the name away.' }, ...outputOptions],
    examples: [
      { run: "sessions name @last 'fix the parser'", explains: 'Name the newest session.' },
      { run: "sessions show 'fix the parser'", explains: 'Use the name.' },
    ],
    exits: [
      { code: 0, when: 'Done. What Codex does not know yet is named on standard error.' },
      { code: 1, when: 'The session has no name, which was to be printed.' },
      { code: 2, when: 'Wrong usage, no such session, a name that cannot be one, or trouble.' },
      { code: 5, when: 'Somebody holds the name index or the database of Codex. Nothing was changed.' },
    ],
    seeAlso: ['sessions-ls(1)', 'sessions-archive(1)'],
  },
  run: runName,
};

/** Schema: `schemas/named.schema.json`. */
interface Named {
  schema: 'sessions.named/1';
  thread_id: string;
  name: string | null;
}

async function runName(invocation: Invocation, io: Io): Promise<number> {
  const [operand = '', text] = invocation.operands;
  const clear = invocation.options.flag('clear');
  if (clear && text !== undefined) throw new Failure('usage', '--clear goes without a NAME');
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const { threadOf } = await import('../engine/thread-of.ts');
  const { checkName, renameSession } = await import('../engine/naming.ts');
  const wanted = text === undefined ? null : checkName(text);

  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, [operand], io.stdin.read());
  remove();
  const [target, ...others] = targets;
  if (!target || others.length > 0)
    throw new Failure('usage', `one session has a name, and ${targets.length} were given`);
  const threadId = threadOf(await sessions.catalog(), target);
  if (wanted === null && !clear) {
    const current = (await sessions.names()).get(threadId) ?? null;
    await print({ schema: 'sessions.named/1', thread_id: threadId, name: current }, invocation, io);
    return current === null ? new Failure('findings', 'no name').exit : 0;
  }
  const said = await renameSession(sessions, threadId, wanted, { clock: io.clock, signal: io.signal });
  await print({ schema: 'sessions.named/1', thread_id: threadId, name: wanted }, invocation, io);
  for (const message of said) await warn(io, message);
  return 0;
}

async function print(named: Named, invocation: Invocation, io: Io): Promise<void> {
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  try {
    if (printer.mode === 'json') await printer.record(named);
    else if (printer.mode === 'ids') await printer.id(named.thread_id);
    else await printer.text(`${named.name === null ? 'no name' : oneLine(named.name)}\n`);
  } finally {
    await printer.close();
  }
}
