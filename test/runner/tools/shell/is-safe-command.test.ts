import { describe, expect, it } from 'vitest';
import { isSafeCommand } from '../../../../src/runner/tools/shell/is-safe-command.ts';

describe('a command that is run unasked', () => {
  it.each([
    'ls -la src',
    'cat README.md | head -n 20 | wc -l',
    "rg -n 'foo|bar;baz' src && pwd",
    'git status --short',
    'git log --oneline -n 5 -- src',
    'git diff --stat HEAD~1'.replace('~', '^'),
    'git show HEAD:src/a.ts',
    'git branch -a',
    "find . -name '*.ts' -type f",
    "sed -n '10,20p' file",
    'echo "hello world"',
    '/usr/bin/tail -5 x',
    'grep -rn "a b" .',
    'pwd; ls -la',
    'pwd;ls ;',
    'cat a || cat b',
    'ls\nwc -l x\n',
    'ls ; \n',
  ])('%s', (script) => {
    expect(isSafeCommand(script)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' ',
      '|',
      'ls |',
      '| ls',
      'ls &&',
      'ls ||',
      'ls || rm x',
      'ls ||| pwd',
      'ls;; pwd',
      'ls;;',
      ';',
      '; ls',
      'ls;& pwd',
      'ls;\nrm x',
      'ls\n&& ls',
      'ls\r\npwd',
      'ls; rm x',
      'ls & rm x',
      'ls |& cat',
      'ls\nrm x',
      'ls\rrm',
      'ls &&& ls',
    ],
    ...[
      'echo a > b',
      'echo a>b',
      'cat < a',
      'cat <<E',
      'echo $(rm x)',
      'echo `rm x`',
      'echo "$(rm x)"',
      'echo "`rm x`"',
      'echo $HOME',
    ],
    ...[
      'cat *',
      'cat ~/.ssh/id',
      'cat a?',
      'cat [a]',
      'echo {a,b}',
      'ls # x',
      'echo !!',
      'echo "a!b"',
      'FOO=bar ls',
      'ls \\x',
      '(ls)',
      '{ ls; }',
    ],
    ...[
      "echo 'a",
      'echo "a',
      "echo 'a'b;rm",
      'rm x',
      'bash -c ls',
      'env ls',
      'xargs rm',
      'tee x',
      'sort -o x y',
      'uniq a b',
      'time ls',
    ],
    ...['./ls', '/tmp/ls', '/usr/bin/../../tmp/ls', 'constructor', '__proto__', 'toString x', 'ls && rm x', 'ls | sh'],
    ...['rg --pre evil x', 'rg --pre=evil x', 'rg -z x', 'rg -nz x', 'rg --search-zip x', 'rg --hostname-bin=x y'],
    ...[
      'find . -exec rm {} +',
      'find . -delete',
      'find . -fprintf x y',
      'find . -ok rm',
      'find . -fls x',
      'find . -execdir x',
    ],
    ...['sed -i s/a/b/ x', 'sed -n 1p -i x', "sed -n '1e rm' x", "sed -n 's/a/b/w x' y", "sed -n '1w x' y"],
    ...[
      'git',
      'git push',
      'git -c core.pager=x log',
      'git --exec-path=/tmp status',
      'git -C /tmp status',
      'git diff --output=x',
      'git diff --outp=x',
    ],
    ...[
      'git log --ext-diff',
      'git show --textconv',
      'git branch new',
      'git branch -d x',
      'git branch -D x',
      'git branch -m a b',
      'git grep -Ovi x',
      'git status --help',
    ],
    // A folder of the workspace with such a name, and not the one of the system.
    ...['\u00a0/bin/ls', '\r/bin/ls', '\ufeff/usr/bin/cat x', '\v/bin/ls', 'ls\u2028'],
    // `--` is the value of the option before it, and does not end the options.
    ...['rg -e -- --pre=./evil x', 'rg -f -- -z x', 'git blame -L -- --output=x a', 'git log -L -- --output=x'],
    ...['git log -- -O', 'rg x -- --pre'],
    ...['echo \u00a0x', 'cat a\0b', `echo ${'x'.repeat(20_000)}`],
  ])('is not %j', (script) => {
    expect(isSafeCommand(script)).toBe(false);
  });

  it('is not one of git without a sandbox, because a repository names programs', () => {
    for (const script of ['git status', '/usr/bin/git log', 'ls | git diff']) {
      expect(isSafeCommand(script, false)).toBe(false);
      expect(isSafeCommand(script, true)).toBe(true);
    }
    expect(isSafeCommand(' \n ls | wc\t\n', false)).toBe(true);
  });
});
