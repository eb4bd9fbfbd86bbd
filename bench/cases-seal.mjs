// The measured cases of seals: how many lines a second are sealed and verified, against sha256sum of the same bytes.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median, timeInTurn } from './pair.mjs';

export const sealCases = [
  {
    id: 'B16',
    title: 'verify and seal of a plain rollout, against sha256sum',
    target: 'verify >= 150,000 lines/s',
    needs: ['zstd'],
    measure: sealing,
  },
];

async function sealing({ sessions, plain, folder, rounds }) {
  const home = join(folder, 'sealed');
  const day = join(home, 'sessions/2026/01/02');
  mkdirSync(day, { recursive: true });
  const rollout = join(day, 'rollout-2026-01-02T03-04-05-0190aaaa-0000-7000-8000-000000000001.jsonl');
  copyFileSync(plain, rollout);
  const key = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const allowed = join(folder, 'allowed');
  execFileSync('bash', ['-c', `echo "me $(cat ${key}.pub)" > ${allowed}`]);
  // What was last seen of a log is remembered there: each round seals for the first time.
  const state = join(folder, 'state');
  const env = `CODEX_HOME=${home} XDG_STATE_HOME=${state}`;
  const seal = `rm -rf ${home}/.sessions ${state}; ${env} ${sessions} seal --key ${key} >/dev/null`;
  const sealed = await timeInTurn(seal, `sha256sum ${rollout} >/dev/null`, rounds);
  const verified = await timeInTurn(
    `${env} ${sessions} verify --strict --allowed-signers ${allowed} >/dev/null`,
    undefined,
    rounds,
  );
  const lines = readFileSync(rollout).filter((byte) => byte === 10).length;
  const megabytes = statSync(rollout).size / 1e6;
  rmSync(home, { recursive: true });
  const said = ({ ours }) =>
    `${Math.round(lines / median(ours)).toLocaleString('en')} lines/s (${Math.round(megabytes / median(ours))} MB/s)`;
  return `verify ${said(verified)}, seal ${said(sealed)}, sha256sum ${Math.round(megabytes / median(sealed.theirs))} MB/s`;
}
