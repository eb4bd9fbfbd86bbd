import { type Composer, replace } from './composer-state.ts';

/** A word that can be completed, where it stands. */
export interface Completable {
  kind: 'command' | 'argument' | 'file';
  /** The command that the argument is of; empty for the others. */
  command: string;
  /** Without the `/` or `@` in front. */
  letters: string;
  from: number;
  to: number;
}

/** What the cursor stands in or behind: a command at the very beginning, what stands behind one, or a file behind an `@`. Null for other text. */
export function completableAt({ text, cursor }: Composer): Completable | null {
  const before = text.slice(0, cursor);
  const command = /^\/([\w-]*)$/.exec(before);
  if (command) return { kind: 'command', command: '', letters: command[1] as string, from: 0, to: cursor };
  const [, name, space, argument] = /^\/([\w-]+)( +)([^\n]*)$/.exec(before) ?? [];
  if (name !== undefined && cursor === text.length) {
    const from = 1 + name.length + (space as string).length;
    return { kind: 'argument', command: name, letters: argument as string, from, to: cursor };
  }
  const file = /(?:^|\s)@([^\s@]*)$/.exec(before);
  if (!file) return null;
  const letters = file[1] as string;
  return { kind: 'file', command: '', letters, from: cursor - letters.length - 1, to: cursor };
}

/** Puts the choice in place of what was typed. A path with a blank in it is quoted. */
export function complete(composer: Composer, { kind, from, to }: Completable, choice: string): Composer {
  const quoted = /\s/.test(choice) ? `"${choice}"` : choice;
  const text = { command: `/${choice} `, argument: choice, file: `@${quoted} ` }[kind];
  return replace(composer, from, to, text);
}

/** The names that begin with the letters, then those that have them somewhere. */
export function matching(names: readonly string[], letters: string): string[] {
  const wanted = letters.toLowerCase();
  const begins = (name: string) => name.toLowerCase().startsWith(wanted);
  const rest = names.filter((name) => !begins(name) && name.toLowerCase().includes(wanted));
  return [...names.filter(begins), ...rest];
}
