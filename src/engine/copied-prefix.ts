import { toFailure } from '../base/failure.ts';
import { isMissingFile } from '../base/system-error.ts';
import { memberText } from '../format/decode-line.ts';
import { fitsNote, type LineageNote } from '../store/lineage.ts';
import { openRollout, type RolloutFile } from '../store/rollout-file.ts';
import type { Report } from './problem.ts';
import { type DecodedLine, readLines } from './read-records.ts';

/**
 * Tells, line by line, whether a fork's record was copied from its parent: the inherited part of a copied fork is the
 * longest run of records, after the fork's own session_meta, that equal the parent's from its first one on in type and
 * payload. Timestamps differ, because Codex stamps copies anew.
 *
 * @returns null when the parent cannot be opened: nothing is then known to be inherited
 */
export async function openCopiedPrefix(parentPath: string, report: Report): Promise<CopiedPrefix | null> {
  try {
    return new ComparedPrefix(await openRollout(parentPath));
  } catch (error) {
    const message = `what was inherited from it is not marked: ${toFailure(error).message}`;
    const isMissing = isMissingFile(error);
    report({ rule: 'UNREADABLE', weight: 'note', file: parentPath, line: null, offset: null, message, isMissing });
    return null;
  }
}

/** Tells of a fork's lines, in order, which were copied. */
export interface CopiedPrefix {
  /** Takes the fork's lines in order. */
  includes(line: DecodedLine): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * The same of a fork that this program made, which noted where the copy ends.
 *
 * @returns null where the note does not fit the file
 */
export async function openNotedPrefix(path: string, note: LineageNote): Promise<CopiedPrefix | null> {
  const rollout = await openRollout(path);
  try {
    if (!(await fitsNote(rollout, note))) return null;
  } finally {
    await rollout.close();
  }
  return {
    includes: async ({ line, record }) =>
      record !== null && line.offset >= note.copy_begins_at && line.offset < note.own_records_at,
    close: async () => {},
  };
}

class ComparedPrefix implements CopiedPrefix {
  readonly #parent: RolloutFile;
  #lines: AsyncGenerator<DecodedLine> | null;
  #isFirst = true;

  constructor(parent: RolloutFile) {
    this.#parent = parent;
    this.#lines = readLines(parent);
  }

  async includes(line: DecodedLine): Promise<boolean> {
    if (!line.record || !this.#lines) return false;
    if (this.#isFirst) {
      this.#isFirst = false;
      return false;
    }
    const parentLine = await this.#nextRecord();
    if (parentLine && sameRecord(parentLine, line)) return true;
    await this.close();
    return false;
  }

  async close(): Promise<void> {
    if (!this.#lines) return;
    this.#lines = null;
    await this.#parent.close();
  }

  async #nextRecord(): Promise<DecodedLine | null> {
    for (;;) {
      const next = await this.#lines?.next();
      if (!next || next.done) return null;
      if (next.value.record) return next.value;
    }
  }
}

function sameRecord(a: DecodedLine, b: DecodedLine): boolean {
  if (a.record?.type !== b.record?.type || !a.decoded.ok || !b.decoded.ok) return false;
  return payloadOf(a) === payloadOf(b);
}

function payloadOf(line: DecodedLine): string | undefined {
  if (!line.decoded.ok) return undefined;
  return line.record?.dialect === 'bare' ? line.record.text().text : memberText(line.decoded, 'payload');
}
