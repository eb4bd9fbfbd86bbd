// The measured cases of ls, stats and search over homes of many sessions.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { largeSessions, packedSessions, smallSessions } from './homes.mjs';
import { ccusage, codexBinary, codexFirstPage, forget } from './others.mjs';
import { median, medianRatio, runShell, runWatched, timeInTurn } from './pair.mjs';

export const indexCases = [
  {
    id: 'B6',
    title: 'first page of ls, 10,000 sessions, warm, against real Codex (app-server, thread/list) and bare Node',
    target: '>= 2 times faster than Codex; <= bare Node + 20 ms',
    measure: warmPage,
  },
  {
    id: 'B6b',
    title: 'first page of ls and ls --here, 100,000 sessions, warm, against bare Node',
    target: '<= bare Node + 30 ms',
    measure: pageOfMany,
  },
  {
    id: 'B7',
    title: 'index of 10,000 sessions from nothing, with the first page, against real Codex without its database',
    target: '>= 4 times faster; peak memory <= 300 MiB',
    measure: coldPage,
  },
  {
    id: 'B8',
    title: 'stats of 1,000 sessions from their files (--no-index), against ccusage',
    target: '<= 1.0 times its time',
    measure: (context) => usage(context, '--no-index'),
  },
  {
    id: 'B8b',
    title: 'the same from the index',
    target: '<= 0.3 times its time',
    measure: (context) => usage(context, ''),
  },
  {
    id: 'B9',
    title: 'search of an absent text in 1,000 compressed sessions, against rg -z',
    target: '>= 3 times faster',
    needs: ['rg', 'zstd'],
    measure: (context) => absentText(context, ''),
  },
  {
    id: 'B9b',
    title: 'the same in any case (-i)',
    target: '>= 3 times faster',
    needs: ['rg', 'zstd'],
    measure: (context) => absentText(context, '-i'),
  },
];

async function warmPage(context) {
  const page = `CODEX_HOME=${smallSessions(context, 10_000, 'ten-thousand')} ${context.sessions} ls --limit 25 >/dev/null`;
  await settle(page);
  const overNode = await compareWithNode(page, context.rounds);
  return `${await againstCodex(context, page, context.rounds, () => {})}; ${overNode}`;
}

/** Folders that changed within the last two seconds are listed again: makes the index, waits, and looks once more. */
async function settle(command) {
  await runShell(command);
  await sleep(2500);
  await runShell(command);
}

async function pageOfMany(context) {
  const here = join(context.folder, 'here');
  mkdirSync(here, { recursive: true });
  const home = smallSessions(context, 100_000, 'hundred-thousand', here);
  const begun = await runShell(`CODEX_HOME=${home} ${context.sessions} index rebuild`);
  const ls = (...options) => `cd ${here} && CODEX_HOME=${home} ${context.sessions} ls ${options.join(' ')} >/dev/null`;
  await settle(ls('--limit', '25'));
  const all = await compareWithNode(ls('--limit', '25'), context.rounds);
  const some = await compareWithNode(ls('--here', '--limit', '25'), context.rounds);
  return `ls: ${all}; ls --here: ${some} (the index took ${begun.seconds.toFixed(0)} s)`;
}

async function coldPage(context) {
  const home = smallSessions(context, 10_000, 'ten-thousand');
  const argv = [...context.sessions.split(' '), 'ls', '--limit', '25'];
  const cold = async () => {
    forget(home, 'state.db');
    return (await runShell(`CODEX_HOME=${home} ${argv.join(' ')} >/dev/null`)).seconds;
  };
  const times = await againstCodex(context, cold, Math.min(3, context.rounds), (theirs) => forget(theirs, 'state_'));
  forget(home, 'state.db');
  const { peak } = await runWatched(argv, { CODEX_HOME: home });
  return `${times}; peak memory ${peak.toFixed(0)} MiB`;
}

/** Codex has a home of its own, as it would also index what we write into ours. */
async function againstCodex(context, ours, rounds, prepare) {
  let codex;
  try {
    codex = codexBinary();
  } catch (error) {
    const seconds = median((await timeInTurn(ours, undefined, rounds)).ours);
    return `${seconds.toFixed(2)} s; real Codex not measured, as npm did not bring it: ${firstLine(error)}`;
  }
  const home = smallSessions(context, 10_000, 'ten-thousand-of-codex');
  const theirs = () => {
    prepare(home);
    return codexFirstPage(codex, home);
  };
  return said(await timeInTurn(ours, theirs, rounds));
}

async function usage(context, option) {
  const home = largeSessions(context);
  const ours = `CODEX_HOME=${home} ${context.sessions} stats --json ${option} >/dev/null`;
  let other;
  try {
    other = ccusage(context);
  } catch (error) {
    return `not measured, as npm did not bring ccusage: ${firstLine(error)}`;
  }
  const theirs = (program) => `CODEX_HOME=${home} ${program} codex daily --offline --json >/dev/null`;
  const started = await timeInTurn(ours, theirs(other.program), context.rounds);
  const native = await timeInTurn(ours, theirs(other.binary), context.rounds);
  return `${said(started)} started as npm installs it; ${said(native)} of its native binary alone`;
}

function absentText(context, option) {
  const home = packedSessions(context);
  // Both exit with 1 when they find nothing.
  const ours = `CODEX_HOME=${home} ${context.sessions} search --fixed ${option} zzqqabsent >/dev/null; [ $? = 1 ]`;
  const theirs = `rg -z ${option} zzqqabsent ${home}/sessions >/dev/null; [ $? = 1 ]`;
  return timeInTurn(ours, theirs, context.rounds).then(said);
}

async function compareWithNode(ours, rounds) {
  const times = await timeInTurn(ours, 'node -e 0', rounds);
  const beyond = median(times.ours.map((seconds, index) => seconds - times.theirs[index])) * 1000;
  return `bare Node + ${beyond.toFixed(0)} ms (${median(times.theirs).toFixed(3)} s)`;
}

/** Seconds beside the ratio, because a start of Node is a good part of ours. */
function said(times) {
  const ratio = medianRatio(times);
  const factor = ratio >= 1 ? `${ratio.toFixed(1)} times faster` : `${(1 / ratio).toFixed(2)} times its time`;
  return `${factor}, ${median(times.ours).toFixed(2)} s against ${median(times.theirs).toFixed(2)} s`;
}

function firstLine(error) {
  return String(error.message).split('\n')[0];
}
