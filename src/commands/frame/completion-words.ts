import type { CommandSpec, Completes } from '../command.ts';

/** The words that may follow `before` as part of a command's name: the first words after the empty text. */
export function lastWords(specs: readonly CommandSpec[], before: string): string[] {
  const prefix = before === '' ? '' : `${before} `;
  const followers = specs.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  return [...new Set(followers.map((name) => name.slice(prefix.length).split(' ')[0]!))];
}

/** What a shell offers as operands of a command. */
export function operandKind({ operands }: CommandSpec): Completes | undefined {
  return operands.at(-1)?.completes;
}
