import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { makeFolder } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { runProgram } from './run-program.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

export function expectSchema(name: string, value: unknown): void {
  expect(ajv.validate(`urn:agent-sessions:schema:${name}:1`, value), ajv.errorsText()).toBe(true);
}

/** Names of all files below a folder, sorted. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Runs the built `sessions verify` where there is no home; its records are held against their schemas. */
export async function verifyBundle(path: string, ...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };
  const { code, stdout, stderr } = await runProgram(['verify', path, ...args], { env });
  const records = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  for (const record of records) expectSchema(record.schema.replace(/^sessions\.(.*)\/1$/, '$1'), record);
  return { code, err: stderr, records, statuses: records.map(({ status }) => status as string) };
}

/** A PATH with nothing but what `verify.sh` may use. */
export function barePath(): string {
  const folder = makeFolder();
  for (const tool of ['sha256sum', 'ssh-keygen']) {
    symlinkSync(execFileSync('which', [tool]).toString().trim(), join(folder, tool));
  }
  return folder;
}

const bare = barePath();

/** Runs `verify.sh` of a bundle, as the shell is called. */
export function runScript(
  folder: string,
  env: Record<string, string> = {},
  { shell = '/bin/sh', cwd = '/', script = join(folder, 'verify.sh'), timeout = 60_000 } = {},
) {
  return spawnSync(shell, [script], {
    env: { PATH: bare, ...env },
    cwd,
    timeout,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  });
}

/** What somebody does who changes a bundle and knows how it is made, but has no key. */
export function remake(folder: string): void {
  const all = filesOf(folder).filter((file) => !file.startsWith('tagmanifest-sha256.txt'));
  const line = (file: string) => `${sha256(join(folder, file))}  ${file}\n`;
  const payload = all.filter((file) => file.startsWith('data/'));
  const bytes = payload.reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0);
  const info = join(folder, 'bag-info.txt');
  writeFileSync(
    info,
    readFileSync(info, 'utf8').replace(/Payload-Oxum: .*/, `Payload-Oxum: ${bytes}.${payload.length}`),
  );
  writeFileSync(join(folder, 'manifest-sha256.txt'), payload.map(line).join(''));
  const tags = all.filter((file) => !file.startsWith('data/'));
  writeFileSync(join(folder, 'tagmanifest-sha256.txt'), tags.map(line).join(''));
}

/** The same, without the signature of the bundle: it would not fit any more. */
export function remakeUnsigned(folder: string): void {
  rmSync(join(folder, 'tagmanifest-sha256.txt.sig'), { force: true });
  remake(folder);
}

/** Signs a bundle anew with a key. */
export function resign(folder: string, key: string): void {
  remakeUnsigned(folder);
  sign(join(folder, 'tagmanifest-sha256.txt'), key, 'sessions-bundle');
}

/** Makes `FILE.sig`. */
export function sign(file: string, key: string, namespace: string): void {
  rmSync(`${file}.sig`, { force: true });
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key, file], { stdio: 'ignore' });
}

/** Changes a JSON file. */
export function editJson<T>(path: string, edit: (value: T) => void): void {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  edit(value);
  writeFileSync(path, `${JSON.stringify(value)}\n`);
}

/** Changes a text file. */
export function editText(path: string, edit: (text: string) => string): void {
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
