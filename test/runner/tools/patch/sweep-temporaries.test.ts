import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyPatch } from '../../../../src/runner/tools/patch/apply-patch.ts';
import { makeRoom } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';

it('removes what killed runs left beside the files of a patch, and nothing else', async () => {
  const room = makeRoom();
  const put = (name: string, minutes: number) => {
    const path = join(room.cwd, name);
    writeFileSync(path, 'x');
    const time = Date.now() / 1000 - minutes * 60;
    utimesSync(path, time, time);
    return name;
  };
  const left = () => `.sessions-patch-${randomUUID()}`;
  mkdirSync(join(room.cwd, 'elsewhere'));
  const stays = [put(left(), 1), put('.sessions-patch-notes', 60), put(`${left()}.txt`, 60)];
  put(left(), 60);
  put(left(), 11);
  const far = put(`elsewhere/${left()}`, 60);
  const input = '*** Begin Patch\n*** Add File: a\n+a\n*** Add File: new/b\n+b\n*** End Patch\n';
  expect(await call(applyPatch, contextOf(room), { input })).toMatchObject({ status: 'completed' });
  expect(readdirSync(room.cwd).sort()).toEqual([...stays, 'a', 'elsewhere', 'new'].sort());
  expect(readdirSync(join(room.cwd, 'elsewhere'))).toEqual([far.slice('elsewhere/'.length)]);
});
