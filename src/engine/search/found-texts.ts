import type { FileRow } from '../../index/file-table.ts';
import type { TextFile } from '../../index/text-file.ts';
import { TEXTS_A_FILE, type TextRow } from '../../index/text-row.ts';
import type { TextTable } from '../../index/text-table.ts';
import type { Catalog } from '../catalog.ts';
import { catalogOf } from '../listing/catalog-of.ts';
import type { HomeIndex } from '../listing/home-index.ts';
import { IndexedRollouts } from '../listing/rollouts.ts';
import type { Selectors } from '../selectors.ts';
import { hitOf } from './file-search.ts';
import { unfilled } from './fill-texts.ts';
import type { SearchHit } from './hit.ts';
import { compilePattern, type Matcher, type Pattern } from './pattern.ts';
import type { Query } from './query.ts';
import { addTurnsBefore, type FileFinds, type SearchedFile, type SearchOptions, searchEach } from './search-each.ts';
import { isOfArchive } from './search-home.ts';
import { SessionTest } from './session-test.ts';
import type { HitField } from './texts.ts';
import { wordExpression } from './word-expression.ts';

/** What a query finds in the sessions of a home: by the index, and in the files of the sessions that it leaves out. */
export class FoundTexts {
  readonly #index: HomeIndex;
  readonly #table: TextTable;
  readonly #rollouts: IndexedRollouts;
  readonly #pattern: Pattern;
  readonly #matcher: Matcher;
  readonly #expression: string;
  readonly #options: IndexedRequest;

  constructor(index: HomeIndex, table: TextTable, query: Query, options: IndexedRequest) {
    this.#index = index;
    this.#table = table;
    this.#rollouts = new IndexedRollouts(index.home, index.files);
    this.#pattern = { kind: 'words', query };
    this.#matcher = compilePattern(this.#pattern);
    this.#expression = wordExpression(query);
    this.#options = options;
  }

