import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { warn } from '../../base/warn.ts';
import type { HoldContext } from '../../engine/holds/change-holds.ts';
import type { SessionResolver } from '../../engine/resolve-session.ts';
import { openPrinter } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { printOrTell } from '../frame/print-or-tell.ts';
import { printOptionsOf } from '../options.ts';

/** Adds or releases a hold, prints its entry, and says what could not be looked at. Returns the exit code. */
export async function changeHolds(
  invocation: Invocation,
  io: Io,
  change: (sessions: SessionResolver, context: HoldContext) => Promise<ChangedHold>,
): Promise<number> {
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const progress = startProgress(io);
  const doubts: Failure[] = [];
  const entry = await change(openSessions(io.env, io.cwd), {
    clock: io.clock,
    signal: io.signal,
    onDoubt: (doubt) => void doubts.push(doubt),
    onProgress: (done, of) => progress.show(`looking at sessions: ${done} of ${of}`),
  }).finally(() => progress.stop());
  await printOrTell(() => print(entry, invocation, io), describe(entry), io);
  return reportDoubts(doubts, io);
}

async function print(entry: ChangedHold, invocation: Invocation, io: Io): Promise<void> {
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  try {
    if (printer.mode === 'json') await printer.record(entry);
    else if (printer.mode === 'ids') await printer.id(entry.hold_id);
    else await printer.text(`${describe(entry)}\n`);
  } finally {
    await printer.close();
  }
}

interface ChangedHold {
  hold_id: string;
  thread_ids?: string[];
  ancestor_ids?: string[];
}

/** Says each once; returns the exit code. */
export async function reportDoubts(doubts: readonly Failure[], io: Io): Promise<number> {
  const said = new Set<string>();
  for (const { message, place } of doubts) {
    if (said.has(message + place.file)) continue;
    said.add(message + place.file);
    await warn(io, message, place);
  }
  return doubts.length > 0 ? new Failure('partial', 'not all could be looked at').exit : 0;
}

/** @throws Failure `usage` when the option is absent, empty or too long */
export function readText({ options }: Invocation, long: string): string {
  const text = options.text(long)?.trim() ?? '';
  if (text === '') throw new Failure('usage', `--${long} TEXT is missing`);
  if (text.length > LONGEST_TEXT) throw new Failure('usage', `--${long} has more than ${LONGEST_TEXT} characters`);
  return text;
}

function describe({ hold_id, thread_ids, ancestor_ids }: ChangedHold): string {
  if (!thread_ids) return `hold ${oneLine(hold_id)} is released`;
  const origins = ancestor_ids?.length ? `, and ${ancestor_ids.length} that they come from` : '';
  return `hold ${oneLine(hold_id)} covers ${thread_ids.length} ${thread_ids.length === 1 ? 'session' : 'sessions'}${origins}`;
}

const LONGEST_TEXT = 2000;
