import { Stopped } from '../../base/abort.ts';
import { type Failure, toFailure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { escapeForTerminal, escapeJsonForTerminal, oneLine } from '../../base/safe-text.ts';
import { systemReason } from '../../base/system-error.ts';
import { describePlace } from '../../base/warn.ts';

/**
 * Says on stderr what ended the program, and returns its exit code. A closed pipe and a signal need no words. With
 * `--json` it is one object of the schema `error`.
 */
export async function reportFailure(error: unknown, io: Io, json: boolean): Promise<number> {
  if (error instanceof Stopped) return error.exit;
  const failure = toFailure(error);
  if (failure.kind === 'closed-pipe') return failure.exit;
  if (json) await io.stderr.write(`${toJson(failure, io.stderr.isTTY)}\n`);
  else await io.stderr.write(toText(failure));
  if (io.env.SESSIONS_DEBUG) await io.stderr.write(`${escapeForTerminal(stackOf(error))}\n`);
  return failure.exit;
}

function toText(failure: Failure): string {
  const hints = hintOf(failure)?.split('\n') ?? [];
  const message = `sessions: ${describePlace(failure.place)}${oneLine(messageOf(failure))}\n`;
  return message + hints.map((hint) => `hint: ${oneLine(hint)}\n`).join('');
}

function toJson(failure: Failure, terminal: boolean): string {
  const { file = null, line = null, offset = null } = failure.place;
  const json = JSON.stringify({
    schema: 'sessions.error/1',
    kind: failure.kind,
    message: messageOf(failure),
    file,
    line,
    offset,
    hint: hintOf(failure) ?? null,
    exit: failure.exit,
  });
  return terminal ? escapeJsonForTerminal(json) : json;
}

/** Node repeats its code, the call and the path in the message; the path already stands in front. */
function messageOf({ message, cause }: Failure): string {
  const repeatsCause = cause instanceof Error && cause.message === message;
  return (repeatsCause && systemReason(cause)) || message || 'no reason given';
}

function hintOf({ hint, cause, message }: Failure): string | undefined {
  if (hint !== undefined) return hint;
  const unexpected = cause instanceof Error && cause.message === message && systemReason(cause) === undefined;
  return unexpected ? 'this is a fault of sessions; SESSIONS_DEBUG=1 shows where it happened' : undefined;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}
