import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { digestContent } from '../../src/store/writer/file-steps.ts';
import { idOf, paginated, record, TestHome, turn, zstdFrame } from '../builders.ts';
import { finish } from '../support/run-program.ts';

export const id = idOf(7);
export const old = new Date('2026-01-03T04:05:06.789Z');
/** Everything by which something in a home is changed; what opening a file makes shows at the next of them. */
export const changes = [
  ...['mkdir', 'link', 'linkat', 'unlink', 'unlinkat', 'rename', 'renameat', 'renameat2', 'rmdir', 'write', 'pwrite64'],
  ...['ftruncate', 'fchmod', 'utimensat', 'fdatasync', 'fsync', 'flock'],
];

export interface Scene {
  home: TestHome;
  /** Of the files of the session, in their plain form. */
  plain: string[];
  /** SHA-256 of what they hold. */
  content: string[];
  script: string;
}

/** A session of two files that was left alone for long. */
export async function withSession<Result>(
  script: string,
  form: 'plain' | 'compressed' | 'both',
  act: (scene: Scene) => Promise<Result>,
): Promise<Result> {
  const root = mkdtempSync(join(tmpdir(), 'sessions-compress-'));
  const home = new TestHome(join(root, 'home'));
  try {
    const meta = record.meta(id, { history_mode: 'paginated' });
    const turns = Array.from({ length: 20 }, (_, index) => turn(`turn ${index} ${'x'.repeat(300)}`)).flat();
    const plain = [
      home.rollout(id, paginated(0, meta, ...turns)),
      home.rollout(id, paginated(9, meta, ...turns), { segment: idOf(71), time: '2026-01-02T05-00-00' }),
    ];
    const content = await Promise.all(plain.map(async (path) => (await digestContent(path)).sha256));
    for (const path of plain) {
      if (form !== 'plain') writeFileSync(`${path}.zst`, zstdFrame(readFileSync(path)));
      if (form === 'compressed') rmSync(path);
      for (const file of [path, `${path}.zst`]) if (existsSync(file)) utimesSync(file, old, old);
    }
    return await act({ home, plain, content, script });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export function commandFor({ home, script }: Scene, how: string, level = 3): string[] {
  return [process.execPath, script, home.path, how, String(level), id];
}

/** Runs `compressing-run` behind other programs. */
export async function runCompress(scene: Scene, how: string, before: string[] = [], level = 3) {
  const [program = '', ...args] = [...before, ...commandFor(scene, how, level)];
  const env = { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '1' };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const { code, stdout, stderr } = await finish(child);
  const lines = stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, stderr, row: lines[0], memory: Number(lines.at(-1)) };
}

/** SHA-256 of what readers find of each file: the plain one where there are both. @throws where there is none */
export function contentOf({ plain }: Scene): Promise<string[]> {
  const found = plain.map((path) => (existsSync(path) ? path : `${path}.zst`));
  return Promise.all(found.map(async (path) => (await digestContent(path)).sha256));
}

export function formsOf({ plain }: Scene): string[] {
  return plain.map((path) => [existsSync(path) ? 'plain' : '', existsSync(`${path}.zst`) ? 'compressed' : ''].join(''));
}

/** What is in a home that belongs to nothing, and what is wrong with its journal. */
export function leftovers({ home }: Scene): string[] {
  const temps = join(home.path, '.sessions/tmp');
  const verdict = verifyJournal(homeAt(home.path));
  return [...(existsSync(temps) ? readdirSync(temps) : []), ...(verdict.ok ? [] : [verdict.message])];
}

/** SHA-256 of the content of every file in the trash. */
export function trashed({ home }: Scene): Promise<string[]> {
  const trash = join(home.path, '.sessions/trash');
  if (!existsSync(trash)) return Promise.resolve([]);
  const files = readdirSync(trash, { recursive: true, withFileTypes: true });
  const rollouts = files.filter((entry) => entry.isFile() && entry.name.startsWith('rollout-'));
  return Promise.all(
    rollouts.map(async ({ parentPath, name }) => (await digestContent(join(parentPath, name))).sha256),
  );
}
