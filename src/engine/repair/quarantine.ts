import type { Edit } from './edit.ts';

/**
 * Begins the part of a quarantine file that holds the bytes of one edit: a line of JSON, then as many bytes as it says, then a
 * line feed. So the file is read without guessing, whatever the bytes are. Schema: `schemas/quarantine-span.schema.json`.
 */
export function spanHead(span: Omit<QuarantineSpan, 'schema'>): Buffer {
  const record: QuarantineSpan = { schema: 'sessions.quarantine-span/1', ...span };
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export const spanEnd = Buffer.from('\n');

interface QuarantineSpan {
  schema: 'sessions.quarantine-span/1';
  /** Whether the offset is one of the decompressed content, or of the file as it was stored. */
  of: 'content' | 'stored';
  offset: number;
  length: number;
  line: number | null;
  rule: Edit['rule'];
}
