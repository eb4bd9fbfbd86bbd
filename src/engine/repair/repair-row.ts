import type { Finding } from '../../model/finding.ts';
import type { Edit, RepairRule } from './edit.ts';

/** What `repair` prints. Schema: `schemas/repair.schema.json`. */
export type RepairRow = EditRow | LeftRow | FileRow;

interface RowHead {
  schema: 'sessions.repair/1';
  thread_id: string | null;
  /** The file as it was found. */
  path: string;
}

/** One change, or several of the same kind on lines that follow each other. */
export interface EditRow extends RowHead {
  kind: 'edit';
  rule: RepairRule;
  action: 'removed' | 'added' | 'changed' | 'renamed';
  line: number | null;
  /** More than one for a run of changes. */
  count: number;
  offset: number | null;
  bytes_quarantined: number;
  bytes_added: number;
  message: string;
}

/** What was found and cannot be repaired. */
export interface LeftRow extends RowHead {
  kind: 'left';
  rule: string;
  severity: Finding['severity'];
  line: number | null;
  offset: number | null;
  message: string;
}

/** A file as a whole; stands behind its other rows. */
export interface FileRow extends RowHead {
  kind: 'file';
  result: 'repaired' | 'would-repair' | 'nothing' | 'left';
  /** Where the result is, or would be. */
  new_path: string | null;
  /** The transaction in whose trash the original lies. */
  tx: string | null;
  /** Where what was taken out lies; null when nothing was. */
  quarantine: string | null;
  edits: number;
  left: number;
  /** Of the decompressed content, as far as it can be read. */
  bytes_in: number;
  bytes_kept: number;
  bytes_quarantined: number;
  bytes_added: number;
  bytes_out: number;
  /** Bytes of the compressed form that are no content, and were taken out with it. */
  stored_bytes_quarantined: number;
}

export const rowHead = (threadId: string | null, path: string): RowHead => ({
  schema: 'sessions.repair/1',
  thread_id: threadId,
  path,
});

/** Makes rows of edits: those of a run become one. */
export class EditRows {
  readonly #head: RowHead;
  #run: EditRow | null = null;

  constructor(head: RowHead) {
    this.#head = head;
  }

  /** @returns rows that are complete */
  take(edit: Edit): EditRow[] {
    const added = Buffer.byteLength(edit.added);
    const run = this.#run;
    if (edit.run && run?.rule === edit.rule) {
      run.count++;
      run.bytes_quarantined += edit.length;
      run.bytes_added += added;
      return [];
    }
    const row: EditRow = {
      ...this.#head,
      ...{ kind: 'edit', rule: edit.rule, action: added === 0 ? 'removed' : edit.length === 0 ? 'added' : 'changed' },
      ...{ line: edit.line, count: 1, offset: edit.offset },
      ...{ bytes_quarantined: edit.length, bytes_added: added, message: edit.message },
    };
    const done = this.end();
    if (!edit.run) return [...done, row];
    this.#run = row;
    return done;
  }

  end(): EditRow[] {
    const run = this.#run;
    this.#run = null;
    if (!run) return [];
    return [run.count === 1 ? run : { ...run, message: `${run.message}, and so on for ${run.count} records` }];
  }
}
