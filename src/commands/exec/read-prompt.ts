import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';

/**
 * What the agent is to do: the argument, with what comes over standard input as a block behind it; or standard input alone, for
 * `-` or where there is no argument. As with Codex.
 *
 * @throws Failure `usage` when there is nothing to do, or what is piped is not text
 */
export async function readPrompt(operand: string | undefined, io: Io): Promise<string> {
  const nothing = { hint: 'give it as an argument, or pipe it into standard input' };
  if (operand !== undefined && operand !== '-') {
    if (operand.trim() === '') throw new Failure('usage', 'there is nothing to do: the prompt is empty', nothing);
    const piped = io.stdin.isTTY ? '' : await readText(io);
    return piped.trim() === '' ? operand : `${operand}\n\n<stdin>\n${piped}${piped.endsWith('\n') ? '' : '\n'}</stdin>`;
  }
  if (operand === undefined && io.stdin.isTTY) throw new Failure('usage', 'there is nothing to do', nothing);
  const text = await readText(io);
  if (text.trim() === '') throw new Failure('usage', 'there is nothing to do: standard input is empty', nothing);
  return text.replace(/\r?\n$/, '');
}

async function readText(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const isRead = new AbortController();
  void sayWhenSlow(io, isRead.signal);
  try {
    for await (const chunk of io.stdin.read()) {
      length += chunk.length;
      if (length > largest) throw new Failure('usage', `more than ${largest} bytes come over standard input`);
      chunks.push(Buffer.from(chunk));
    }
  } finally {
    isRead.abort();
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Failure('usage', 'what comes over standard input is not UTF-8');
  }
}

/** A pipe that somebody else holds open, as scripts and schedulers do by mistake, looks like an agent that does nothing. */
async function sayWhenSlow(io: Io, isRead: AbortSignal): Promise<void> {
  await io.clock.sleep(patienceMs, isRead);
  if (!isRead.aborted) await warn(io, 'reading standard input to its end; < /dev/null gives none');
}

const patienceMs = 2000;
const largest = 8 * 1024 * 1024;
