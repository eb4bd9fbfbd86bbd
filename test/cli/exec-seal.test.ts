import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerifyResult } from '../../src/engine/seal/verify-result.ts';
import { makeFolder } from '../builders.ts';
import { hasSandbox } from '../support/sandbox-mode.ts';
import { makeKey } from '../support/sealed-home.ts';
import { linesOf, makeExecRig } from './exec-rig.ts';

const answer = [{ text: 'done' }];

/** A rig whose runs seal their sessions. */
function sealingRig() {
  const rig = makeExecRig();
  const key = makeKey(makeFolder(), 'key');
  rig.home.write('.sessions/config.toml', `[seal]\nauto = true\nkey = "${key}"\n`);
  rig.home.write('../.ssh/allowed_signers', `me@test namespaces="sessions-*" ${readFileSync(`${key}.pub`, 'utf8')}`);
  return {
    rig,
    key,
    verify: async () => linesOf((await rig.run(['verify', '--strict', '--json'])).out) as VerifyResult[],
  };
}

describe('exec with seal.auto', () => {
  it('seals its session at the end of each run, behind compression', async () => {
    const { rig, verify } = sealingRig();
    const first = await rig.exec(answer, ['first']);
    expect(first).toMatchObject({ code: 0, out: 'done\n', err: expect.stringContaining('a new log of seals begins') });
    expect(await verify()).toMatchObject([
      { status: 'VERIFIED', path: expect.stringMatching(/\.zst$/) },
      { subject: 'log', status: 'VERIFIED' },
    ]);
    expect(await rig.exec(answer, ['resume', '--last', 'second'])).toMatchObject({ code: 0 });
    const [session] = await verify();
    expect(session).toMatchObject({ status: 'VERIFIED' });
    expect(
      readdirSync(join(rig.home.path, '.sessions/seals', session?.rollout_id as string, 'checkpoints')),
    ).toHaveLength(4);
  });

  it('says why it could not, and ends as it would have', async () => {
    const { rig } = sealingRig();
    rig.home.write('.sessions/config.toml', '[seal]\nauto = true\nkey = "/no/such/key"\n');
    const none = await rig.exec(answer, ['go']);
    expect(none).toMatchObject({ code: 0, out: 'done\n', err: expect.stringContaining('was not sealed') });
    rig.home.write('.sessions/config.toml', '[seal]\nauto = true\n');
    expect((await rig.exec(answer, ['go'])).err).toContain('seal.auto is set, and seal.key is not');
    rig.home.write('.sessions/config.toml', '');
    expect((await rig.exec(answer, ['go'])).err).not.toContain('seal');
  });

  it.skipIf(!hasSandbox)('keeps the key from the commands of the agent', async () => {
    const { rig, key } = sealingRig();
    const read = { calls: [{ name: 'shell_command', arguments: { command: `cat ${key}` } }] };
    const steps = [read, { text: 'done' }];
    const { code } = await rig.exec(steps, ['go']);
    expect(code).toBe(0);
    const [row] = await rig.rows();
    const events = JSON.stringify(await rig.events(row?.thread_id as string));
    expect(events).toContain('tool_result');
    expect(events).not.toContain('OPENSSH PRIVATE KEY');
  });
});
