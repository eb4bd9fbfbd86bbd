// The measured cases of stats and search, over a store of a thousand sessions that is made when it is first needed.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeRollout } from './generate.mjs';
import { median, medianRatio, timeInTurn } from './pair.mjs';

export const indexCases = [
  {
    id: 'B8',
    title: 'stats of 1,000 sessions from their files, against ccusage (npm, native)',
    target: '<= 1.0 times its time',
    needs: ['npx'],
    measure: async (context) => {
      const home = plainStore(context);
      // Installed once, because npx itself takes longer than the measured work.
      const ccusage = installed(context, 'ccusage');
      return compare(
        timeInTurn(
          `CODEX_HOME=${home} ${context.sessions} stats --json >/dev/null`,
          `CODEX_HOME=${home} ${ccusage} codex daily --offline --json >/dev/null`,
          context.rounds,
        ),
      );
    },
  },
  {
    id: 'B9',
    title: 'search of an absent text in 1,000 compressed sessions, against rg -z',
    target: '>= 3 times faster',
    needs: ['rg', 'zstd'],
    measure: async (context) => {
      const home = packedStore(context);
      return compare(
        timeInTurn(
          `CODEX_HOME=${home} ${context.sessions} search --fixed zzqqabsent >/dev/null`,
          `rg -z zzqqabsent ${home} >/dev/null`,
          context.rounds,
        ),
      );
    },
  },
  {
    id: 'B9b',
    title: 'the same in any case (-i)',
    target: '>= 3 times faster',
    needs: ['rg', 'zstd'],
    measure: async (context) => {
      const home = packedStore(context);
      return compare(
        timeInTurn(
          `CODEX_HOME=${home} ${context.sessions} search --fixed -i zzqqabsent >/dev/null`,
          `rg -z -i zzqqabsent ${home} >/dev/null`,
          context.rounds,
        ),
      );
    },
  },
];

/** A home of a thousand sessions of 40 to 360 KB. */
function plainStore({ folder }) {
  const home = join(folder, 'thousand');
  if (existsSync(home)) return home;
  for (let index = 0; index < 1000; index++) {
    const day = String((index % 28) + 1).padStart(2, '0');
    const place = join(home, 'sessions/2026/10', day);
    mkdirSync(place, { recursive: true });
    const hex = index.toString(16).padStart(8, '0');
    const threadId = `0198${hex.slice(0, 4)}-${hex.slice(4)}-7000-8000-${hex.padStart(12, '0')}`;
    const bytes = 40_000 + ((index * 7919) % 1000) * 320;
    writeRollout(join(place, `rollout-2026-10-${day}T03-04-05-${threadId}.jsonl`), bytes, { threadId });
  }
  return home;
}

/** The same sessions, compressed as Codex does it. */
function packedStore(context) {
  const home = join(context.folder, 'thousand-packed');
  if (existsSync(home)) return home;
  cpSync(plainStore(context), home, { recursive: true });
  const files = readdirSync(home, { recursive: true }).filter((name) => name.endsWith('.jsonl'));
  execFileSync('zstd', ['-q', '-3', '--rm', ...files.map((name) => join(home, name))]);
  return home;
}

function installed({ folder }, name) {
  const program = join(folder, 'node_modules/.bin', name);
  if (!existsSync(program)) {
    execFileSync('npm', ['install', '--silent', '--no-save', '--include=optional', '--prefix', folder, name]);
  }
  return program;
}

/** Seconds beside the ratio, because a start of Node is a good part of ours. */
async function compare(timing) {
  const times = await timing;
  const ratio = medianRatio(times);
  const said = ratio >= 1 ? `${ratio.toFixed(1)} times faster` : `${(1 / ratio).toFixed(2)} times its time`;
  return `${said}: ${median(times.ours).toFixed(2)} s against ${median(times.theirs).toFixed(2)} s`;
}
