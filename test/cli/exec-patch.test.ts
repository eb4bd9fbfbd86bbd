import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeExecRig } from './exec-rig.ts';

const patch = `*** Begin Patch
*** Add File: new.txt
+new
*** Update File: kept.txt
@@
 one
-two
+2
*** Update File: old.txt
*** Move to: moved.txt
@@
-old
+moved
*** Delete File: gone.txt
*** End Patch
`;

describe('a patch of the agent', () => {
  it('changes the workspace, is told to the model, and stands in the session with what became of each file', async () => {
    const rig = makeExecRig();
    const files = { 'kept.txt': 'one\ntwo\n', 'old.txt': 'old\n', 'gone.txt': 'gone\n' };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(rig.work, name), text);
    const steps = [{ calls: [{ name: 'apply_patch', input: patch }] }, { expect: 'A new.txt', text: 'Done.' }];
    expect(await rig.exec(steps, ['change them'])).toMatchObject({ code: 0, out: 'Done.\n' });
    expect(readdirSync(rig.work).sort()).toEqual(['kept.txt', 'moved.txt', 'new.txt']);
    expect(readFileSync(join(rig.work, 'kept.txt'), 'utf8')).toBe('one\n2\n');
    const [row] = await rig.rows();
    const events = await rig.events(row?.thread_id as string);
    const change = events.find((event) => event.type === 'ResponseItem' && event.item.type === 'file_change');
    expect(change).toMatchObject({
      item: {
        status: 'completed',
        changes: {
          [join(rig.work, 'new.txt')]: { type: 'add', content: 'new\n' },
          [join(rig.work, 'kept.txt')]: { type: 'update', unified_diff: expect.stringContaining('-two\n+2') },
          [join(rig.work, 'old.txt')]: { type: 'update', move_path: join(rig.work, 'moved.txt') },
          [join(rig.work, 'gone.txt')]: { type: 'delete', content: 'gone\n' },
        },
      },
    });
    expect((await rig.run(['validate'])).code).toBe(0);
  });
});
