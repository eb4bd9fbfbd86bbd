import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

// A process that keeps sessions of its own, as programs of users do: `node session-writer.mjs HOME NUMBER SECONDS`. It makes,
// appends to, archives, brings back and compresses them; each has a file at every moment. Prints the id of each when its file
// is there.
const zstd = createRequire(import.meta.url)('zstd-napi') as typeof import('zstd-napi');
const [home = '', number = '0', seconds = '0'] = process.argv.slice(2);
const end = Date.now() + Number(seconds) * 1000;
const pause = new Int32Array(new SharedArrayBuffer(4));

interface Session {
  id: string;
  name: string;
  turns: number;
  archived: boolean;
  compressed: boolean;
}

const sessions: Session[] = [];
for (let step = 0; Date.now() < end; step++) {
  const session = sessions[(step * 7919) % Math.max(1, sessions.length)];
  if (!session || (step % 5 === 0 && sessions.length < 150)) make(sessions.length);
  else if (step % 11 === 1) move(session);
  else if (step % 11 === 6) recode(session);
  else append(session);
  Atomics.wait(pause, 0, 0, 15);
}

function make(count: number): void {
  const hex = (Number(number) * 100_000 + count).toString(16).padStart(8, '0');
  const id = `0198${hex.slice(0, 4)}-${hex.slice(4)}-7000-8000-00000000${number.padStart(4, '0')}`;
  const name = `rollout-2026-01-0${1 + (count % 9)}T03-04-05-${id}.jsonl`;
  const session = { id, name, turns: 0, archived: false, compressed: false };
  const meta = { id, timestamp: time(), cwd: count % 2 ? home : '/elsewhere', originator: 'x', cli_version: '0.120.0' };
  place(session, Buffer.from(line('session_meta', meta) + turn(session)));
  sessions.push(session);
  process.stdout.write(`${id}\n`);
}

function append(session: Session): void {
  if (session.compressed) recode(session);
  appendFileSync(pathOf(session), turn(session));
}

/** To the archive, or back. */
function move(session: Session): void {
  const from = pathOf(session);
  session.archived = !session.archived;
  mkdirSync(dirname(pathOf(session)), { recursive: true });
  renameSync(from, pathOf(session));
}

/** Compresses it, or the other way round, as Codex does: the new file is there before the old one goes. */
function recode(session: Session): void {
  const from = pathOf(session);
  const content = readFileSync(from);
  const { atime, mtime } = statSync(from);
  session.compressed = !session.compressed;
  place(session, session.compressed ? zstd.compress(content) : zstd.decompress(content));
  utimesSync(pathOf(session), atime, mtime);
  unlinkSync(from);
}

function place(session: Session, content: Buffer): void {
  const path = pathOf(session);
  const draft = join(home, `draft-${number}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, content);
  renameSync(draft, path);
}

function pathOf({ name, archived, compressed }: Session): string {
  const folder = archived ? 'archived_sessions' : `sessions/2026/01/${name.slice(16, 18)}`;
  return join(home, folder, `${name}${compressed ? '.zst' : ''}`);
}

function turn(session: Session): string {
  const id = `t${session.turns++}`;
  const message = `turn ${session.turns} of writer ${number}`;
  return [
    line('event_msg', { type: 'task_started', turn_id: id }),
    line('event_msg', { type: 'user_message', message, images: [] }),
    line('event_msg', { type: 'agent_message', message: `re: ${message}`.repeat(20) }),
    line('event_msg', { type: 'task_complete', turn_id: id, last_agent_message: null }),
  ].join('');
}

function line(type: string, payload: object): string {
  return `${JSON.stringify({ timestamp: time(), type, payload })}\n`;
}

function time(): string {
  return new Date().toISOString();
}

rmSync(join(home, `draft-${number}`), { force: true });
