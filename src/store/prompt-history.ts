import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import type { Home } from './home.ts';
import { type LockWait, lockFile } from './lock-file.ts';
import { isOwnHome, keepOwnHome } from './own-home.ts';
import { rewriteFile } from './rewrite-file.ts';
import { trouble } from './writer/file-steps.ts';

/** What was typed into Codex's screens, of all sessions: one `{session_id, ts, text}` a line. */
export const PROMPT_HISTORY = 'history.jsonl';

/** The session that a line of the prompt history belongs to; null for a line that is none. */
export function promptSession(line: string): string | null {
  try {
    const value = JSON.parse(line) as { session_id?: unknown } | null;
    return typeof value?.session_id === 'string' ? value.session_id.toLowerCase() : null;
  } catch {
    return null;
  }
}

/** What was typed last, the newest at the end. Only the end of the file is read. */
export function readPrompts(home: Home): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(join(home.path, PROMPT_HISTORY), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw trouble(join(home.path, PROMPT_HISTORY), 'cannot be read', error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return [];
    const bytes = Buffer.alloc(Math.min(stat.size, TAIL_BYTES));
    const from = stat.size - bytes.length;
    const length = readSync(descriptor, bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, length).split('\n');
    return lines.slice(from > 0 ? 1 : 0).flatMap((line) => promptText(line) ?? []);
  } finally {
    closeSync(descriptor);
  }
}

/** What was typed in a session. */
export interface Prompt {
  threadId: string;
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Adds what was typed in a session, as Codex writes it, under the lock that Codex takes on that file.
 *
 * @param maxBytes when the file is longer, the oldest lines go, and as with Codex some more, so that it is not done each time; the
 *   new one stays. Null for any length
 * @throws Failure `busy` when somebody has the lock for too long; `trouble` when it cannot be written
 */
export async function appendPrompt(home: Home, prompt: Prompt, maxBytes: number | null, wait: LockWait): Promise<void> {
  const { threadId, text, at } = prompt;
  const path = join(home.path, PROMPT_HISTORY);
  // What is no file of its own would be written somewhere else.
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new Failure('refused', 'is no file', { file: path });
  const line = `${JSON.stringify({ session_id: threadId, ts: Math.floor(at / 1000), text })}\n`;
  // Whoever takes the lock makes the file.
  const isNew = !found && isOwnHome(home);
  const lock = await lockFile(path, wait);
  try {
    keepOwnHome(home, isNew, () => {
      appendFileSync(path, line, { mode: 0o600 });
      if (maxBytes !== null) shorten(path, maxBytes, Buffer.byteLength(line));
    });
  } catch (error) {
    throw trouble(path, 'cannot be written', error);
  } finally {
    lock.release();
  }
}

/** In the same file, because a Codex that waits for its lock has it open. The end is there twice before the beginning goes. */
function shorten(path: string, maxBytes: number, lastLine: number): void {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    if (fstatSync(descriptor).size <= maxBytes) return;
    const content = readFileSync(descriptor);
    const most = Math.max(Math.floor(maxBytes * KEPT_SHARE), lastLine);
    const from = content.length > most ? content.indexOf(LF, content.length - most - 1) + 1 : 0;
    const kept = content.subarray(from);
    for (let done = 0; done < kept.length; ) done += writeSync(descriptor, kept, done, kept.length - done, done);
    ftruncateSync(descriptor, kept.length);
  } finally {
    closeSync(descriptor);
  }
}

function promptText(line: string): string | null {
  try {
    const value = JSON.parse(line) as { text?: unknown } | null;
    return typeof value?.text === 'string' ? value.text : null;
  } catch {
    return null;
  }
}

/**
 * Removes what was typed in some sessions from Codex's prompt history, under the lock that Codex takes on that file. All other
 * bytes stay. What a Codex that had the old file open writes to it within the next second is brought over.
 *
 * @param belongs whether a line of this session is to go
 * @returns whether anything was removed
 * @throws Failure `busy` when somebody has the lock, or writes without it
 */
export async function removePrompts(
  home: Home,
  belongs: (threadId: string) => boolean,
  wait: LockWait,
): Promise<boolean> {
  const path = join(home.path, PROMPT_HISTORY);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const lock = await lockFile(path, wait);
  const old = openSync(path, 'r');
  try {
    let size = 0;
    let isChanged: boolean;
    try {
      size = fstatSync(old).size;
      isChanged = keepOwnHome(home, false, () =>
        rewriteFile(home, PROMPT_HISTORY, (content) => withoutSessions(content, belongs)),
      );
    } finally {
      lock.release();
    }
    if (isChanged) await bringOver(old, size, path, wait.clock);
    return isChanged;
  } finally {
    closeSync(old);
  }
}

/**
 * Codex opens the file, and then tries for a second to lock it: it may have been waiting for ours. Nobody who wants to stop
 * makes this shorter, because the line would be lost.
 */
async function bringOver(old: number, size: number, path: string, clock: Clock): Promise<void> {
  let known = size;
  for (let waited = 0; waited < LONGEST_TRY_MS; waited += PAUSE_MS) {
    await clock.sleep(PAUSE_MS);
    const now = fstatSync(old).size;
    if (now <= known) continue;
    const added = Buffer.alloc(now - known);
    readSync(old, added, 0, added.length, known);
    // A Codex that has the new file may be making it shorter.
    const lock = await lockFile(path, { clock }).catch(() => null);
    try {
      appendFileSync(path, added);
    } finally {
      lock?.release();
    }
    known = now;
  }
}

function withoutSessions(content: Buffer, belongs: (threadId: string) => boolean): Buffer | null {
  const kept: Buffer[] = [];
  for (let start = 0; start < content.length; ) {
    const found = content.indexOf(LF, start);
    const end = found === -1 ? content.length : found + 1;
    const line = content.subarray(start, end);
    const session = promptSession(line.toString());
    if (session === null || !belongs(session)) kept.push(line);
    start = end;
  }
  const result = Buffer.concat(kept);
  return result.length === content.length ? null : result;
}

const LF = 0x0a;
/** As Codex has it. */
const KEPT_SHARE = 0.8;
const PAUSE_MS = 50;
const LONGEST_TRY_MS = 1200;
/** More prompts than anybody looks back through. */
const TAIL_BYTES = 1024 * 1024;
