/**
 * A command as a person would type it: `bash -lc SCRIPT` and its kin are shown as the script, everything else with the
 * quotes that a POSIX shell needs.
 */
export function shellLine(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  const script = scriptOf(program, rest);
  return script ?? argv.map(quoteWord).join(' ');
}

// Only shells by name or from a system folder: a script run by some other `bash` must show which one.
const posixShell = /^(?:\/(?:usr\/(?:local\/)?|opt\/homebrew\/)?bin\/)?(?:ba|z|da|k|fi)?sh$/;
const powerShell = /^(?:powershell|pwsh)(?:\.exe)?$/i;

function scriptOf(program: string, rest: readonly string[]): string | null {
  const script = rest.at(-1);
  if (script === undefined) return null;
  const flags = rest.slice(0, -1).join(' ');
  if (posixShell.test(program) && /^-[il]*c$/.test(flags)) return script;
  if (powerShell.test(program) && /^(?:-NoProfile )?(?:-Command|-c)$/i.test(flags)) return script;
  return /^cmd(?:\.exe)?$/i.test(program) && /^\/c$/i.test(flags) ? script : null;
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
