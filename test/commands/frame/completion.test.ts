import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderBashCompletion } from '../../../src/commands/frame/complete-bash.ts';
import { renderFishCompletion } from '../../../src/commands/frame/complete-fish.ts';
import { renderZshCompletion } from '../../../src/commands/frame/complete-zsh.ts';
import { sampleSpecs } from './sample-commands.ts';

/** Names that would do harm if a shell took them for anything but text. */
const sessions = [
  ['0199aaaa-0000-7000-8000-000000000001', 'fix the build'],
  ['0199bbbb-0000-7000-8000-000000000002', '$(touch HARM)`touch HARM`'],
  ['0199bbbb-0000-7000-8000-000000000003', ''],
] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  const list = sessions.map(([id, name]) => `printf '%s\\t%s\\n' '${id}' '${name}'`).join('; ');
  const program = `#!/bin/sh\ncase "$*" in\n  "completion sessions") ${list} ;;\n  "schema -q") printf 'event\\nfinding\\n' ;;\nesac\n`;
  writeFileSync(join(folder, 'sessions'), program);
  chmodSync(join(folder, 'sessions'), 0o755);
  writeFileSync(join(folder, 'saved.jsonl'), '');
  writeFileSync(join(folder, 'script.bash'), renderBashCompletion(sampleSpecs));
  writeFileSync(join(folder, 'script.zsh'), renderZshCompletion(sampleSpecs));
  writeFileSync(join(folder, 'script.fish'), renderFishCompletion(sampleSpecs));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(shell: string, args: string[]): string[] {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder };
  const { stdout, stderr } = spawnSync(shell, args, { cwd: folder, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(existsSync(join(folder, 'HARM'))).toBe(false);
  return stdout.split('\n').filter((line) => line !== '');
}

function missing(shell: string): boolean {
  return spawnSync(shell, ['-c', ':']).error !== undefined;
}

describe.skipIf(missing('bash'))('bash', () => {
  function complete(...words: string[]): string[] {
    const script =
      'source ./script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sessions; printf "%s\\n" "${COMPREPLY[@]}"';
    return run('bash', ['--norc', '-c', script, 'bash', 'sessions', ...words]);
  }

  it.each([
    [[''], ['ls', 'show', 'exec', 'hold']],
    [['sh'], ['show']],
    [['ls', '--ol'], ['--older-than']],
    [
      ['ls', '--sort', ''],
      ['created', 'updated', 'size', 'tokens'],
    ],
    [['ls', '--sort', '=', 'up'], ['updated']],
    [
      ['ls', '--sort', '='],
      ['created', 'updated', 'size', 'tokens'],
    ],
    [['ls', '--archived', '='], ['only']],
    [['ls', '--archived', '0199a'], [sessions[0][0]]],
    [['ls', '--limit', ''], []],
    [['hold', 'add', '--rev'], ['--reverse']],
    [
      ['hold', ''],
      ['add', 'list'],
    ],
    [['exec', 'res'], ['resume']],
    [['ls', '--json', 'fix'], ['fix\\ the\\ build']],
    [
      ['ls', 'hold', '0199bb'],
      [sessions[1][0], sessions[2][0]],
    ],
    [['ls', '$'], ['\\$\\(touch\\ HARM\\)\\`touch\\ HARM\\`']],
    [['ls', 'sav'], ['saved.jsonl']],
    [['bogus', '-'], []],
  ])('after %j offers %j', (words, offers) => {
    expect(complete(...words)).toEqual(offers);
  });
});

describe.skipIf(missing('zsh'))('zsh', () => {
  it('reads the script', () => {
    run('zsh', [
      '-f',
      '-c',
      'autoload -U compinit; compinit -u -D; source ./script.zsh; whence -w _sessions | grep -q function',
    ]);
  });

  it.each([
    ['sessions sh', 'sessions show'],
    ['sessions ls --older', 'sessions ls --older-than='],
    ['sessions ls --sort=up', 'sessions ls --sort=updated'],
    ['sessions ls 0199a', `sessions ls ${sessions[0][0]}`],
    ['sessions ls --json fix', 'sessions ls --json fix\\ the\\ build'],
    ['sessions hold add --rev', 'sessions hold add --reverse'],
    ['sessions hold a', 'sessions hold add'],
  ])('makes %j to %j', (typed, completed) => {
    // A terminal of zsh's own, because completion only works while a line is edited.
    const program = `
      zmodload zsh/zpty
      zpty z 'PS1= TERM=dumb COLUMNS=999 zsh -f -i'
      zpty -w z 'autoload -U compinit; compinit -u -D; source ./script.zsh; bindkey "^I" complete-word'
      zpty -w z 'show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; print READY'
      while zpty -r z line; do [[ $line == READY* ]] && break; done
      zpty -n -w z $'${typed}\\t\\x18'
      while zpty -r z line; do [[ $line == *'<<'*'>>'* ]] && { print -r -- \${\${line##*'<<'}%%'>>'*}; break }; done`;
    const [shown] = run('zsh', ['-f', '-c', program]);
    expect(shown?.trimEnd()).toBe(completed);
  });
});

describe.skipIf(missing('fish'))('fish', () => {
  function complete(line: string): string[] {
    return run('fish', ['--no-config', '-c', `source ./script.fish; complete -C "${line}"`]).map(
      (offer) => offer.split('\t')[0]!,
    );
  }

  it.each([
    ['sessions ', ['exec', 'hold', 'ls', 'show']],
    ['sessions sh', ['show']],
    ['sessions ls --older', ['--older-than']],
    ['sessions ls --sort ', ['created', 'size', 'tokens', 'updated']],
    ['sessions ls --archived=', ['--archived=only']],
    ['sessions ls 0199bb', [sessions[1][0], sessions[2][0]]],
    ['sessions ls fix', ['fix the build']],
    ['sessions hold add --rev', ['--reverse']],
    ['sessions hold ', ['add', 'list']],
    ['sessions ls ./sav', ['./saved.jsonl']],
  ])('after %j offers %j', (line, offers) => {
    expect(complete(line).sort()).toEqual(offers);
  });
});
