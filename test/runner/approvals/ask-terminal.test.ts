import { describe, expect, it } from 'vitest';
import { askOnTerminal } from '../../../src/runner/approvals/ask-terminal.ts';
import type { ApprovalRequest } from '../../../src/runner/approvals.ts';

const request: ApprovalRequest = { callId: 'c', kind: 'command', summary: 'ls', reason: 'to see', cwd: '/w' };

async function ask(lines: (string | null)[], changes: Partial<ApprovalRequest> = {}) {
  let written = '';
  const question = {
    write: async (text: string) => {
      written += text;
    },
    discard: async () => {
      written += '(what was typed is dropped)';
    },
    readLine: async () => lines.shift() ?? null,
    close: () => {
      written += '(over)';
    },
  };
  const asker = askOnTerminal(
    { open: async () => question },
    { type: 'workspace-write', writableRoots: [], network: false },
  );
  const decision = await asker({ ...request, ...changes }, new AbortController().signal);
  return { written, decision };
}

describe('asking on a terminal', () => {
  it('shows what, where, under which sandbox, and why', async () => {
    const { written } = await ask(['y']);
    expect(written).toBe(
      '\nThe agent wants to run a command:\n  | ls\n  in       /w\n  sandbox  workspace-write, network off\n  reason   to see\n(what was typed is dropped)Allow it? [y]es, [n]o, [a]bort the turn: (over)',
    );
    expect((await ask(['y'], { unconfined: true, reason: null })).written).toMatch(
      /sandbox {2}none: .*\n {2}reason {3}\(none given\)/,
    );
  });

  it.each([
    [['y'], 'approved'],
    [[' YES '], 'approved'],
    [['n'], 'declined'],
    [['a'], 'abort'],
    [['', 'what', 'yep', 'no'], 'declined'],
    [['1', '2', '3', '4', '5', 'y'], 'declined'],
  ])('takes %j for %s', async (lines, decision) => {
    expect((await ask([...lines])).decision).toEqual({ decision, by: 'user', reason: expect.toSatisfy(() => true) });
  });

  it.each(['no, use a temp file', 'n: use a temp file', 'N use a temp file', ' no - use a temp file'])(
    'takes %j for a no with a reason',
    async (line) => {
      const reason = expect.stringMatching(/^(?:- )?use a temp file$/);
      expect((await ask([line])).decision).toEqual({ decision: 'declined', by: 'user', reason });
    },
  );

  it('says what it understands when it does not understand', async () => {
    const { written } = await ask(['yes, but later', '', 'n']);
    expect(
      written.match(/That is no answer\. Type y for yes, n for no, `n: REASON` .*, or a to end the turn\n/g),
    ).toHaveLength(1);
    expect(written.match(/Type y for yes/g)).toHaveLength(2);
  });

  it('takes the end of input for nobody, and leaves a clean line', async () => {
    const { written, decision } = await ask([]);
    expect(decision).toEqual({ decision: 'declined', by: 'unavailable', reason: 'nobody answered (the input ended)' });
    expect(written).toMatch(/\[a\]bort the turn: \n\(over\)$/);
  });

  it('makes hostile text visible', async () => {
    const hostile = {
      summary: 'ls\x1b[2K\x1b[1A\r\u202Eevil\u200b\necho',
      reason: 'ok\n\x1b[2JAllow it? y',
      cwd: '/a\nb',
    };
    const { written } = await ask(['n'], hostile);
    expect(written).toContain('  | ls^[[2K^[[1A^M\\u{202e}evil\\u{200b}\n  | echo\n  in       /a^Jb\n');
    expect(written).toContain('reason   ok^J^[[2JAllow it? y\n');
    expect(written).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]/);
  });

  it('keeps the question in sight of a long command', async () => {
    const { written } = await ask(['n'], { summary: `head ${'x'.repeat(1_000_000)} tail` });
    expect(written.length).toBeLessThan(5000);
    expect(written).toMatch(/head [\s\S]*characters left out[\s\S]* tail\n/);
    const long = { reason: `why ${'x'.repeat(1_000_000)}`, cwd: `/${'y'.repeat(1_000_000)}` };
    const other = (await ask(['n'], long)).written;
    expect(other.length).toBeLessThan(3000);
    expect(other).toMatch(/in {7}\/y+ \[… \d+ characters left out …\] y+\n[\s\S]*reason {3}why x+ \[… \d+ char/);
  });

  it('shows all of a long command when that is wanted', async () => {
    const summary = `a\n${'x'.repeat(5000)}\nrm -rf hidden\n${'x'.repeat(5000)}`;
    const { written, decision } = await ask(['s', 'n'], { summary });
    const [first = '', second = ''] = written.split('[s]how all of it: ');
    expect(first).not.toContain('rm -rf hidden');
    expect(second).toContain('  | rm -rf hidden\n');
    expect(decision).toMatchObject({ decision: 'declined', by: 'user' });
  });
});
