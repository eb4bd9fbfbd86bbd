import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rollout } from '../../scripts/fixtures/rollout.mjs';
import { idOf, makeHome } from '../builders.ts';
import { program, runProgram } from '../support/run-program.ts';
import { canTrace, injecting } from '../support/strace.ts';

const time = '2026-03-10T08:00:00.000Z';
const id = '01a203d8-e2b3-7ad2-afbc-0bf3ed1d0194';
const formats = ['ndjson', 'raw', 'json', 'text', 'markdown', 'csv', 'tsv'];
/** Resident memory that no session may exceed. */
const mostKilobytes = 256 * 1024;
const isFull = process.env.MODE === 'full';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-export-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a great session', { timeout: 600_000 }, () => {
  let path: string;
  beforeAll(async () => {
    path = await writeSession(join(folder, 'great.jsonl'), isFull ? 1_000_000_000 : 150_000_000);
  }, 600_000);

  it
    .skipIf(!existsSync('/usr/bin/time'))
    .each([
      ...formats.map((format) => [format, ['--format', format]] as const),
      ...['turns', 'usage', 'sessions'].map((table) => [table, ['--format', 'csv', '--table', table]] as const),
      ...['html', 'otlp'].map((format) => [format, ['--format', format]] as const),
      ['parquet', ['--format', 'parquet', '-o', '-zst-']] as const,
      ['zstd', ['-o', '-zst-']] as const,
    ])('takes no more memory than a small one, as %s', (name, argv) => {
    const log = join(folder, 'time');
    const target = join(folder, `${name}.zst`);
    const args = argv.map((word) => (word === '-zst-' ? target : word));
    const line = [
      '/usr/bin/time',
      '-q',
      '-f',
      '%M',
      '-o',
      log,
      process.execPath,
      program,
      'export',
      '-q',
      ...args,
      path,
    ];
    const { status, stderr } = spawnSync('bash', ['-c', `${line.map((word) => `'${word}'`).join(' ')} > /dev/null`], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const kilobytes = Number(readFileSync(log, 'utf8').trim());
    expect(kilobytes).toBeGreaterThan(10_000);
    expect(kilobytes).toBeLessThan(mostKilobytes);
  });
});

