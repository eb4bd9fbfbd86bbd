import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BagWriter } from '../../../src/engine/bundle/write/bag-writer.ts';
import { openBundleOutput } from '../../../src/engine/bundle/write/bundle-output.ts';
import { makeFolder } from '../../builders.ts';
import { MemoryIo } from '../../support/memory-io.ts';

const fill = async (path: string | null) => {
  const io = new MemoryIo();
  const output = await openBundleOutput({
    ...{ path, force: false, stdout: io.stdout, workplace: { home: null, env: {} }, report: () => {} },
  });
  const bag = new BagWriter(output.folder);
  await bag.add('data/x', 'y');
  await bag.complete([], null);
  return { output, packed: { files: bag.files, mtime: 0 }, io };
};

it.each(['a.tar', 'b.tar.zst'])('what is not to have its name is a whole archive all the same: %s', async (name) => {
  const folder = makeFolder();
  const { output, packed } = await fill(join(folder, name));
  expect(await output.leavePartial(packed)).toBe(join(folder, `${name}.partial`));
  expect(readdirSync(folder)).toEqual([`${name}.partial`]);
  const how = name.endsWith('.zst') ? ['--zstd', '-tf'] : ['-tf'];
  const listed = execFileSync('tar', [...how, join(folder, `${name}.partial`)]).toString();
  expect(listed).toMatch(/^sessions-bundle-[0-9a-f]{12}\/data\/x$/m);
});

it('and on standard output it is written as well', async () => {
  const { output, packed, io } = await fill(null);
  expect(await output.leavePartial(packed)).toBe(null);
  expect(Buffer.concat(io.out).toString('latin1')).toMatch(/sessions-bundle-[0-9a-f]{12}\/data\/x/);
});

it('what could not be written to its end is not in a bag', async () => {
  const path = join(makeFolder(), 'bag');
  const output = await openBundleOutput({
    ...{ path, force: false, stdout: new MemoryIo().stdout, workplace: { home: null, env: {} }, report: () => {} },
  });
  const bag = new BagWriter(output.folder);
  const broken = async function* () {
    yield Buffer.from('half of it');
    throw new Error('unreadable');
  };
  await expect(bag.add('data/a', broken())).rejects.toThrow('unreadable');
  await (await bag.create('data/b')).write('half of it, too');
  await bag.add('data/c', 'whole');
  await bag.complete([], null);
  await output.finish({ files: bag.files, mtime: 0 });
  expect(readdirSync(join(path, 'data'))).toEqual(['c']);
  expect(readFileSync(join(path, 'bag-info.txt'), 'utf8')).toBe('Payload-Oxum: 5.1\n');
});
