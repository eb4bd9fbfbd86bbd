import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { program } from '../support/run-program.ts';

/** Runs a command line of the built program on a terminal, and gives what the terminal was sent. */
function onTerminal(commandLine: string, env: Record<string, string> = {}): { code: number | null; shown: string } {
  const command = commandLine.replaceAll('sessions', `"${process.execPath}" "${program}"`);
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    input: '',
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TERM: 'xterm', CODEX_HOME: '/no/such/home', PAGER: '', ...env },
  });
  return { code: status, shown: stdout.replaceAll('\r\n', '\n') };
}

// The `script` of util-linux; elsewhere it has other options.
describe.skipIf(process.platform !== 'linux')('on a terminal', () => {
  it('is for people', () => {
    const { code, shown } = onTerminal('sessions schema');
    expect(code).toBe(0);
    expect(shown).toMatch(/^event +1 +Event$/m);
  });

  it('colours, unless that is not wanted', () => {
    expect(onTerminal('sessions help').shown).toContain('\x1b[1mUsage\x1b[22m');
    expect(onTerminal('sessions help', { NO_COLOR: '1' }).shown).not.toContain('\x1b');
    expect(onTerminal('sessions help', { TERM: 'dumb' }).shown).not.toContain('\x1b');
  });

  it('shows what comes from outside harmlessly in errors', () => {
    const { code, shown } = onTerminal(`sessions $(printf '\\033]0;owned\\007\\302\\233')`);
    expect(code).toBe(2);
    expect(shown).toContain("'^[]0;owned^G\\u{9b}' is not a command");
  });

  it('goes through the pager that the user names', () => {
    expect(onTerminal('sessions schema', { PAGER: 'sed s/^/paged:/' }).shown).toMatch(/^paged:event/m);
    expect(onTerminal('sessions schema --no-pager', { PAGER: 'sed s/^/paged:/' }).shown).toMatch(/^event/m);
  });

  it.each(['/no/such/pager', 'false', 'sh -c "kill -9 $$"'])(
    'shows everything although PAGER=%s is broken',
    (PAGER) => {
      const { code, shown } = onTerminal('sessions schema', { PAGER });
      expect(code).toBe(0);
      expect(shown).toMatch(/^event +1 +Event$/m);
    },
  );

  it('leaves Ctrl-C to the pager while there is one', () => {
    const { code, shown } = onTerminal('sessions schema', { PAGER: 'kill -INT $PPID; sleep 0.2; cat' });
    expect(code).toBe(0);
    expect(shown).toMatch(/^event +1 +Event$/m);
  });

  it('says nothing when the pager is left early', () => {
    const { shown } = onTerminal('sessions schema', { PAGER: 'true' });
    expect(shown).toBe('');
  });
});