describe('many sessions', { timeout: 600_000 }, () => {
  it.skipIf(!existsSync('/usr/bin/time'))('take no more memory than one', () => {
    const home = join(folder, 'many');
    const count = isFull ? 100_000 : 10_000;
    const ids: string[] = [];
    spawnSync('mkdir', ['-p', join(home, 'sessions/2026/03/10')]);
    for (let number = 0; number < count; number++) {
      const own = `01a203d8-e2b3-7ad2-afbc-${number.toString(16).padStart(12, '0')}`;
      ids.push(own);
      writeFileSync(join(home, `sessions/2026/03/10/rollout-2026-03-10T08-00-00-${own}.jsonl`), small(own));
    }
    writeFileSync(join(folder, 'ids'), ids.join('\n'));
    const log = join(folder, 'time');
    const target = join(folder, 'many.jsonl');
    const command = `/usr/bin/time -q -f %M -o '${log}' '${process.execPath}' '${program}' export - -o '${target}' < '${folder}/ids'`;
    const { status, stderr } = spawnSync('bash', ['--norc', '-c', command], {
      encoding: 'utf8',
      env: { ...process.env, CODEX_HOME: home },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(Number(readFileSync(log, 'utf8').trim())).toBeLessThan(mostKilobytes);
    const counted = spawnSync('bash', ['--norc', '-c', `grep -c '"type":"SessionMeta"' '${target}'`], {
      encoding: 'utf8',
    });
    expect(Number(counted.stdout)).toBe(count);
  });
});

describe('a disk that is full', { timeout: 120_000 }, () => {
  it.each([
    ['a file', ['-o', 'out']],
    ['a compressed file', ['-o', 'out.zst']],
    ['a folder', ['--format', 'markdown', '--split', '-o', 'out']],
    ['the losses', ['--format', 'csv', '-o', 'out', '--losses', 'losses']],
  ])('leaves nothing that looks whole of %s', async (_what, argv) => {
    const disk = mkdtempSync('/var/tmp/sessions-disk-');
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]);
    if (status !== 0) return rmSync(disk, { recursive: true });
    try {
      const path = join(folder, 'noise.jsonl');
      writeFileSync(path, noise());
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(40_000));
      const { code, stderr } = await runProgram(['export', ...argv, path], { cwd: disk });
      expect([code, stderr.includes('no space left on device')]).toEqual([2, true]);
      expect(readdirSync(disk).filter((name) => name !== 'ballast' && !name.endsWith('.partial'))).toEqual([]);
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  it('ends a bundle at the first session that does not fit, and says nothing else', async () => {
    const disk = mkdtempSync('/var/tmp/sessions-disk-');
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]);
    if (status !== 0) return rmSync(disk, { recursive: true });
    try {
      const home = makeHome();
      for (const n of [1, 2, 3]) home.rollout(idOf(n), noise().toString());
      for (const name of ['bundle', 'bundle.tar']) {
        const argv = ['export', '--format', 'bundle', '-o', name, idOf(1), idOf(2), idOf(3)];
        const { code, stderr } = await runProgram(argv, { cwd: disk, env: { CODEX_HOME: home.path } });
        expect([code, stderr.match(/no space left on device/g)?.length, stderr.match(/\n/g)?.length]).toEqual([
          2, 1, 1,
        ]);
        expect(readdirSync(disk)).toEqual([]);
      }
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  it('is told of when it is standard output', async () => {
    const path = join(folder, 'noise.jsonl');
    writeFileSync(path, noise());
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `'${process.execPath}' '${program}' export '${path}' > /dev/full`],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([2, 'sessions: cannot write to standard output: no space left on device\n']);
  });
});

describe('a call of the system that fails', { timeout: 300_000 }, () => {
  it.skipIf(!canTrace).each([
    ['pwrite64,write', 'ENOSPC'],
    ['fsync', 'EIO'],
    ['link,linkat', 'EACCES'],
  ])('%s with %s: exit 2, and nothing that looks whole', (calls, error) => {
    const path = join(folder, 'noise.jsonl');
    writeFileSync(path, noise());
    for (const when of [1, 2, 3, 5, 8]) {
      const place = mkdtempSync(join(folder, 'place-'));
      const target = join(place, 'out');
      // Only what is done to the target counts: the program has other files, too.
      const traced = injecting(`${calls}:error=${error}:when=${when}+`, [`${target}.partial`, target]);
      const [tracer, ...args] = [...traced, process.execPath, program, 'export', path, '-o', target];
      const { status } = spawnSync(tracer as string, args);
      const whole = existsSync(target) && readFileSync(target).length > 0;
      expect([when, status === 0 ? whole : !existsSync(target), [0, 2].includes(status ?? -1)]).toEqual([
        when,
        true,
        true,
      ]);
      if (when === 1) expect(status).toBe(2);
    }
  });
});

describe('a stop', { timeout: 60_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s leaves nothing that looks whole', async (signal, code) => {
    const path = await writeSession(join(folder, 'stopped.jsonl'), 60_000_000);
    const target = join(folder, `stopped-${signal}`);
    const child = spawn(process.execPath, [program, 'export', '--format', 'text', path, '-o', target], {
      stdio: 'ignore',
    });
    while (!existsSync(`${target}.partial`)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const [exit] = await once(child, 'close');
    expect([exit, existsSync(target), existsSync(`${target}.partial`)]).toEqual([code, false, false]);
  });

  it.each(['at once', 'when something is written'])('by SIGKILL %s leaves a .partial', async (when) => {
    const path = await writeSession(join(folder, 'killed.jsonl'), 20_000_000);
    const target = join(mkdtempSync(join(folder, 'killed-')), 'out');
    const partial = `${target}.partial`;
    const least = when === 'at once' ? 0 : 1;
    await killExport(['export', path, '-o', target], () => existsSync(partial) && statSync(partial).size >= least);
    const { size } = statSync(partial);
    expect([existsSync(target), size >= least]).toEqual([false, true]);
    const next = await runProgram(['export', path, '-o', target]);
    // What holds nothing is taken away unasked, and everything else stays.
    if (size === 0) expect([next.code, next.stderr]).toEqual([0, '']);
    else {
      expect([next.code, next.stderr]).toEqual([2, expect.stringContaining('out.partial: is there already')]);
      expect([existsSync(target), statSync(partial).size]).toEqual([false, size]);
      expect((await runProgram(['export', '--force', path, '-o', target])).code).toBe(0);
    }
    const direct = await runProgram(['show', '--json', path]);
    expect(readFileSync(target).equals(direct.stdout)).toBe(true);
    expect(existsSync(partial)).toBe(false);
  });

  it('by SIGKILL leaves a folder that the next run removes, but for what somebody put there', async () => {
    const path = await writeSession(join(folder, 'killed.jsonl'), 20_000_000);
    const target = join(mkdtempSync(join(folder, 'killed-')), 'out');
    const partial = `${target}.partial`;
    const argv = ['export', '--split', path, '-o', target];
    await killExport(argv, () => existsSync(join(partial, `${id}.jsonl`)));
    const mine = [join(partial, 'mynotes.txt'), join(partial, 'sub/mynotes.txt')];
    mkdirSync(join(partial, 'sub'));
    for (const each of mine) writeFileSync(each, 'precious');
    for (const more of [[], ['--force']]) {
      const { code, stderr } = await runProgram([...argv, ...more]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('has not made: mynotes.txt, sub')]);
      expect(mine.map((each) => readFileSync(each, 'utf8'))).toEqual(['precious', 'precious']);
    }
    for (const name of ['mynotes.txt', 'sub']) rmSync(join(partial, name), { recursive: true });
    expect((await runProgram(argv)).code).toBe(0);
    const files = [`${id}.jsonl`, 'losses.jsonl', 'manifest.jsonl'];
    expect([readdirSync(target).sort(), existsSync(partial)]).toEqual([files, false]);
  });
});

