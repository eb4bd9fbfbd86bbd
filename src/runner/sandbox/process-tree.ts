import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../base/io.ts';
import { killProcess } from '../../base/kill-process.ts';

/**
 * Kills everything that a program left behind, and waits until it is gone, at most `patienceMs`. Its process group is killed;
 * on Linux also its descendants, its session, and whoever carries the mark in its environment: a daemon that left group,
 * session and parent still does, unless it started another program with an environment of its own making.
 */
export async function killTree(root: number, mark: string, clock: Clock): Promise<void> {
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const isGroupThere = killProcess(-root, 'SIGKILL');
    const members = findMembers(root, mark);
    for (const pid of members ?? []) killProcess(pid, 'SIGKILL');
    // A group is there as long as nobody has fetched the exit codes of its members, so it counts only without a better source.
    const isGone = members ? members.length === 0 : !isGroupThere;
    if (isGone || clock.now() > deadline) return;
    await clock.sleep(10);
  }
}

/** Waits until a process is gone or only its exit code is left, at most `patienceMs`. */
export async function waitUntilGone(pid: number, clock: Clock): Promise<void> {
  const deadline = clock.now() + patienceMs;
  while (killProcess(pid, 0) && readStat(pid)?.state !== 'Z' && clock.now() < deadline) await clock.sleep(5);
}

/** The variable by which processes are found again. */
export const markVariable = 'SESSIONS_COMMAND_ID';

const patienceMs = 1500;

/** Processes that are still running; null where there is no `/proc` to ask. */
function findMembers(root: number, mark: string): number[] | null {
  const running = listProcesses();
  if (running.length === 0) return null;
  const members = new Set<number>([root]);
  // A parent has not always the smaller number, so look again until nobody is added.
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const { pid, parent, group, session } of running) {
      if (members.has(parent) || group === root || session === root) members.add(pid);
    }
  }
  for (const { pid } of running) if (!members.has(pid) && isMarked(pid, mark)) members.add(pid);
  const alive = new Set(running.map(({ pid }) => pid));
  return [...members].filter((pid) => alive.has(pid));
}

interface Stat {
  pid: number;
  state: string;
  parent: number;
  group: number;
  session: number;
}

function listProcesses(): Stat[] {
  return entries('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    return stat && stat.state !== 'Z' ? [stat] : [];
  });
}

/** `PID (NAME) STATE PPID PGRP SESSION …`; the name may hold anything. */
function readStat(pid: number): Stat | null {
  const text = readText(`/proc/${pid}/stat`);
  const [state, parent, group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!state || !session) return null;
  return { pid, state, parent: Number(parent), group: Number(group), session: Number(session) };
}

function isMarked(pid: number, mark: string): boolean {
  return `\0${readText(`/proc/${pid}/environ`)}\0`.includes(`\0${markVariable}=${mark}\0`);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
