import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toToolResult } from '../../../../src/format/events/tool-result.ts';
import { applyPatch } from '../../../../src/runner/tools/patch/apply-patch.ts';
import { makeRoom, type Room, readOnly } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

function write(room: Room, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(room.cwd, name), text);
}

function read(room: Room, name: string): string {
  return readFileSync(join(room.cwd, name), 'utf8');
}

describe('apply_patch', () => {
  it('adds, updates, moves and deletes, and says so as Codex does', async () => {
    const room = makeRoom();
    write(room, { 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'bee\n', 'c.txt': 'sea\n' });
    const text = patch(
      ...['*** Add File: deep/er/new.txt', '+first', '+', '+third'],
      ...['*** Update File: a.txt', '@@', ' one', '-two', '+TWO', ' three'],
      ...['*** Update File: b.txt', '*** Move to: moved/b2.txt', '@@', '-bee', '+wasp'],
      ...['*** Delete File: c.txt'],
    );
    const outcome = await call(applyPatch, contextOf(room), { input: text });
    expect(outcome.output).toMatch(
      /^Exit code: 0\nWall time: [\d.]+ seconds\nOutput:\nSuccess. Updated the following files:\nA deep\/er\/new.txt\nM a.txt\nM moved\/b2.txt\nD c.txt\n$/,
    );
    expect(read(room, 'deep/er/new.txt')).toBe('first\n\nthird\n');
    expect(read(room, 'a.txt')).toBe('one\nTWO\nthree\n');
    expect(read(room, 'moved/b2.txt')).toBe('wasp\n');
    expect(readdirSync(room.cwd).sort()).toEqual(['a.txt', 'deep', 'moved']);
    expect(toToolResult({ call_id: 'c', output: outcome.output })).toMatchObject({ status: 'completed', exit_code: 0 });
    expect(outcome.note).toMatchObject({
      type: 'file_change',
      success: true,
      changes: {
        [join(room.cwd, 'a.txt')]: {
          type: 'update',
          unified_diff: '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n',
          move_path: null,
        },
        [join(room.cwd, 'c.txt')]: { type: 'delete', content: 'sea\n' },
      },
    });
  });

  it('takes the free text of a custom tool, and a heredoc', async () => {
    const room = makeRoom();
    await call(applyPatch, contextOf(room), patch('*** Add File: x', '+x'));
    await call(applyPatch, contextOf(room), `<<'EOF'\n${patch('*** Add File: y', '+y')}EOF\n`);
    expect([read(room, 'x'), read(room, 'y')]).toEqual(['x\n', 'y\n']);
  });

  it('finds a place by its anchors, and the end of the file', async () => {
    const room = makeRoom();
    write(room, { f: 'class A\n  def x\n    1\nclass B\n  def x\n    1\nend\nend\n' });
    const hunks = ['@@ class B', '@@   def x', '-    1', '+    2', '@@', '-end', '+END', '*** End of File'];
    const outcome = await call(applyPatch, contextOf(room), patch('*** Update File: f', ...hunks));
    expect(outcome.status).toBe('completed');
    expect(read(room, 'f')).toBe('class A\n  def x\n    1\nclass B\n  def x\n    2\nend\nEND\n');
  });

  it('matches without regard to blanks and typographic marks, and keeps those of the file', async () => {
    const room = makeRoom();
    write(room, { f: '\tindented  \n“quoted” – dash\nlast\n' });
    const hunks = ['@@', ' indented', ' "quoted" - dash', '-last', '+LAST'];
    await call(applyPatch, contextOf(room), patch('*** Update File: f', ...hunks));
    expect(read(room, 'f')).toBe('\tindented  \n“quoted” – dash\nLAST\n');
  });

  it('keeps line ends, byte order mark, bytes that are no text, mode, and a missing line end', async () => {
    const room = makeRoom();
    const path = join(room.cwd, 'f');
    writeFileSync(path, Buffer.from('\xef\xbb\xbfone\r\ntw\xff\0o\r\nthree\r\nfour', 'latin1'));
    chmodSync(path, 0o751);
    const outcome = await call(
      applyPatch,
      contextOf(room),
      patch('*** Update File: f', '@@', '-one', '+1', '+é', '@@', '-three', '+3'),
    );
    expect(outcome.status).toBe('completed');
    expect(readFileSync(path).toString('latin1')).toBe('\xef\xbb\xbf1\r\n\xc3\xa9\r\ntw\xff\0o\r\n3\r\nfour');
    expect(statSync(path).mode & 0o777).toBe(0o751);
  });

  it('ends the last line when another comes after it', async () => {
    const room = makeRoom();
    write(room, { f: 'a\nb' });
    await call(applyPatch, contextOf(room), patch('*** Update File: f', '@@', ' b', '+c'));
    expect(read(room, 'f')).toBe('a\nb\nc\n');
  });

  it('lets later edits see earlier ones', async () => {
    const room = makeRoom();
    const text = patch(
      '*** Add File: f',
      '+one',
      '*** Update File: f',
      '@@',
      '-one',
      '+two',
      '*** Add File: g',
      '+x',
      '*** Delete File: g',
    );
    expect((await call(applyPatch, contextOf(room), text)).status).toBe('completed');
    expect(read(room, 'f')).toBe('two\n');
    expect(existsSync(join(room.cwd, 'g'))).toBe(false);
  });

  it('changes nothing when the last hunk does not fit, and says which lines it looked for', async () => {
    const room = makeRoom();
    write(room, { a: 'one\n', b: 'two\n' });
    const text = patch(
      '*** Add File: n/new',
      '+x',
      '*** Update File: a',
      '@@',
      '-one',
      '+1',
      '*** Delete File: b',
      '*** Update File: a',
      '@@',
      '-absent',
      '+x',
    );
    const outcome = await call(applyPatch, contextOf(room), text);
    expect(outcome).toMatchObject({ status: 'failed' });
    expect(outcome.output).toBe(
      'apply_patch verification failed: line 10: failed to find expected lines in a:\nabsent\nNothing was changed.',
    );
    expect(toToolResult({ call_id: 'c', output: outcome.output }).status).toBe('failed');
    expect([read(room, 'a'), read(room, 'b'), readdirSync(room.cwd).sort()]).toEqual(['one\n', 'two\n', ['a', 'b']]);
  });

  it.each([
    ['nothing', '', "line 1: expected '*** Begin Patch', found"],
    ['no end', '*** Begin Patch\n*** Add File: a\n+x\n', "line 3: expected '*** End Patch' as the last line"],
    ['no files', patch(), 'the patch is empty'],
    ['an unknown header', patch('*** Rename File: a'), "line 2: expected '*** Add File: '"],
    [
      'an added line without +',
      patch('*** Add File: a', '+x', 'y'),
      'line 4: expected a line of the new file, beginning with \'+\', found "y"',
    ],
    ['no hunk', patch('*** Update File: a'), 'has no hunks'],
    ['an empty hunk', patch('*** Update File: a', '@@'), 'line 4: expected a line of the hunk'],
    [
      'a hunk line of no kind',
      patch('*** Update File: a', '@@', '-x', 'y'),
      "line 5: expected '@@' before the next hunk",
    ],
    ['no path', patch('*** Add File: ', '+x'), 'line 2: expected a path'],
    ['NUL in a path', patch('*** Add File: a\0b', '+x'), 'line 2: expected a path'],
    ['a missing file', patch('*** Delete File: gone'), 'there is no file gone'],
    ['a directory', patch('*** Update File: .', '@@', '-x'), 'a directory'],
    ['a folder to delete', patch('*** Delete File: ..'), 'a directory'],
    ['a path of nobody', patch('*** Add File: /', '+x'), 'names no file'],
  ])('refuses a patch with %s', async (_, text, problem) => {
    const room = makeRoom();
    write(room, { a: 'x\n' });
    const outcome = await call(applyPatch, contextOf(room, { sandbox: { type: 'danger-full-access' } }), {
      input: text,
    });
    expect(outcome.status).toBe('failed');
    expect(outcome.output).toContain(problem);
    expect(read(room, 'a')).toBe('x\n');
  });

  it('says what is wrong with arguments that do not fit', async () => {
    const room = makeRoom();
    const broken = await call(applyPatch, contextOf(room), '{"input": "*** Begin');
    const other = await call(applyPatch, contextOf(room), { patch: 'x' });
    expect(broken.output).toMatch(/^failed to parse function arguments: /);
    expect(other.output).toBe("failed to parse function arguments: 'input' is missing");
  });

  it.each([
    ['an absolute path', () => '/var/tmp/patch-escape'],
    ['a path upwards', () => '../outside/escape'],
    [
      'a link to a folder',
      (room: Room) => {
        symlinkSync(room.outside, join(room.cwd, 'l'));
        return 'l/escape';
      },
    ],
    [
      'a link to a link',
      (room: Room) => {
        symlinkSync('../outside', join(room.cwd, 'l1'));
        symlinkSync('l1', join(room.cwd, 'l2'));
        return 'l2/deep/escape';
      },
    ],
    ['the home', () => '../home/auth.json'],
    [
      '.git',
      (room: Room) => {
        mkdirSync(join(room.cwd, '.git'));
        return '.git/hooks/pre-commit';
      },
    ],
    [
      '.codex',
      (room: Room) => {
        mkdirSync(join(room.cwd, '.codex'));
        return '.codex/config.toml';
      },
    ],
  ])('writes nothing outside of the workspace: %s', async (_, prepare) => {
    const room = makeRoom();
    const path = prepare(room);
    const context = contextOf(room, { policy: 'never' });
    const outcome = await call(applyPatch, context, patch(`*** Add File: ${path}`, '+owned'));
    expect(outcome.status).toBe('declined');
    expect(outcome.output).toMatch(/^patch rejected by user approval settings\n.*outside of what the sandbox allows/);
    expect(context.records).toEqual([
      { call_id: 'call_1', decision: 'declined', by: 'policy', reason: 'the approval policy is never' },
    ]);
    expect(existsSync('/var/tmp/patch-escape')).toBe(false);
    expect(readdirSync(room.outside)).toEqual([]);
    expect(readFileSync(join(room.home, 'auth.json'), 'utf8')).toContain('sk-secret');
  });

  it('puts nothing in the place of a link, reads no pipe, and updates the file behind a link', async () => {
    const room = makeRoom();
    symlinkSync('missing', join(room.cwd, 'dangling'));
    symlinkSync('real', join(room.cwd, 'link'));
    write(room, { real: 'one\n' });
    const context = contextOf(room);
    const add = await call(applyPatch, context, patch('*** Add File: dangling', '+x'));
    const onLink = await call(applyPatch, context, patch('*** Add File: link', '+x'));
    const remove = await call(applyPatch, context, patch('*** Delete File: link'));
    const update = await call(applyPatch, context, patch('*** Update File: link', '@@', '-one', '+two'));
    expect([add.status, onLink.status, remove.status, update.status]).toEqual([
      'failed',
      'failed',
      'failed',
      'completed',
    ]);
    expect(statSync(join(room.cwd, 'link')).isFile()).toBe(true);
    expect(read(room, 'real')).toBe('two\n');
    expect(existsSync(join(room.cwd, 'missing'))).toBe(false);
  });

  it('gives new files and folders what the umask of the user lets them have', async () => {
    const room = makeRoom();
    const own = process.umask(0o077);
    try {
      for (const [name, umask] of [['open', 0o022] as const, ['closed', 0o027] as const]) {
        await call(applyPatch, contextOf(room, { umask }), patch(`*** Add File: ${name}/new`, '+x'));
      }
      expect(process.umask()).toBe(0o077);
    } finally {
      process.umask(own);
    }
    const modes = ['open/new', 'open', 'closed/new', 'closed'].map(
      (name) => statSync(join(room.cwd, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o644, 0o755, 0o640, 0o750]);
  });

  it('writes outside after an approval, and asks for every patch under untrusted', async () => {
    const room = makeRoom();
    const outside = contextOf(room, { answer: 'approved' });
    await call(applyPatch, outside, patch('*** Add File: ../outside/new', '+x'));
    const untrusted = contextOf(room, { policy: 'untrusted', answer: 'declined' });
    const refused = await call(applyPatch, untrusted, patch('*** Add File: in', '+x'));
    expect(existsSync(join(room.outside, 'new'))).toBe(true);
    expect(outside.requests[0]).toMatchObject({
      kind: 'patch',
      unconfined: true,
      reason: expect.stringContaining('outside'),
    });
    expect(refused).toMatchObject({ status: 'declined', output: 'patch rejected by user' });
    expect(toToolResult({ call_id: 'c', output: refused.output }).status).toBe('declined');
    expect(existsSync(join(room.cwd, 'in'))).toBe(false);
  });

  it('takes no longer because the user took long', async () => {
    const context = contextOf(makeRoom(), { policy: 'untrusted', answer: 'approved', thinkMs: 400 });
    const outcome = await call(applyPatch, context, patch('*** Add File: in', '+x'));
    expect(outcome.status).toBe('completed');
    expect(outcome.durationMs).toBeLessThan(400);
  });

  it('writes nothing under a read-only policy when nobody can be asked', async () => {
    const room = makeRoom();
    const context = contextOf(room, { sandbox: readOnly });
    const outcome = await call(applyPatch, context, patch('*** Add File: in', '+x'));
    expect(outcome.status).toBe('declined');
    expect(context.records[0]).toMatchObject({ decision: 'declined', by: 'unavailable' });
    expect(readdirSync(room.cwd)).toEqual([]);
  });

  it('leaves a file alone that shares its inode with one outside', async () => {
    const room = makeRoom();
    writeFileSync(join(room.outside, 'shared'), 'one\n');
    linkSync(join(room.outside, 'shared'), join(room.cwd, 'shared'));
    await call(applyPatch, contextOf(room), patch('*** Update File: shared', '@@', '-one', '+two'));
    expect(readFileSync(join(room.outside, 'shared'), 'utf8')).toBe('one\n');
    expect(read(room, 'shared')).toBe('two\n');
    rmSync(join(room.cwd, 'shared'));
  });
});