async function killExport(argv: string[], isReady: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [program, ...argv], { stdio: 'ignore' });
  const closed = once(child, 'close');
  while (!isReady() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
}

/** Turns of calls with outputs of many sizes, up to the size. */
async function writeSession(path: string, size: number): Promise<string> {
  const out = createWriteStream(path);
  const words = 'the quick `brown` fox <jumps> ```js\nconst x = 1;\n``` ![x](http://e.example/x.png) ';
  let written = 0;
  for (let turn = 0; written < size; turn++) {
    const rollout = new Rollout('envelope', time);
    if (turn === 0) rollout.add('session_meta', { id, timestamp: time, cwd: '/', originator: 'o', cli_version: '0' });
    rollout.event('task_started', { turn_id: `t${turn}`, model_context_window: 1000 });
    rollout.event('user_message', { message: `do ${turn} ${words}` });
    for (let call = 0; call < 20; call++) {
      const call_id = `${turn}-${call}`;
      rollout.add('response_item', { type: 'function_call', name: 'shell', call_id, arguments: '{"command":["ls"]}' });
      const output = words.repeat(turn % 50 === 0 ? 4000 : 40);
      rollout.add('response_item', { type: 'function_call_output', call_id, output });
    }
    const used = { input_tokens: turn * 100, cached_input_tokens: 0, output_tokens: turn, reasoning_output_tokens: 0 };
    const total = { ...used, total_tokens: turn * 101 };
    rollout.event('token_count', { info: { total_token_usage: total, last_token_usage: total } });
    const { bytes } = rollout;
    written += bytes.length;
    if (!out.write(bytes)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return path;
}

function small(threadId: string): Buffer {
  return new Rollout('envelope', time)
    .add('session_meta', { id: threadId, timestamp: time, cwd: '/', originator: 'o', cli_version: '0' })
    .event('user_message', { message: 'hello' }).bytes;
}

/** 400 KB that do not compress well. */
function noise(): Buffer {
  const rollout = new Rollout('envelope', time);
  rollout.add('session_meta', { id, timestamp: time, cwd: '/', originator: 'o', cli_version: '0' });
  let state = 1;
  for (let message = 0; message < 400; message++) {
    let text = '';
    while (text.length < 1000) {
      state = (state * 1103515245 + 12345) % 2147483648;
      text += state.toString(36);
    }
    rollout.event('user_message', { message: text });
    rollout.add('response_item', {
      type: 'function_call',
      name: `n${text.slice(0, 90)}`,
      call_id: text,
      arguments: text,
    });
  }
  return rollout.bytes;
}
