import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import { Rollout, uuid7 } from '../../scripts/fixtures/rollout.mjs';
import { fileAlone, readParts } from '../../src/engine/read-thread.ts';
import { checkFile } from '../../src/engine/validate/check-file.ts';

const time = '2026-04-01T06:00:00.000Z';
const content = makeContent();
const now = Date.parse('2026-04-02T00:00:00Z');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-cut-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a rollout of 60 records, cut at every byte', { timeout: 600_000 }, () => {
  it('loses no whole record and gets the right verdict, plain', async () => {
    const path = join(folder, 'plain.jsonl');
    const file = openSync(path, 'w');
    try {
      for (let length = 0; length <= content.length; length++) {
        if (length > 0) writeSync(file, content, length - 1, 1);
        expect({ length, ...(await examine(path)) }).toEqual({ length, ...expectedOf(content.subarray(0, length)) });
      }
    } finally {
      closeSync(file);
    }
  });

  it('gets the same verdict when each cut is compressed', async () => {
    const path = join(folder, 'whole.jsonl.zst');
    for (let length = 0; length <= content.length; length++) {
      const prefix = content.subarray(0, length);
      writeFileSync(path, compress(prefix, { checksumFlag: true }));
      expect({ length, ...(await examine(path)) }).toEqual({ length, ...expectedOf(prefix) });
    }
  });

  it('delivers every frame that is whole when the compressed file is cut', async () => {
    const path = join(folder, 'cut.jsonl.zst');
    const lines = splitLines(content);
    const frames = lines.map((line) => compress(line, { checksumFlag: true }));
    const stored = Buffer.concat(frames);
    const ends = frames.map((_, index) => frames.slice(0, index + 1).reduce((sum, frame) => sum + frame.length, 0));
    const file = openSync(path, 'w');
    try {
      for (let length = 0; length <= stored.length; length++) {
        if (length > 0) writeSync(file, stored, length - 1, 1);
        const whole = ends.filter((end) => end <= length).length;
        const { lines: shown, findings } = await examine(path);
        const isCut = length > (ends[whole - 1] ?? 0);
        // Of a frame that lacks only its checksum, or a part of it, the content is there.
        const lacksOnlyChecksum = isCut && length >= (ends[whole] as number) - 4;
        const delivered = whole + (lacksOnlyChecksum ? 1 : 0);
        const expected = expectedOf(Buffer.concat(lines.slice(0, delivered)));
        const truncated = findings.filter((finding) => finding.startsWith('ZSTD-TRUNCATED partial'));
        expect({ length, shown, truncated: truncated.length }).toEqual({
          length,
          shown: expected.lines,
          truncated: isCut ? 1 : 0,
        });
        const others = findings.filter((finding) => !finding.startsWith('ZSTD-'));
        expect({ length, others }).toEqual({ length, others: isCut && delivered === 0 ? [] : expected.findings });
      }
    } finally {
      closeSync(file);
    }
  });

  it('says that a single frame is cut, and calls nothing in it broken', async () => {
    const path = join(folder, 'single.jsonl.zst');
    const stored = compress(content, { checksumFlag: true });
    for (let length = 1; length < stored.length; length++) {
      writeFileSync(path, stored.subarray(0, length));
      const { findings } = await examine(path);
      expect({ length, partial: findings.filter((finding) => finding.includes(' partial ')) }).toEqual({
        length,
        partial: ['ZSTD-TRUNCATED partial -'],
      });
      expect(findings.filter((finding) => finding.includes(' error '))).toEqual([]);
    }
  });
});

/** Lines that are shown, and findings as `RULE severity offset`. */
interface Examined {
  lines: number[];
  findings: string[];
}

async function examine(path: string): Promise<Examined> {
  const lines = new Set<number>();
  for await (const event of readParts({ threadId: null, parts: [fileAlone(path)], openPrefix: null }, () => {})) {
    if (event.line !== undefined) lines.add(event.line);
  }
  const findings: string[] = [];
  const options = { now, signal: new AbortController().signal };
  for await (const { rule, severity, offset } of checkFile({ path, file: path, threadId: null, home: null }, options)) {
    findings.push(`${rule} ${severity} ${offset ?? '-'}`);
  }
  return { lines: [...lines], findings };
}

/** What must be said of some content, worked out from its text alone. */
function expectedOf(prefix: Buffer): Examined {
  const pieces = splitLines(prefix);
  const tail = pieces.at(-1);
  const findings: string[] = [];
  let records = pieces.length;
  const tailOffset = prefix.length - (tail?.length ?? 0);
  if (!tail) findings.push('EMPTY error -');
  else if (tail.at(-1) !== 10) {
    if (isJson(tail)) findings.push(`NO-EOL note ${tailOffset}`);
    else {
      records--;
      findings.push(`TORN-TAIL error ${tailOffset}`);
    }
  }
  const texts = pieces.slice(0, records).map(String);
  const offsetOf = (index: number) => Buffer.concat(pieces.slice(0, index)).length;
  const lastIndex = (pattern: RegExp) => texts.findLastIndex((text) => pattern.test(text));
  const call = lastIndex(/"function_call"/);
  if (call > lastIndex(/"function_call_output"/)) findings.push(`CALL-WITHOUT-RESULT note ${offsetOf(call)}`);
  const start = lastIndex(/"task_started"/);
  if (start > lastIndex(/"task_complete"/)) findings.push(`TURN-UNFINISHED note ${offsetOf(start)}`);
  return { lines: texts.map((_, index) => index + 1), findings };
}

/** Lines with their line feeds; the last one may have none. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function makeContent(): Buffer {
  const id = uuid7(time, 60);
  const rollout = new Rollout('paginated', time);
  rollout.add('session_meta', {
    session_id: id,
    id,
    timestamp: time,
    cwd: '/',
    originator: 'o',
    cli_version: '0',
    history_mode: 'paginated',
  });
  for (let turn = 1; rollout.lineCount < 60; turn++) {
    const turn_id = `t${turn}`;
    rollout
      .event('task_started', { turn_id })
      .event('user_message', { message: `Grüße ${turn} 🌊` })
      .item('function_call', { name: 'shell', arguments: '{"cmd":"ls"}', call_id: `c${turn}` })
      .item('function_call_output', { call_id: `c${turn}`, output: 'a\nb' })
      .event('agent_message', { message: '好' });
    if (rollout.lineCount < 60) rollout.event('task_complete', { turn_id });
  }
  return rollout.bytes;
}