  /**
   * The hits of each session that has any. Unless an order was asked for, the best match comes first, and what the index leaves
   * out comes last.
   *
   * @param listed the sessions that are wanted, and their order; null for all that the archive selector selects
   * @param given sessions that are passed over
   */
  async *sessions(
    listed: readonly string[] | null,
    given: ReadonlySet<string>,
  ): AsyncGenerator<{ threadId: string; hits: SearchHit[] }> {
    const wanted = listed && new Set(listed);
    const isWanted = (id: string) => (wanted ? wanted.has(id) : this.#isOfArchive(id)) && !given.has(id);
    const { apart, matches } = this.#atOneMoment(() => this.#look());
    const ranked = [...matches.keys()].filter(isWanted);
    const direct = (listed ?? this.#newestFirst([...apart])).filter((id) => apart.has(id) && isWanted(id));
    const order = listed && this.#options.isSorted ? listed : [...ranked, ...direct];
    const finds = this.#inFiles(direct);
    let next: IteratorResult<FileFinds, void> | null = null;
    for (const threadId of order) {
      if (given.has(threadId)) continue;
      const test = new SessionTest(this.#pattern);
      const hits: SearchHit[] = [];
      if (apart.has(threadId)) {
        next ??= await finds.next();
        for (; !next.done && next.value.threadId === threadId; next = await finds.next())
          for (const some of test.add(next.value)) hits.push(...some);
      } else {
        const found = this.#atOneMoment(() => this.#inIndex(threadId, matches.get(threadId)));
        for await (const finds of found ? this.#withTurns(found) : this.#inFiles([threadId]))
          for (const some of test.add(finds)) hits.push(...some);
      }
      for (const some of test.finish()) hits.push(...some);
      if (hits.length > 0) yield { threadId, hits };
    }
  }

  /** The sessions that are to be searched in their files, and what the index says of all others. */
  #look(): { apart: ReadonlySet<string>; matches: Map<string, Map<string, Match>> } {
    const kept = this.#table.apart().map(({ thread_id }) => thread_id);
    const apart = new Set([...kept, ...unfilled(this.#index, this.#table)]);
    return { apart, matches: this.#matches(apart) };
  }

  /** Another process may rebuild or fill the index meanwhile. */
  #atOneMoment<T>(read: () => T): T {
    return this.#index.database.transaction(read)();
  }

  /** What the index says, by session, the best match first. */
  #matches(apart: ReadonlySet<string>): Map<string, Map<string, Match>> {
    const byFile = new Map<number, { best: number; ids: number[] }>();
    for (const [id, rank] of this.#table.match(this.#expression)) {
      const file = Math.floor(id / TEXTS_A_FILE);
      const known = byFile.get(file);
      if (!known) byFile.set(file, { best: rank, ids: [id] });
      else {
        known.ids.push(id);
        if (rank < known.best) known.best = rank;
      }
    }
    const byThread = new Map<string, { best: number; files: Map<string, Match> }>();
    for (const [fileId, { best, ids }] of byFile) {
      const file = this.#table.file(fileId);
      if (!file || apart.has(file.thread_id)) continue;
      const thread = byThread.get(file.thread_id) ?? { best, files: new Map<string, Match>() };
      thread.best = Math.min(thread.best, best);
      thread.files.set(file.path, { file, ids });
      byThread.set(file.thread_id, thread);
    }
    const sorted = [...byThread].sort(([a, x], [b, y]) => x.best - y.best || (a < b ? 1 : -1));
    return new Map(sorted.map(([threadId, { files }]) => [threadId, files]));
  }

  /** Null when the session's files or texts are no longer as they were when the matches were looked up. */
  #inIndex(threadId: string, matches: Map<string, Match> | undefined): IndexedFinds[] | null {
    if (!matches) return [];
    for (const { file } of matches.values()) if (!this.#table.isCurrent(file)) return null;
    const found: IndexedFinds[] = [];
    for (const { path, isLater } of this.#filesOf(threadId)) {
      const match = matches.get(path);
      if (!match) continue;
      const { cwd, continued } = match.file;
      const hits: SearchHit[] = [];
      for (const id of match.ids.sort((a, b) => a - b)) {
        const text = this.#table.textOf(match.file, id);
        const hit = text && this.#hitOf(text, path, threadId);
        if (hit) hits.push(hit);
      }
      if (hits.length > 0) found.push({ threadId, hits, cwd, hasTurnsBefore: continued === 1 || isLater });
    }
    return found;
  }

  async *#withTurns(found: IndexedFinds[]): AsyncGenerator<FileFinds> {
    for (const { hasTurnsBefore, ...finds } of found) {
      if (hasTurnsBefore) await addTurnsBefore(this.#rollouts, finds.hits, this.#options.report);
      yield finds;
    }
  }

  /** The index only proposes; a text that does not match is none. */
  #hitOf(text: TextRow, path: string, threadId: string): SearchHit | null {
    const field = text.field as HitField;
    const ranges = this.#matcher.find(text.text, field);
    return ranges.length > 0 ? hitOf({ ...text, field }, ranges, { path, threadId }) : null;
  }

  #inFiles(threadIds: readonly string[]): AsyncGenerator<FileFinds> {
    const files = threadIds.flatMap((id) => this.#filesOf(id));
    const rollouts = async () => this.#rollouts;
    return searchEach(files, rollouts, { ...this.#options, pattern: this.#pattern, all: false });
  }

  #filesOf(threadId: string): SearchedFile[] {
    const entries = this.#catalogOf(threadId).thread(threadId);
    return entries.map(({ path }, index) => ({ path, threadId, isLater: index > 0 }));
  }

  #isOfArchive(threadId: string): boolean {
    const current = this.#catalogOf(threadId).thread(threadId).at(-1);
    return current !== undefined && isOfArchive(this.#options.selectors.archived, current);
  }

  /** With other files of the same rollouts, which may hide those of the thread. */
  #catalogOf(threadId: string): Catalog {
    const { files, home } = this.#index;
    const rows = new Map<string, FileRow>();
    for (const own of files.filesOfThread(threadId)) {
      rows.set(own.path, own);
      for (const other of files.filesOfRollout(own.rollout_id)) rows.set(other.path, other);
    }
    const isArchived = (path: string) => path.startsWith(`${home.archived}/`);
    return catalogOf(
      home,
      [...rows.values()].map((row) => ({ ...row, archived: isArchived(row.path) ? 1 : 0 })),
    );
  }

  #newestFirst(threadIds: string[]): string[] {
    const time = (id: string) =>
      this.#index.files.filesOfThread(id).reduce((last, file) => max(last, file.mtime_ns), '');
    const times = new Map(threadIds.map((id) => [id, time(id)]));
    return threadIds.sort((a, b) => compare(times.get(b) as string, times.get(a) as string) || compare(b, a));
  }
}

export interface IndexedRequest extends Omit<SearchOptions, 'pattern' | 'all'> {
  selectors: Selectors;
  /** Sessions in the order of the selectors; else the best match comes first. */
  isSorted: boolean;
}

interface IndexedFinds extends FileFinds {
  /** Whether the file goes on from others, so that its turns count on from theirs. */
  hasTurnsBefore: boolean;
}

interface Match {
  file: TextFile;
  /** Of the texts. */
  ids: number[];
}

function max(a: string, b: string): string {
  return a > b ? a : b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
