import { Failure } from '../base/failure.ts';
import type { SessionResolver, Target } from './resolve-session.ts';
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
  const targets: Target[] = [];
  let remove = () => {};
  for (const operand of operands) {
    if (operand !== '-') {
      targets.push(await sessions.resolve(operand));
      continue;
    }
    if (operands.filter((other) => other === '-').length > 1)
      throw new Failure('usage', 'standard input can be read once');
    const input = await readStdin(stdin);
    if (input.kind === 'content') {
      remove = input.remove;
      targets.push({ kind: 'file', path: input.path, isStdin: true });
    } else {
      for (const session of input.sessions) targets.push(await sessions.resolve(session));
    }
  }
  return { targets: withoutRepeats(targets), remove };
}

function withoutRepeats(targets: Target[]): Target[] {
  const seen = new Set<string>();
  return targets.filter((target) => {
    const key = target.kind === 'thread' ? target.threadId : target.path;
    return !seen.has(key) && seen.add(key);
  });
}
