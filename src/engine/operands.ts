import { Failure } from '../base/failure.ts';
import { oneLine } from '../base/safe-text.ts';
import { isPath, type SessionResolver, type Target } from './resolve-session.ts';
import { readStdin } from './stdin-input.ts';

/**
 * The sessions that a command was given. An explicit `-` stands for what standard input names, or for the content that it
 * brings.
 *
 * @returns the targets in order, each once, and what removes the temporary file of piped content
 * @throws Failure `usage` for an argument that names no session, or several
 */
export async function resolveOperands(
  sessions: SessionResolver,
  operands: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<{ targets: Target[]; remove(): void }> {
  const isStdin = (operand: string) => operand === '-';
  if (operands.filter(isStdin).length > 1) throw new Failure('usage', 'standard input can be read once');
  // What may fail comes first: content of standard input lies in a file that somebody has to remove.
  const named = new Map<string, Target>();
  for (const operand of operands) if (!isStdin(operand)) named.set(operand, await sessions.resolve(operand));
  const input = operands.some(isStdin) ? await readStdin(stdin) : null;
  const targets: Target[] = [];
  for (const operand of operands) {
    const target = named.get(operand);
    if (target) targets.push(target);
    else if (input?.kind === 'content') targets.push({ kind: 'file', path: input.path, isStdin: true });
    else for (const session of input?.sessions ?? []) targets.push(await sessions.resolve(withoutPath(session)));
  }
  return { targets: withoutRepeats(targets), remove: input?.kind === 'content' ? input.remove : () => {} };
}

/** What a program writes into a pipe names sessions, and must not make us open a file of its choice. */
function withoutPath(session: string): string {
  if (!isPath(session)) return session;
  throw new Failure(
    'usage',
    `'${oneLine(session.slice(0, 60))}' on standard input is a path; sessions are named by id there`,
  );
}

function withoutRepeats(targets: Target[]): Target[] {
  const seen = new Set<string>();
  return targets.filter((target) => {
    const key = target.kind === 'thread' ? target.threadId : target.path;
    return !seen.has(key) && seen.add(key);
  });
}
