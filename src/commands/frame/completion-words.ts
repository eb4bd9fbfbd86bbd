import type { CommandSpec, Completes } from '../command.ts';

/** A place on the command line, right behind these words of a command's name, where another word of one may follow. */
export interface Junction {
  /** Empty behind the program's name. */
  before: string;
  followers: { word: string; summary: string }[];
}

/** Every such place: behind `sessions`, and behind the first word of the commands of two words. */
export function findJunctions(specs: readonly CommandSpec[]): Junction[] {
  const firstWords = specs.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]!);
  return ['', ...new Set(firstWords)].map((before) => ({ before, followers: findFollowers(specs, before) }));
}

function findFollowers(specs: readonly CommandSpec[], before: string): Junction['followers'] {
  const start = before === '' ? 0 : 1;
  const below = specs.filter(({ name }) => start === 0 || name.startsWith(`${before} `));
  return [...new Set(below.map(({ name }) => name.split(' ')[start]!))].map((word) => {
    const path = start === 0 ? word : `${before} ${word}`;
    const own = below.find(({ name }) => name === path);
    return {
      word,
      summary:
        own?.summary ??
        findFollowers(specs, path)
          .map((next) => next.word)
          .join(', '),
    };
  });
}

/** What a shell offers as operands of a command: that of the first one of which there is something to offer. */
export function operandKind({ operands }: CommandSpec): Completes | undefined {
  return operands.find(({ completes }) => completes)?.completes;
}
