import { DamagedRow } from './damaged-row.ts';
import type { FileRow } from './file-table.ts';
import { Settings } from './settings.ts';
import type { Database, Statement } from './state-db.ts';
import { prepared } from './statements.ts';
import { checksumOfFile, isIntactFile, type TextFile, type TextStatus } from './text-file.ts';
import { fromColumns, TEXTS_A_FILE, type TextColumns, type TextRow, toColumns } from './text-row.ts';

/**
 * The texts of files and the words in them. A file's row and its texts change in one transaction, and only while the row is
 * still the one that the caller knew: several processes can fill the same tables.
 */
export class TextTable {
  readonly #database: Database;
  readonly #settings: Settings;
  readonly #wordsOf: (text: string) => string;
  #hasRemoved = false;

  /** @param wordsOf the words of a text as they are searched for, with a space between them; always the same for a text */
  constructor(database: Database, wordsOf: (text: string) => string) {
    this.#database = database;
    this.#settings = new Settings(database);
    this.#wordsOf = wordsOf;
    // Others may be filling it, which takes them many transactions of some tenths of a second.
    database.pragma(`busy_timeout = ${WAIT_MS}`);
  }

  /** Files whose texts are missing, or older than the file. */
  stale(): { file: FileRow; known: TextFile | null }[] {
    const files = this.#all<FileRow>(`SELECT f.* ${FROM_STALE}`);
    return files.map((file) => ({ file, known: this.#fileAt(file.path) }));
  }

  /** Threads with such a file. */
  staleThreads(): string[] {
    const rows = this.#all<{ thread_id: string }>(`SELECT DISTINCT f.thread_id ${FROM_STALE}`);
    return rows.map(({ thread_id }) => thread_id);
  }

  /** Rows of files that are there no more. */
  orphans(): TextFile[] {
    return this.#all('SELECT t.* FROM text_files t LEFT JOIN files f ON f.path = t.path WHERE f.path IS NULL');
  }

  /** Lets a file that was renamed or compressed have the row of the file that it was; its texts are then compared. */
  adopt(orphan: TextFile, file: FileRow): void {
    this.#change(orphan.path, orphan, () => {
      const { path, thread_id } = file;
      this.#write({ ...orphan, path, thread_id, mtime_ns: UNFINISHED });
    });
  }

  /** Takes what was read. Texts that are here already in the same words stay untouched. */
  store(made: readonly MadeTexts[]): void {
    this.#transaction(() => {
      for (const one of made) this.#change(one.file.path, one.known, (current) => this.#replace(one, current));
    });
  }

  /** Removes a file's row and its texts. */
  remove(file: TextFile): void {
    this.#empty(file, () => this.#run('DELETE FROM text_files WHERE id = ?', file.id));
  }

  /** Takes the texts of a file out, and keeps a note that they were. */
  withhold(file: TextFile): void {
    this.#empty(file, () => this.#write({ ...file, status: 'withheld', state: null }));
  }

  /** Every file of these threads. */
  filesOf(threadIds: Iterable<string>): TextFile[] {
    const sql = 'SELECT * FROM text_files WHERE thread_id = ?';
    return [...threadIds].flatMap((id) => this.#all<TextFile>(sql, id));
  }

  /** Files whose texts are not here. */
  apart(): TextFile[] {
    return this.#all("SELECT * FROM text_files WHERE status <> 'indexed'");
  }

  /** Threads of which a file says that their memory is switched off. */
  memoryOff(): string[] {
    const rows = this.#all<{ thread_id: string }>("SELECT thread_id FROM text_files WHERE memory_mode = 'disabled'");
    return rows.map(({ thread_id }) => thread_id);
  }

  /**
   * A file by its id, unless it is gone.
   *
   * @throws DamagedRow when it is not what was written, or not what the table of files says
   */
  file(id: number): TextFile | null {
    const sql = `SELECT t.*, f.thread_id AS thread, f.rollout_id AS rollout
      FROM text_files t LEFT JOIN files f ON f.path = t.path WHERE t.id = ?`;
    const [found] = this.#all<TextFile & { thread: string | null; rollout: string | null }>(sql, id);
    if (!found) return null;
    const { thread, rollout, ...file } = found;
    if (!isIntactFile(file)) throw new DamagedRow();
    if (thread === null) return null;
    if (thread !== file.thread_id || rollout !== file.rollout_id) throw new DamagedRow();
    return file;
  }

  /**
   * The texts that match, in no order.
   *
   * @param expression of FTS5
   */
  match(expression: string): [id: number, rank: number][] {
    const query = prepared(this.#database, 'SELECT rowid, bm25(words) FROM words WHERE words MATCH ?');
    return query.raw().all(expression) as [number, number][];
  }

  /** Whether a file and its texts are still as they were when its row was read. */
  isCurrent(file: TextFile): boolean {
    const sql = 'SELECT t.checksum FROM text_files t JOIN files f ON f.path = t.path WHERE t.id = ?';
    return this.#all<{ checksum: number }>(sql, file.id)[0]?.checksum === file.checksum;
  }

  /**
   * A text that matched; null when the file's texts changed since.
   *
   * @throws DamagedRow when it is not what was written, or is missing
   */
  textOf(file: TextFile, id: number): TextRow | null {
    const text = this.#text(id);
    if (!text && this.#fileAt(file.path)?.checksum === file.checksum) throw new DamagedRow();
    return text;
  }

  /** Removes everything. */
  clear(): void {
    this.#transaction(() => {
      this.#run("INSERT INTO words (words) VALUES ('delete-all')");
      this.#run('DELETE FROM texts');
      this.#run('DELETE FROM text_files');
    });
  }

  /** Makes removed texts leave the write-ahead log, too: now, or in a later run when somebody is reading. */
  scrub(): void {
    if (!this.#hasRemoved && this.#settings.get(SCRUB) !== true) return;
    this.#database.pragma(`busy_timeout = ${SCRUB_WAIT_MS}`);
    const [result] = this.#database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    this.#database.pragma(`busy_timeout = ${WAIT_MS}`);
    if (result?.busy === 0) this.#settings.set(SCRUB, false);
  }

  #fileAt(path: string): TextFile | null {
    return this.#all<TextFile>('SELECT * FROM text_files WHERE path = ?', path)[0] ?? null;
  }

  #text(id: number): TextRow | null {
    const columns = this.#all<TextColumns>('SELECT * FROM texts WHERE id = ?', id)[0];
    return columns ? fromColumns(columns) : null;
  }

  /** Does nothing when somebody else changed the row meanwhile. */
  #change(path: string, known: TextFile | null, act: (current: TextFile | null) => void): boolean {
    let isOurs = false;
    this.#transaction(() => {
      const current = this.#fileAt(path);
      isOurs = current?.id === known?.id && current?.checksum === known?.checksum;
      if (isOurs) act(current);
    });
    return isOurs;
  }

  /** Removes the texts of a file some at a time, which takes long; between times they count as unread. */
  #empty(file: TextFile, finish: () => void): void {
    const unread = { ...file, state: null, mtime_ns: UNFINISHED };
    const known = { ...unread, checksum: checksumOfFile(unread) };
    let goesOn = this.#change(file.path, file, () => this.#write(unread));
    while (goesOn) {
      const isOurs = this.#change(file.path, known, () => {
        const some = [...this.#checksums(file.id, 0, REMOVED_AT_ONCE).keys()];
        this.#removeTexts(some);
        goesOn = some.length === REMOVED_AT_ONCE;
        if (!goesOn) finish();
      });
      goesOn &&= isOurs;
    }
  }

  #replace({ file, from, texts, isWhole, ...rest }: MadeTexts, current: TextFile | null): void {
    const { path, thread_id, rollout_id, dev, ino, size } = file;
    const identity = { path, thread_id, rollout_id, dev, ino, size, mtime_ns: isWhole ? file.mtime_ns : UNFINISHED };
    const { status, memoryMode, cwd, isContinued, state } = rest;
    const facts = { status, memory_mode: memoryMode, cwd, continued: isContinued ? 1 : 0 };
    const id = current?.id ?? this.#newId(path);
    this.#write({ id, ...identity, ...facts, state: state === null ? null : JSON.stringify(state) });
    const known = this.#checksums(id, from);
    const fresh: [TextColumns, string][] = [];
    for (const [index, { words, ...row }] of texts.entries()) {
      const columns = toColumns(id * TEXTS_A_FILE + from + index, row);
      if (known.get(columns.id) === columns.checksum) known.delete(columns.id);
      else fresh.push([columns, words]);
    }
    this.#removeTexts(known.keys());
    for (const [columns, words] of fresh) this.#insert(columns, words);
  }

  #newId(path: string): number {
    const sql = "INSERT INTO text_files VALUES (NULL, ?, '', '', '', '', 0, '', '', NULL, NULL, 0, NULL, 0)";
    return Number(this.#run(sql, path).lastInsertRowid);
  }

  #write(file: Omit<TextFile, 'checksum'>): void {
    this.#run(
      `UPDATE text_files SET path = @path, thread_id = @thread_id, rollout_id = @rollout_id, dev = @dev, ino = @ino,
        size = @size, mtime_ns = @mtime_ns, status = @status, memory_mode = @memory_mode, cwd = @cwd,
        continued = @continued, state = @state, checksum = @checksum WHERE id = @id`,
      { ...file, checksum: checksumOfFile(file) },
    );
  }

  /** Checksums of the texts of a file, from one of them on, by id. */
  #checksums(fileId: number, from: number, limit = TEXTS_A_FILE): Map<number, number> {
    const first = fileId * TEXTS_A_FILE;
    const sql = 'SELECT id, checksum FROM texts WHERE id >= ? AND id < ? LIMIT ?';
    const rows = this.#all<{ id: number; checksum: number }>(sql, first + from, first + TEXTS_A_FILE, limit);
    return new Map(rows.map(({ id, checksum }) => [id, checksum]));
  }

  #insert(columns: TextColumns, words: string): void {
    const { id, field, line, offset, turn, timestamp, text, checksum } = columns;
    const sql = 'INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
    this.#run(sql, id, field, line, offset, turn, timestamp, text, checksum);
    // A number without a fraction goes to SQLite as a real one, which is no id to FTS5.
    this.#run(`INSERT INTO words (rowid, ${field}) VALUES (CAST(? AS INTEGER), ?)`, id, words);
  }

  /** FTS5 keeps no text, so it must be told what it is to forget. */
  #removeTexts(ids: Iterable<number>): void {
    for (const id of ids) {
      const row = this.#text(id);
      if (!row) continue;
      if (!this.#hasRemoved) this.#settings.set(SCRUB, true);
      this.#hasRemoved = true;
      const sql = `INSERT INTO words (words, rowid, ${row.field}) VALUES ('delete', CAST(? AS INTEGER), ?)`;
      this.#run(sql, id, this.#wordsOf(row.text));
      this.#run('DELETE FROM texts WHERE id = ?', id);
    }
  }

  #all<Row>(sql: string, ...values: unknown[]): Row[] {
    return prepared(this.#database, sql).all(...values) as Row[];
  }

  #run(sql: string, ...values: unknown[]): ReturnType<Statement['run']> {
    return prepared(this.#database, sql).run(...values);
  }

  #transaction(act: () => void): void {
    if (this.#database.inTransaction) act();
    else this.#database.transaction(act).immediate();
  }
}

/** The texts of one file, or some of them. */
export interface MadeTexts {
  /** The file as it was when the reading was asked for. */
  file: FileRow;
  /** The row that was there then. */
  known: TextFile | null;
  status: TextStatus;
  memoryMode: string | null;
  cwd: string | null;
  /** Whether the file goes on from another one. */
  isContinued: boolean;
  /** Number of the first of these texts; those before it stay. */
  from: number;
  texts: (TextRow & { words: string })[];
  /** Where reading can go on; null for nowhere. */
  state: object | null;
  /** False when there is more to read. */
  isWhole: boolean;
}

const FROM_STALE = `FROM files f LEFT JOIN text_files t ON t.path = f.path
  WHERE t.id IS NULL OR t.mtime_ns <> f.mtime_ns OR t.size <> f.size OR t.ino <> f.ino OR t.dev <> f.dev`;
const REMOVED_AT_ONCE = 500;
const SCRUB = 'removed texts in the log';
const SCRUB_WAIT_MS = 200;
const WAIT_MS = 30_000;
/** Equal to no file's time. */
const UNFINISHED = '';
