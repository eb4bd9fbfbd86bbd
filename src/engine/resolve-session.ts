import { resolve as resolvePath } from 'node:path';
import { Failure } from '../base/failure.ts';
import { oneLine } from '../base/safe-text.ts';
import { findHome, type Home } from '../store/home.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { readNames } from './names.ts';
import { newestThread } from './newest-thread.ts';

/** The sessions of the home that the environment names. The home is looked for when it is first needed. */
export function openSessions(env: Readonly<Record<string, string | undefined>>, cwd: string): SessionResolver {
  return new SessionResolver(() => findHome(env, cwd), cwd);
}

/** Turns what users call sessions into threads and files, against one home that is searched once, when first needed. */
export class SessionResolver {
  readonly #openHome: () => Home;
  readonly #cwd: string;
  #catalog: Promise<Catalog> | null = null;
  #names: Promise<Map<string, string>> | null = null;
  #isGone: (threadId: string) => boolean = () => false;

  constructor(openHome: () => Home, cwd: string) {
    this.#openHome = openHome;
    this.#cwd = cwd;
  }

  /** Lets sessions of which no file is there any more be named, by their whole ids. */
  admitGone(isGone: (threadId: string) => boolean): void {
    this.#isGone = isGone;
  }

  catalog(): Promise<Catalog> {
    this.#catalog ??= loadCatalog(this.#openHome());
    return this.#catalog;
  }

  /** Thread id to the name that its user gave it. */
  names(): Promise<Map<string, string>> {
    this.#names ??= this.catalog().then((catalog) => readNames(catalog));
    return this.#names;
  }

  /**
   * A path, `@last`, a full id, a name, or the beginning of an id.
   *
   * @throws Failure `usage` when it names no session, or several
   */
  async resolve(argument: string): Promise<Target> {
    if (isPath(argument)) return { kind: 'file', path: resolvePath(this.#cwd, argument) };
    if (argument === '') throw new Failure('usage', 'a session id or name cannot be empty');
    if (argument.length > LONGEST_NAME)
      throw new Failure('usage', `a session id or name of ${argument.length} characters`);
    if (argument === '@last') return { kind: 'thread', threadId: await newestThread(await this.catalog()) };
    const matches = await this.#match(argument);
    if (matches.length === 1) return { kind: 'thread', threadId: matches[0] as string };
    throw await this.#unresolved(argument, matches);
  }

  async #match(argument: string): Promise<string[]> {
    const catalog = await this.catalog();
    const id = argument.toLowerCase();
    if (catalog.thread(id).length > 0) return [id];
    const known = new Set(catalog.threadIds);
    const named = [...(await this.names())]
      .filter(([key, name]) => name === argument && known.has(key))
      .map(([key]) => key);
    const prefixed = isIdPrefix(id) ? [...known].filter((threadId) => threadId.startsWith(id)) : [];
    if (named.length + prefixed.length > 0) return [...new Set([...named, ...prefixed])];
    // A revert segment goes by the id of its rollout, too.
    const owner = catalog.rollout(id)?.threadId;
    return owner ? [owner] : this.#isGone(id) ? [id] : [];
  }

  async #unresolved(argument: string, matches: string[]): Promise<Failure> {
    const names = await this.names();
    const shown = (ids: string[]) =>
      ids.slice(0, 8).map((id) => (names.has(id) ? `${id} (${oneLine(names.get(id) as string)})` : id));
    const what = oneLine(argument);
    if (matches.length > 1) {
      const more = matches.length > 8 ? `, and ${matches.length - 8} more` : '';
      return new Failure('usage', `'${what}' names ${matches.length} sessions`, {
        hint: `${shown(matches).join(', ')}${more}`,
      });
    }
    const trashed = await this.#trashed(argument);
    if (trashed.length > 0) {
      const hint =
        trashed.length === 1
          ? `it is in the trash: sessions restore ${trashed[0]} brings it back`
          : `in the trash are ${shown(trashed).join(', ')}: sessions restore brings one back`;
      return new Failure('usage', `no session has the id or name '${what}'`, { hint });
    }
    const candidates = await this.#candidates(argument);
    const hint =
      candidates.length > 0 ? `did you mean ${shown(candidates).join(', ')}?` : 'sessions ls shows all there are';
    return new Failure('usage', `no session has the id or name '${what}'`, { hint });
  }

  /** Ids of the sessions that were meant and lie in the trash. */
  async #trashed(argument: string): Promise<string[]> {
    const { readTrash } = await import('./trash/read-trash.ts');
    const names = await this.names();
    const id = argument.toLowerCase();
    try {
      const threads = readTrash(this.#openHome())
        .filter(({ kind }) => kind === 'prune')
        .filter(({ threadId, name }) => {
          const isNamed = name === argument || names.get(threadId) === argument;
          return isNamed || (isIdPrefix(id) && threadId.startsWith(id));
        })
        .map(({ threadId }) => threadId);
      return [...new Set(threads)];
    } catch {
      // A trash that cannot be read is told of by the commands that are about it.
      return [];
    }
  }

  async #candidates(argument: string): Promise<string[]> {
    const wanted = argument.toLowerCase();
    const ids = [...(await this.catalog()).threadIds];
    const known = new Set(ids);
    // Names outlive their sessions.
    const byName = [...(await this.names())]
      .filter(([id, name]) => known.has(id) && name.toLowerCase().includes(wanted))
      .map(([id]) => id);
    const byId = isIdPrefix(wanted.slice(0, 8)) ? ids.filter((id) => id.startsWith(wanted.slice(0, 8))) : [];
    return [...new Set([...byName, ...byId])].slice(0, 8);
  }
}

/** A thread of the home, or one file alone. */
export type Target = { kind: 'thread'; threadId: string } | { kind: 'file'; path: string; isStdin?: true };

/** An argument with a slash in it, or a rollout's ending, is a path. */
export function isPath(argument: string): boolean {
  return argument.includes('/') || argument.endsWith('.jsonl') || argument.endsWith('.jsonl.zst');
}

function isIdPrefix(text: string): boolean {
  return text.length >= SHORTEST_PREFIX && /^[0-9a-f-]+$/.test(text);
}

const SHORTEST_PREFIX = 4;
const LONGEST_NAME = 1000;
