import { type Judge, judges } from './safe-programs.ts';

/**
 * Whether a script only reads, so far as can be seen from its text: simple commands of known programs, joined by `|` and
 * `&&`. Whatever else a shell could do (expansion, redirection, lists, comments, globs, assignments) makes it unsafe, also where it
 * would be harmless.
 */
export function isSafeCommand(script: string): boolean {
  const commands = splitScript(script);
  return commands?.every(isSafeArgv) ?? false;
}

function isSafeArgv([program, ...args]: string[]): boolean {
  if (program === undefined) return false;
  const name = program.replace(/^(?:\/usr)?\/bin\//, '');
  const judge: Judge | undefined = Object.hasOwn(judges, name) ? judges[name] : undefined;
  return judge?.(args) ?? false;
}

const longestScript = 10_000;

/** The argv of each command; null when there is anything in it that is not understood. */
function splitScript(script: string): string[][] | null {
  const commands: string[][] = [];
  let words: string[] = [];
  let rest = script.trim();
  if (rest === '' || rest.length > longestScript) return null;
  while (rest !== '') {
    const join = /^ *(?:\|(?!\|)|&&) */.exec(rest)?.[0];
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
    if (rest !== '' && !/^[ |&]/.test(rest)) return null;
    rest = rest.replace(/^ +/, '');
  }
  if (words.length === 0) return null;
  return [...commands, words];
}
