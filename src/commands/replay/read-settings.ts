import { parseDuration } from '../../base/durations.ts';
import { Failure } from '../../base/failure.ts';
import type { CastVersion } from '../../engine/replay/asciicast.ts';
import type { Turns } from '../../engine/replay/recording.ts';
import type { Pace } from '../../engine/replay/schedule.ts';
import type { Invocation } from '../command.ts';

/** What a replay was asked for. */
export interface ReplaySettings {
  turns: Turns;
  speed: number;
  /** Milliseconds, Infinity for `none`; undefined when it was not given. */
  idleLimitMs: number | undefined;
  waits: boolean;
  /** Standard input is not what is replayed, so it may have keys. */
  hasKeys: boolean;
  /** On a terminal, it is played on a screen of its own. */
  onScreen: boolean;
  paced: boolean;
  cast: { version: CastVersion; columns: number; rows: number } | null;
}

/** @throws Failure `usage` for values that mean nothing, and for options that do not go together */
export function readReplaySettings({ options, operands }: Invocation): ReplaySettings {
  const format = options.word<'asciicast' | 'asciicast-v2'>('format');
  refuseTogether(options, format);
  const turns = {
    from: options.count('from') ?? 0,
    to: options.count('to') ?? Number.POSITIVE_INFINITY,
  };
  if (turns.from > turns.to) throw new Failure('usage', `--from ${turns.from} lies behind --to ${turns.to}`);
  const size = {
    columns: readSize(options.count('cols'), 'cols', 80),
    rows: readSize(options.count('rows'), 'rows', 24),
  };
  return {
    turns,
    speed: readSpeed(options.text('speed')),
    idleLimitMs: readIdleLimit(options.text('idle-limit')),
    waits: !options.flag('no-wait'),
    hasKeys: !operands.includes('-'),
    onScreen: !options.flag('no-tui'),
    paced: options.flag('paced'),
    cast: format ? { version: format === 'asciicast' ? 3 : 2, ...size } : null,
  };
}

/** @param idleLimitMs the limit where none was given */
export function paceOf({ speed, waits, ...given }: ReplaySettings, idleLimitMs: number): Pace {
  return { speed, idleLimitMs: waits ? (given.idleLimitMs ?? idleLimitMs) : 0 };
}

/** A pause that nobody minds; asciinema's users choose it, too. */
export const usualIdleLimitMs = 2000;

function refuseTogether(options: Invocation['options'], format: string | undefined): void {
  const refuse = (one: string, other: string) => {
    if (options.flag(one) && options.flag(other))
      throw new Failure('usage', `--${one} and --${other} do not go together`);
  };
  refuse('paced', 'no-wait');
  for (const other of ['json', 'quiet', 'null', 'paced', 'no-wait']) refuse('format', other);
  for (const size of ['cols', 'rows']) {
    if (options.flag(size) && !format) throw new Failure('usage', `--${size} goes with --format`);
  }
  if (options.flag('at')) {
    throw new Failure('usage', '--at goes with --state', { hint: 'to replay some turns, give --from and --to' });
  }
}

function readSpeed(text: string | undefined): number {
  if (text === undefined) return 1;
  const speed = isNumber.test(text) ? Number(text) : 0;
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new Failure('usage', `'${text}' is no speed`, { hint: '--speed takes a number above 0, such as 2 or 0.5' });
}

function readIdleLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return Number.POSITIVE_INFINITY;
  if (isNumber.test(text)) return Number(text) * 1000;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure('usage', `--idle-limit: ${error.message}`, {
      hint: 'seconds, such as 2 or 0.5, a duration, or none',
    });
  }
}

const isNumber = /^(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/;

function readSize(size: number | undefined, name: string, usual: number): number {
  if (size === undefined) return usual;
  if (size >= narrowest && size <= widest) return size;
  throw new Failure('usage', `--${name} takes a number from ${narrowest} to ${widest}`);
}

/** Narrower than this a transcript cannot be. */
const narrowest = 20;
const widest = 10_000;
