import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasBubblewrap, makeRoom, readOnly, runScript, sandboxOf, workspace } from './room.ts';

describe.skipIf(!hasBubblewrap)('the sandbox of bubblewrap', () => {
  it('lets the workspace be written to and nothing outside', async () => {
    const room = makeRoom();
    const result = await runScript(
      sandboxOf(room, workspace),
      room,
      `exec 2>&1; echo in > in.txt && echo tmp > "$TMPDIR/probe.$$" && rm "$TMPDIR/probe.$$"; echo out > ${room.outside}/out.txt; echo "code $?"`,
    );
    expect(readFileSync(join(room.cwd, 'in.txt'), 'utf8')).toBe('in\n');
    expect(result.text).toMatch(/Read-only file system[\s\S]*code [12]/);
    expect(existsSync(join(room.outside, 'out.txt'))).toBe(false);
  });

  it('writes to the added folders of the policy', async () => {
    const room = makeRoom();
    const policy = { ...workspace, writableRoots: [room.outside] };
    const result = await runScript(sandboxOf(room, policy), room, `echo x > ${room.outside}/out.txt`);
    expect(result.exitCode).toBe(0);
    expect(existsSync(join(room.outside, 'out.txt'))).toBe(true);
  });

  it('writes nothing at all when it is read-only, but to a folder of its own', async () => {
    const room = makeRoom('/tmp');
    const name = `$TMPDIR/private-${process.pid}`;
    writeFileSync(join(room.cwd, 'seen.txt'), 'seen');
    const result = await runScript(
      sandboxOf(room, readOnly),
      room,
      `exec 2>&1; cat seen.txt; echo a > ${name} && cat ${name}; echo b > in.txt || echo refused; echo $TMPDIR`,
    );
    const [, temporary] = /^seena\n.*Read-only file system\nrefused\n(\/.+)\n$/.exec(result.text)!;
    expect(existsSync(`${temporary}/private-${process.pid}`)).toBe(false);
    expect(existsSync(join(room.cwd, 'in.txt'))).toBe(false);
  });

  it('lets all of /tmp be seen when it is read-only, but no key in it, and nothing there be changed', async () => {
    const room = makeRoom();
    const far = makeRoom('/tmp');
    writeFileSync(join(far.cwd, 'tool'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
    const elsewhere = { ...room, home: far.home };
    const script = `exec 2>&1; ${far.cwd}/tool; cat ${far.home}/config.toml ${far.home}/auth.json; (: > ${far.cwd}/tool); (: > /tmp/x-${process.pid})`;
    const { text } = await runScript(sandboxOf(elsewhere, readOnly), elsewhere, script);
    expect(text).toMatch(/^ran\nmodel = "m"\n.*auth.json: Permission denied\n/);
    expect(text.match(/Read-only file system/g)).toHaveLength(2);
  });

  it('has a private folder for temporary files also where the workspace lies beside it', async () => {
    const room = makeRoom('/dev/shm');
    writeFileSync(join(room.cwd, 'seen.txt'), 'seen');
    const script = 'exec 2>&1; cat seen.txt; : > $TMPDIR/x && echo made; (: > x) || echo kept';
    expect((await runScript(sandboxOf(room, readOnly), room, script)).text).toMatch(/^seenmade\n[\s\S]*kept\n$/);
    expect(existsSync('/dev/shm/x')).toBe(false);
  });

  it('does not follow a link out of the workspace', async () => {
    const room = makeRoom();
    writeFileSync(join(room.outside, 'target'), 'before');
    symlinkSync(join(room.outside, 'target'), join(room.cwd, 'link'));
    symlinkSync(room.outside, join(room.cwd, 'folder'));
    const script = 'echo x > link; echo x > folder/new; ln -s ../outside more; echo x > more/new';
    await runScript(sandboxOf(room, workspace), room, script);
    expect(readFileSync(join(room.outside, 'target'), 'utf8')).toBe('before');
    expect(existsSync(join(room.outside, 'new'))).toBe(false);
  });

  it('shows no process of the host, and no key', async () => {
    const room = makeRoom();
    const result = await runScript(
      sandboxOf(room, workspace),
      room,
      `exec 2>&1; ls /proc | grep -c '^[0-9]'; cat /proc/${process.pid}/environ; cat ${room.home}/auth.json; cat ${room.home}/config.toml`,
    );
    expect(Number(result.text.split('\n')[0])).toBeLessThan(8);
    expect(result.text).toContain('auth.json: Permission denied');
    expect(result.text).toContain('model = "m"');
    expect(result.text).not.toContain('sk-secret');
    expect(result.text).toMatch(/environ: No such file/);
  });

  it('keeps home, .git and .codex inside of the workspace read-only', async () => {
    const room = makeRoom();
    for (const name of ['.git/hooks', '.codex']) mkdirSync(join(room.root, name), { recursive: true });
    const wide = { ...room, cwd: room.root };
    const result = await runScript(
      sandboxOf(wide, workspace),
      wide,
      'for f in .git/hooks/x .git/config .codex/config.toml home/x; do echo x > $f || echo kept; done; echo y > other',
    );
    expect(result.text.match(/kept/g)).toHaveLength(4);
    expect(existsSync(join(room.root, 'other'))).toBe(true);
    expect(existsSync(join(room.root, '.git/config'))).toBe(false);
  });

  it('hides the keys of the default home too when the home is another one', async () => {
    const room = makeRoom();
    mkdirSync(join(room.cwd, '.codex'));
    writeFileSync(join(room.cwd, '.codex/auth.json'), 'sk-default');
    const sandbox = sandboxOf(room, workspace, { PATH: process.env.PATH, HOME: room.cwd });
    const result = await runScript(sandbox, room, 'cat .codex/auth.json; echo x > .codex/auth.json; echo x > .codex/y');
    expect(result.text).not.toContain('sk-default');
    expect(sandbox.mayRead(join(room.cwd, '.codex/auth.json'))).toBe(false);
    expect(sandbox.mayWrite(join(room.cwd, '.codex/y'))).toBe(false);
    expect(readFileSync(join(room.cwd, '.codex/auth.json'), 'utf8')).toBe('sk-default');
    expect(existsSync(join(room.cwd, '.codex/y'))).toBe(false);
  });

  it('does not let the folder above the home be moved away', async () => {
    const room = makeRoom();
    mkdirSync(join(room.root, 'a/b'), { recursive: true });
    renameSync(room.home, join(room.root, 'a/b/home'));
    const wide = { ...room, cwd: room.root, home: join(room.root, 'a/b/home') };
    const result = await runScript(sandboxOf(wide, workspace), wide, 'mv a c; mv a/b c; mv a/b/home c; rm -rf a; ls');
    expect(readFileSync(join(wide.home, 'config.toml'), 'utf8')).toBe('model = "m"\n');
    expect(result.text).toContain('busy');
  });

  it('protects the repository around a workspace that is a folder or a worktree of it', async () => {
    const room = makeRoom('/tmp');
    mkdirSync(join(room.root, '.git/worktrees/w'), { recursive: true });
    for (const name of ['config', 'HEAD']) writeFileSync(join(room.root, '.git', name), '');
    const worktree = join(room.outside);
    writeFileSync(join(worktree, '.git'), `gitdir: ${room.root}/.git/worktrees/w\n`);
    for (const cwd of [room.cwd, worktree]) {
      const here = { ...room, cwd };
      const script = `echo x > ${room.root}/.git/config; echo x > .git; echo x > ${room.root}/.git/worktrees/w/HEAD; true`;
      await runScript(sandboxOf(here, workspace), here, script);
    }
    expect(readFileSync(join(room.root, '.git/config'), 'utf8')).toBe('');
    expect(readFileSync(join(worktree, '.git'), 'utf8')).toContain('gitdir');
    expect(existsSync(join(room.root, '.git/worktrees/w/HEAD'))).toBe(false);
  });

  it('reaches no server outside unless the network is allowed', async () => {
    const room = makeRoom();
    const server = await listen(0);
    const { port } = server.address() as { port: number };
    const script = `exec 2>&1; ${connectTo(`port: ${port}, host: '127.0.0.1'`)}`;
    const closed = await runScript(sandboxOf(room, workspace), room, script);
    const open = await runScript(sandboxOf(room, { ...workspace, network: true }), room, script);
    server.close();
    expect(closed.text).toMatch(/ECONNREFUSED|ENETUNREACH/);
    expect(open.text).toContain('connected');
  });

  it('reaches no server on a socket in the file system, with or without network', async () => {
    const room = makeRoom();
    const path = join(room.cwd, 'server.sock');
    const server = await listen(path);
    for (const network of [false, true]) {
      const sandbox = sandboxOf(room, { ...workspace, network });
      const result = await runScript(sandbox, room, `exec 2>&1; ${connectTo(`path: '${path}'`)}`);
      expect(result.text).toMatch(/EPERM|EACCES/);
    }
    const bare = await runScript(sandboxOf(room, workspace), room, connectTo(`path: '${path}'`), { unconfined: true });
    server.close();
    expect(bare.text).toContain('connected');
  });

  it('makes no socket of another kind than those of a network, nor a pair that could be pointed elsewhere', async () => {
    const room = makeRoom();
    const make = (family: string) => `socket(S, ${family}, SOCK_STREAM, 0) or print "${family}: $!\n";`;
    const pair = (type: string) => `print "${type}: ", (socketpair(A, B, AF_UNIX, ${type}, 0) ? "made" : $!), "\n";`;
    // 40 is AF_VSOCK, which leads to the host of a virtual machine whatever the network namespace; 38 AF_ALG.
    const script = `${make('40')} ${make('38')} ${make('AF_INET')} ${pair('SOCK_STREAM')} ${pair('SOCK_DGRAM')} ${pair('SOCK_RAW')}`;
    for (const network of [false, true]) {
      const sandbox = sandboxOf(room, { ...workspace, network });
      const { text } = await runScript(sandbox, room, `perl -MSocket -e '${script}' 2>&1`);
      const refused = ['40', '38', 'SOCK_DGRAM', 'SOCK_RAW'].map((what) => `${what}: Operation not permitted\n`);
      expect(text).toBe([...refused.slice(0, 2), 'SOCK_STREAM: made\n', ...refused.slice(2)].join(''));
    }
  });

  it('reaches no key that the kernel keeps', async () => {
    const room = makeRoom();
    // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1): on x86-64, and on all newer architectures.
    const script = `perl -e 'print syscall(${process.arch === 'x64' ? 250 : 219}, 0, -4, 1) < 0 ? "none: $!" : "keys"'`;
    expect((await runScript(sandboxOf(room, workspace), room, script)).text).toBe('none: Function not implemented');
  });

  it('lets a program talk to itself over loopback', async () => {
    const room = makeRoom();
    const program = `const net = require('node:net');
      const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1', () =>
        net.connect(server.address().port, '127.0.0.1').on('data', (text) => { console.log(String(text)); server.close(); }));`;
    writeFileSync(join(room.cwd, 'p.cjs'), program);
    const result = await runScript(sandboxOf(room, workspace), room, 'node p.cjs');
    expect(result.text).toBe('hello\n');
  });

  it('has no privileges, no terminal, no descriptor of ours, and cannot write to the settings of the kernel', async () => {
    const room = makeRoom();
    const result = await runScript(
      sandboxOf(room, workspace),
      room,
      'grep CapEff /proc/self/status; ls -l /proc/self/fd; (: > /dev/tty) 2>&1; true >> /proc/sys/kernel/core_pattern; mount -t tmpfs x /mnt; true',
    );
    expect(result.text).toContain('CapEff:\t0000000000000000');
    // Those of a caller that did not mark them close-on-exec do come through, so only the low ones are ours.
    expect(result.text).toMatch(/ 3 -> \/proc\/\d+\/fd\n/);
    expect(result.text).not.toMatch(/ 4 -> /);
    expect(result.text).toMatch(/\/dev\/tty/);
    expect(result.text).toMatch(/core_pattern: (Read-only|Permission denied)/);
    expect(result.text).toMatch(/mount: .*(denied|permitted|must be superuser)/);
  });
});

function listen(where: number | string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end('x'));
  return new Promise((resolve) => {
    if (typeof where === 'string') server.listen(where, () => resolve(server));
    else server.listen(where, '127.0.0.1', () => resolve(server));
  });
}

function connectTo(options: string): string {
  const program = `require('node:net').connect({ ${options} })
    .on('connect', () => { console.log('connected'); process.exit(); }).on('error', (error) => console.log(error.code));`;
  return `node -e "${program.replaceAll('\n', ' ')}"`;
}
