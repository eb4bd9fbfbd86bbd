import { type Judge, judges } from './safe-programs.ts';

/**
 * Whether a script only reads, so far as can be seen from its text: simple commands of known programs, joined by `|`,
 * `&&`, `||`, `;` and ends of lines. Whatever else a shell could do (expansion, redirection, groups, comments, globs, assignments,
 * the background) makes it unsafe, also where it would be harmless.
 *
 * @param isConfined whether it runs in a sandbox; only there git counts as reading, because it starts what the configuration of a
 *   repository names
 */
export function isSafeCommand(script: string, isConfined = true): boolean {
  const commands = splitScript(script);
  return commands?.every((argv) => isSafeArgv(argv) && (isConfined || nameOf(argv) !== 'git')) ?? false;
}

function nameOf([program = '']: string[]): string {
  return program.replace(/^(?:\/usr)?\/bin\//, '');
}

function isSafeArgv(argv: string[]): boolean {
  const name = nameOf(argv);
  const judge: Judge | undefined = Object.hasOwn(judges, name) ? judges[name] : undefined;
  return judge?.(argv.slice(1)) ?? false;
}

const longestScript = 10_000;

/** The argv of each command; null when there is anything in it that is not understood. */
function splitScript(script: string): string[][] | null {
  const commands: string[][] = [];
  let words: string[] = [];
  // What else Unicode calls a blank is part of a word to a shell.
  let rest = script.replace(/^[ \t\n]+|[ \t\n]+$/g, '').replace(/ *;$/, '');
  if (rest === '' || rest.length > longestScript) return null;
  while (rest !== '') {
    const join = /^ *(?:\|\|?|&&|;|\n) */.exec(rest)?.[0];
    if (join !== undefined) {
      if (words.length === 0) return null;
      commands.push(words);
      words = [];
      rest = rest.slice(join.length);
      if (rest === '') return null;
      continue;
    }
    const word = /^(?:[\w@%+=:,./^-]|'[^'\n\0]*'|"[^"\\$`!\n\0]*")+/.exec(rest)?.[0];
    if (word === undefined) return null;
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    rest = rest.slice(word.length);
    // The next thing is a blank or a join; anything else was no plain word.
    if (rest !== '' && !/^[ |&;\n]/.test(rest)) return null;
    rest = rest.replace(/^ +/, '');
  }
  if (words.length === 0) return null;
  return [...commands, words];
}
