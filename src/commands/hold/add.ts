import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { formatTime } from '../../base/time.ts';
import type { NewHold } from '../../engine/holds/change-holds.ts';
import type { Selectors } from '../../engine/selectors.ts';
import type { Command, Invocation } from '../command.ts';
import { readTests } from '../frame/read-selectors.ts';
import { outputOptions, selectorOptions } from '../options.ts';
import { aboutHolds } from './about-hold.ts';
import { changeHolds, readText } from './change-holds.ts';

/** An order or a number would make the hold depend on when it is looked at, and archived sessions are always meant. */
const testOptions = selectorOptions.filter(({ long }) => !['archived', 'limit', 'sort', 'reverse'].includes(long));

export const holdAdd: Command = {
  spec: {
    name: 'hold add',
    group: 'keep',
    summary: 'keep sessions from being removed or rewritten',
    synopsis: ['[options] --matter TEXT SESSION...', '[options] --matter TEXT (SELECTOR... | --all)'],
    description: [
      'Holds the sessions that are named, or those that match the selectors: archived ones too, and every later session that ' +
        'matches. `--older-than` and `--newer-than` count back from now, and stay at that time. A session in the trash is named ' +
        'by its full id.',
      ...aboutHolds,
      'Prints the hold (schema `hold`) once it is on the disk. It is then in force.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      { long: 'matter', value: 'TEXT', description: 'What the hold is for, such as the name of a case. Required.' },
      { long: 'who', value: 'TEXT', description: 'Who asked for it; `user@host` if not given.' },
      { long: 'all', description: 'Every session, now and later.' },
      ...testOptions,
      ...outputOptions,
    ],
    examples: [
      { run: "sessions hold add --matter '2026-17' ID", explains: 'Hold one session.' },
      {
        run: "sessions hold add --matter '2026-17' --cwd ~/widget --since 2026-01-01",
        explains: 'Hold what was done there, and what will be.',
      },
      { run: "sessions search -q acme | sessions hold add --matter '2026-17' -", explains: 'Hold what was found.' },
    ],
    exits: [
      { code: 0, when: 'The hold is in force.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      { code: 3, when: 'The hold is in force, but some sessions could not be looked at.' },
      { code: 4, when: 'The holds that there are, or the journal, are damaged. No hold was added.' },
      { code: 5, when: 'Another command is changing what the home keeps. No hold was added.' },
    ],
    seeAlso: ['sessions-hold-ls(1)', 'sessions-hold-release(1)', 'sessions-hold-report(1)'],
  },
  async run(invocation, io) {
    const { addHold } = await import('../../engine/holds/change-holds.ts');
    const matter = readText(invocation, 'matter');
    const who = invocation.options.flag('who') ? readText(invocation, 'who') : null;
    return changeHolds(invocation, io, async (sessions, context) => {
      const selection = await readSelection(invocation, io, async (operands) => {
        const { findSessions } = await import('../../engine/holds/find-sessions.ts');
        return findSessions(sessions, operands, io.stdin.read());
      });
      return addHold(await sessions.catalog(), { matter, who, selection }, context);
    });
  },
};

async function readSelection(
  { operands, options }: Invocation,
  io: Io,
  find: (operands: readonly string[]) => Promise<string[]>,
): Promise<NewHold['selection']> {
  const tests = testOptions.filter(({ long }) => options.flag(long)).map(({ long }) => `--${long}`);
  const isAll = options.flag('all');
  const ways = [operands.length > 0, tests.length > 0, isAll].filter(Boolean).length;
  if (ways > 1) throw new Failure('usage', 'a hold is of SESSION..., of what selectors match, or of --all');
  if (ways === 0) {
    throw new Failure('usage', 'nothing to hold was named', {
      hint: 'name sessions or selectors; --all is everything',
    });
  }
  if (operands.length === 0) return { thread_ids: [], query: queryOf(readTests(options, io), io.clock.now()) };
  const threadIds = await find(operands);
  if (threadIds.length === 0) throw new Failure('usage', 'standard input names no session to hold');
  return { thread_ids: threadIds, query: null };
}

function queryOf(selectors: Selectors, now: number): NewHold['selection']['query'] {
  const { cwd, branch, model, source, name, since, until, newerThan, olderThan } = selectors;
  const texts = {
    ...{ cwd, branch, model, source, name },
    since: momentOf(since),
    until: momentOf(until),
    touched_since: momentOf(newerThan === undefined ? undefined : now - newerThan),
    untouched_since: momentOf(olderThan === undefined ? undefined : now - olderThan),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}

function momentOf(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  const text = formatTime(ms);
  if (text === null) throw new Failure('usage', 'that is a time before the year 0');
  return text;
}
