import type { Line } from '../../format/line-framer.ts';
import type { Report } from '../problem.ts';
import type { Watch } from '../workers/protocol.ts';
import type { ByteFilter } from './byte-filter.ts';
import { excerpt, type SearchHit } from './hit.ts';
import type { Matcher } from './pattern.ts';
import { type PlacedText, spokenKinds, TextReader } from './text-reader.ts';
import type { Range } from './words.ts';

/** Finds a pattern in the content of one file, line by line; only lines that may match are decoded. */
export class FileSearch {
  /** What was found so far. Turns are right once `end` was called. */
  readonly hits: SearchHit[] = [];
  readonly #options: FileSearchOptions;
  readonly #reader: TextReader<SearchHit>;

  constructor(options: FileSearchOptions) {
    const { matcher, all, path, threadId, report } = options;
    this.#options = options;
    this.#reader = new TextReader({
      path,
      threadId,
      wants: { cwd: matcher.wantsCwd ?? false, messages: !matcher.wantsCwd, all },
      isCandidate: (line, kind) => this.#isCandidate(line, kind),
      keep: (text) => this.#match(text),
      report,
    });
  }

  push(block: Buffer): void {
    this.#reader.push(block);
  }

  end(): void {
    this.#reader.end();
  }

  get cwd(): string | null {
    return this.#reader.cwd;
  }

  get isContinued(): boolean {
    return this.#reader.isContinued;
  }

  #isCandidate({ bytes, start, end, number }: Line, kind: string | null): boolean {
    const { matcher, filter, all } = this.#options;
    const isSearched = matcher.wantsCwd ? number === 1 : all || kind === null || spokenKinds.has(kind);
    return isSearched && (filter === null || filter.mayMatch(bytes, start, end));
  }

  #match(text: PlacedText): SearchHit | null {
    const { matcher, watch, path, threadId } = this.#options;
    watch?.enter();
    const ranges = matcher.find(text.text, text.field);
    watch?.leave();
    if (ranges.length === 0) return null;
    const hit = hitOf(text, ranges, { path, threadId });
    this.hits.push(hit);
    return hit;
  }
}

export interface FileSearchOptions {
  matcher: Matcher;
  /** Rejects lines by their bytes; null to decode all. */
  filter: ByteFilter | null;
  /** Everything recorded, not only what was said and done. */
  all: boolean;
  path: string;
  threadId: string | null;
  watch: Watch | null;
  report: Report;
}

/** A text with what was found in it, in the published form. */
export function hitOf(
  text: PlacedText,
  ranges: readonly Range[],
  file: { path: string; threadId: string | null },
): SearchHit {
  return {
    schema: 'sessions.search-hit/1',
    thread_id: file.threadId,
    turn: text.turn,
    timestamp: text.timestamp,
    field: text.field,
    ...excerpt(text.text, ranges),
    path: file.path,
    line: text.line,
    offset: text.offset,
  };
}
