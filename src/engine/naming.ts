import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import { formatTime } from '../base/time.ts';
import { type CodexEdit, openCodexEdit } from '../index/codex-edit.ts';
import { isThreadId } from '../store/locks.ts';
import { editNameIndex } from '../store/name-index-edit.ts';
import type { Catalog } from './catalog.ts';
import { readHead } from './read-head.ts';
import { isPath, type SessionResolver } from './resolve-session.ts';

/**
 * Gives a session its name, or takes it away with null, and returns what its user should know: that the name cannot be asked
 * for by itself, and what is left to do.
 *
 * @param name from `checkName`
 * @throws Failure as `nameSession`
 */
export async function renameSession(
  sessions: SessionResolver,
  threadId: string,
  name: string | null,
  context: Omit<NamingContext, 'say'>,
): Promise<string[]> {
  const said: string[] = [];
  const doubt = name === null ? null : doubtAbout(name, threadId, await sessions.names());
  if (doubt) said.push(doubt);
  const say = (message: string) => void said.push(message);
  await nameSession(await sessions.catalog(), threadId, name, { ...context, say });
  return said;
}

/**
 * Gives a session its name in both places where Codex looks: its name index, under Codex's own lock, and its database. The
 * rollout is not touched.
 *
 * @param name from `checkName`; null takes the name away
 * @param context.say told what is left to do, where the database cannot be changed or does not know the session
 * @throws Failure `busy` when somebody holds the lock, or the database, for too long; nothing is changed then
 */
async function nameSession(
  catalog: Catalog,
  threadId: string,
  name: string | null,
  context: NamingContext,
): Promise<void> {
  const index = await editNameIndex(catalog.home, context);
  const write = () => {
    if (name === null) index.remove(threadId);
    else index.append(threadId, name, formatTime(context.clock.now()) as string);
  };
  let codex: CodexEdit | null = null;
  try {
    codex = openDatabase(catalog.home.path, context);
    const mode = codex?.thread(threadId)?.historyMode;
    if (codex && mode) {
      const edit = codex;
      edit.transaction(() => {
        edit.name(threadId, mode, name);
        write();
      });
      return;
    }
    write();
    // Of any other session Codex takes the name from its index.
    if (name !== null && (await isPaginated(catalog, threadId))) {
      context.say(
        'Codex finds the session by this name, but lists it without: its database does not know the session yet',
      );
    }
  } finally {
    codex?.close();
    index.release();
  }
}

interface NamingContext {
  clock: Clock;
  signal: AbortSignal;
  say(message: string): void;
}

/**
 * A name as it is kept: without white space around it, as Codex does.
 *
 * @throws Failure `usage` for one that is empty, too long, would not show as it is, or that nobody could ask for
 */
export function checkName(text: string): string {
  const name = text.trim();
  if (name === '') throw new Failure('usage', 'a name cannot be empty', { hint: '--clear takes the name away' });
  if ([...name].length > LONGEST_NAME) {
    throw new Failure('usage', `a name of ${[...name].length} characters; ${LONGEST_NAME} are allowed`);
  }
  if (oneLine(name) !== name) {
    throw new Failure('usage', `the name holds characters that are not shown as they are: ${oneLine(name)}`);
  }
  if (isThreadId(name.toLowerCase()) || name.startsWith('-') || name === '@last') {
    throw new Failure('usage', `'${name}' would be taken for something else than a name`, {
      hint: 'neither an id, nor @last, nor what begins with - can be a name',
    });
  }
  return name;
}

/** What a user should know of a name that is allowed; null when there is nothing. */
function doubtAbout(name: string, threadId: string, names: ReadonlyMap<string, string>): string | null {
  if (isPath(name)) return `sessions takes '${name}' for a path; Codex finds the session by it`;
  const other = [...names].find(([id, known]) => known === name && id !== threadId)?.[0];
  return other === undefined ? null : `session ${other} has this name, too: neither can be asked for by it alone`;
}

/** Null where there is none, or one that cannot be changed, which is said. */
function openDatabase(home: string, context: NamingContext): CodexEdit | null {
  try {
    return openCodexEdit(home);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    context.say(`${error.message}; Codex may go on showing the name that stands there`);
    return null;
  }
}

async function isPaginated(catalog: Catalog, threadId: string): Promise<boolean> {
  const current = catalog.thread(threadId).at(-1);
  return current !== undefined && (await readHead(current.path)).dialect === 'paginated';
}

const LONGEST_NAME = 200;
