import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rollout } from '../../../scripts/fixtures/rollout.mjs';
import { checkFile } from '../../../src/engine/validate/check-file.ts';
import type { Finding } from '../../../src/model/finding.ts';

export const sessionTime = '2026-05-01T12:00:00.000Z';
export const sessionId = '01a01234-5678-7abc-8def-0123456789ab';
/** A day after the sessions that are checked. */
export const now = Date.parse('2026-05-02T12:00:00Z');

/** Checks some content as a file of its own that lies in no home. */
export async function check(content: Uint8Array | string, name = 'session.jsonl'): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-check-'));
  const path = join(folder, name);
  try {
    writeFileSync(path, content);
    const findings: Finding[] = [];
    const options = { now, signal: new AbortController().signal };
    for await (const finding of checkFile({ path, file: path, threadId: null, home: null }, options))
      findings.push(finding);
    return findings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same, as `RULE severity line`. */
export async function rulesOf(content: Uint8Array | string, name?: string): Promise<string[]> {
  const findings = await check(content, name);
  return findings.map(({ rule, severity, line }) => `${rule} ${severity} ${line ?? '-'}`);
}

/** A session with its first line. */
export function session(form: 'envelope' | 'paginated', fields: object = {}, firstOrdinal = 0): Rollout {
  return new Rollout(form, sessionTime, firstOrdinal).add('session_meta', {
    ...(form === 'paginated' && { session_id: sessionId, history_mode: 'paginated' }),
    id: sessionId,
    timestamp: sessionTime,
    cwd: '/home/ada',
    originator: 'codex_cli_rs',
    cli_version: '0.120.0',
    ...fields,
  });
}
