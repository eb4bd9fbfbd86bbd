import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type InstructionsInput, readInstructions } from '../../../src/runner/instructions/read-instructions.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A repository with a folder two levels down, in which the agent works, and a home beside it. */
function makeProject(files: Record<string, string | Buffer>) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'docs-')));
  made.push(root);
  for (const folder of ['home', 'repo/.git', 'repo/a/b']) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  const cwd = join(root, 'repo/a/b');
  const input = { home: join(root, 'home'), cwd, maxBytes: 32 * 1024, fallbackNames: [] };
  return { root, read: (changes: Partial<InstructionsInput> = {}) => readInstructions({ ...input, ...changes }) };
}

describe('AGENTS.md', () => {
  it('is taken from the home, then from the repository downwards', async () => {
    const { root, read } = makeProject({
      'home/AGENTS.md': '\nBe brief.\n\n',
      'AGENTS.md': 'Outside of the repository.',
      'repo/AGENTS.md': 'Of the repository.\n',
      'repo/a/AGENTS.md': ' \n',
      'repo/a/b/AGENTS.md': 'Of the folder.',
    });
    expect(await read()).toEqual({
      text: 'Be brief.\n\n--- project-doc ---\n\nOf the repository.\n\n\nOf the folder.',
      files: ['home/AGENTS.md', 'repo/AGENTS.md', 'repo/a/b/AGENTS.md'].map((path) => join(root, path)),
      notes: [],
    });
    expect((await read({ maxBytes: 0 })).text).toBe('Be brief.');
  });

  it('is taken from the working directory only where there is no repository', async () => {
    const { root, read } = makeProject({ 'repo/AGENTS.md': 'Above.', 'repo/a/b/AGENTS.md': 'Here.' });
    rmSync(join(root, 'repo/.git'), { recursive: true });
    expect((await read()).text).toBe('Here.');
    writeFileSync(join(root, 'repo/.git'), 'gitdir: elsewhere\n');
    expect((await read()).text).toBe('Above.\n\nHere.');
  });

  it('gives way to AGENTS.override.md, and other names to it', async () => {
    const { read } = makeProject({
      'home/AGENTS.override.md': 'Mine.',
      'home/AGENTS.md': 'Not mine.',
      'repo/AGENTS.override.md': 'Over.',
      'repo/AGENTS.md': 'Under.',
      'repo/a/GUIDE.md': 'Guide.',
      'repo/a/b/GUIDE.md': 'Not read.',
      'repo/a/b/AGENTS.md': 'Agents.',
    });
    const { text } = await read({ fallbackNames: ['', '../AGENTS.md', '.', 'GUIDE.md'] });
    expect(text).toBe('Mine.\n\n--- project-doc ---\n\nOver.\n\nGuide.\n\nAgents.');
    expect((await read()).text).toBe('Mine.\n\n--- project-doc ---\n\nOver.\n\nAgents.');
  });

  it('is nothing where there is none', async () => {
    const { root, read } = makeProject({ 'home/AGENTS.md': ' ', 'home/AGENTS.override.md': '' });
    mkdirSync(join(root, 'repo/AGENTS.md'));
    expect(await read()).toEqual({ text: null, files: [], notes: [] });
    expect(await read({ cwd: join(root, 'gone'), home: join(root, 'gone') })).toEqual({
      text: null,
      files: [],
      notes: [],
    });
  });

  it('is cut at the limit of the whole project, between characters, with a note', async () => {
    const { root, read } = makeProject({
      'repo/AGENTS.md': 'a'.repeat(10),
      'repo/a/AGENTS.md': 'é'.repeat(10),
      'repo/a/b/AGENTS.md': 'late',
    });
    const { text, notes, files } = await read({ maxBytes: 15 });
    expect(text).toBe(`${'a'.repeat(10)}\n\néé`);
    expect(files).toHaveLength(2);
    expect(notes).toEqual([
      `${join(root, 'repo/a/AGENTS.md')} is cut off: only its first 5 of 20 bytes are used`,
      `${join(root, 'repo/a/b/AGENTS.md')} is left out: project_doc_max_bytes are used up`,
    ]);
    expect((await read({ maxBytes: 34 })).notes).toEqual([]);
  });

  it('may have bytes that are no text', async () => {
    const { read } = makeProject({ 'repo/AGENTS.md': Buffer.from([0x61, 0xff, 0x62]) });
    expect((await read()).text).toBe('a\uFFFDb');
  });

  it('is not followed out of the project, but out of the home', async () => {
    const { root, read } = makeProject({ 'home/auth.json': 'sk-secret', 'mine.md': 'Mine.' });
    symlinkSync(join(root, 'home/auth.json'), join(root, 'repo/AGENTS.md'));
    symlinkSync(join(root, 'home'), join(root, 'repo/a/b/AGENTS.override.md'));
    symlinkSync(join(root, 'mine.md'), join(root, 'home/AGENTS.md'));
    expect(await read()).toEqual({
      text: 'Mine.',
      files: [join(root, 'home/AGENTS.md')],
      notes: [
        `${join(root, 'repo/AGENTS.md')} is left out: it is a symbolic link`,
        `${join(root, 'repo/a/b/AGENTS.override.md')} is left out: it is a symbolic link`,
      ],
    });
  });

  it('may be a pipe that nobody writes into, or a file that nobody may read', async () => {
    const { root, read } = makeProject({});
    execFileSync('mkfifo', [join(root, 'repo/AGENTS.md'), join(root, 'home/AGENTS.md')]);
    const { text, notes } = await read();
    expect(text).toBeNull();
    expect(notes).toEqual([
      `${join(root, 'home/AGENTS.md')} is left out: it is no regular file`,
      `${join(root, 'repo/AGENTS.md')} is left out: it is no regular file`,
    ]);
  });
});
