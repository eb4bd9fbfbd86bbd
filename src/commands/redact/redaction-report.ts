import type { RedactedSession } from '../../engine/redact/copy/redact-session.ts';
import type { SecretFinding } from '../../engine/redact/finding.ts';
import type { Redactor } from '../../engine/redact/redactor.ts';
import { contentWarnings } from './redaction-warnings.ts';

/** What was taken out of a session. Schema: `schemas/redaction-report.schema.json`. */
export interface RedactionReport {
  schema: 'sessions.redaction-report/1';
  thread_id: string;
  redacted_from_id: string;
  path: string;
  name: string | null;
  lines: number;
  changed_lines: number;
  left_out_lines: number;
  redactions: number;
  by_rule: { [rule: string]: number };
  findings: Omit<SecretFinding, 'schema' | 'thread_id' | 'seq' | 'turn' | 'preview' | 'salt'>[];
  findings_left_out: number;
  salt: string;
  warnings: string[];
}

export function redactionReport(redacted: RedactedSession, redactor: Redactor, name: string | null): RedactionReport {
  const listed = redactor.report();
  return {
    schema: 'sessions.redaction-report/1',
    thread_id: redacted.threadId,
    redacted_from_id: redacted.redactedFrom,
    path: redacted.path,
    name,
    lines: redacted.lines,
    changed_lines: redacted.changed,
    left_out_lines: redacted.leftOut,
    redactions: redactor.count,
    by_rule: redactor.byRule(),
    findings: listed.map(({ schema: _s, thread_id: _t, seq: _q, turn: _u, preview: _p, salt: _a, ...place }) => place),
    findings_left_out: redactor.count - listed.length,
    salt: redactor.salt,
    warnings: contentWarnings(redactor),
  };
}
