import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { PlanHead } from '../../engine/prune/plan.ts';
import type { PruneJob } from '../../engine/prune-home.ts';
import type { SessionResolver } from '../../engine/resolve-session.ts';
import { openPrinter } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import { shortSize } from '../../ui/short-size.ts';
import type { Invocation } from '../command.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { printOptionsOf } from '../options.ts';
import { printCheck } from './print-check.ts';
import { printPlan } from './print-plan.ts';
import { policyOptions, readRequest } from './read-request.ts';
import { Results } from './results.ts';

type Home = ReturnType<typeof import('../../engine/listing/list-home.ts').homeOf>;

/** Reads what an invocation asks for, has it done, and says what was done. */
export async function runPrune(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { homeOf } = await import('../../engine/listing/list-home.ts');
  const tx = options.text('verify');
  if (tx !== undefined) {
    refuse(invocation, 'verify', [...policyOptions, ...workOptions, 'plan', 'dry-run']);
    return printCheck(homeOf(io.env, io.cwd), tx, invocation, io);
  }
  const job = readJob(invocation);
  const isDry = options.flag('dry-run');
  if (isDry && options.flag('purge')) {
    throw new Failure('usage', '--dry-run shows what would go to the trash', {
      hint: 'sessions restore --list shows what is in the trash, and until when',
    });
  }
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const home = homeOf(io.env, io.cwd);
  const insistent = new Set<string>();
  const what = options.flag('plan')
    ? await readPlanned(home, options.text('plan') as string, io)
    : await readPolicy(openSessions(io.env, io.cwd), invocation, insistent, io);
  if (!what && !options.flag('purge')) throw emptyPolicy(options.flag('archived'));
  if (isDry) return dryRun(home, { ...job, what }, invocation, io);
  if (job.graceMs !== null) {
    const { checkGrace } = await import('../../engine/prune-home.ts');
    checkGrace(job.graceMs, options.flag('yes'));
  }
  return run(home, { ...job, what }, insistent, invocation, io);
}

async function run(
  home: Home,
  job: PruneJob,
  insistent: ReadonlySet<string>,
  invocation: Invocation,
  io: Io,
): Promise<number> {
  const { pruneHome } = await import('../../engine/prune-home.ts');
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const progress = startProgress(io);
  const results = new Results(printer, insistent, () => progress.stop());
  let isWhole = false;
  try {
    const report = await pruneHome(home, job, {
      ...{ clock: io.clock, signal: io.signal, env: io.env },
      onProgress: (text, done, of) => progress.show(`${text}: ${done} of ${of}`),
      // What an earlier plan fits in is not asked for again.
      onPlan: (plan) => {
        if (job.what?.kind === 'policy') results.planned(plan);
      },
      onResult: (result) => results.take(result),
    });
    results.end(report);
    isWhole = true;
  } finally {
    // Also of what was done before something went wrong, and how to undo it.
    await progress.stop();
    try {
      await results.close();
    } finally {
      await (await import('../seal/sign-receipts.ts')).signReceiptsLeft(home, io);
      await results.summarise(io, invocation.options.flag('quiet'), isWhole);
    }
  }
  return results.exit;
}

async function dryRun(home: Home, job: PruneJob, invocation: Invocation, io: Io): Promise<number> {
  const { prepare } = await import('../../engine/prune-home.ts');
  const { checkMass } = await import('../../engine/prune/prepare.ts');
  const progress = startProgress(io);
  const { clock, signal } = io;
  const { plan, now } = await prepare(home, job.what as NonNullable<PruneJob['what']>, {
    ...{ clock, signal, allowMass: job.allowMass },
    onProgress: (text, done, of) => progress.show(`${text}: ${done} of ${of}`),
  }).finally(() => progress.stop());
  const printer = await openPrinter(io, printOptionsOf(invocation));
  const whileRead = untilClosed();
  await whileRead(() => printPlan(plan, printer, now));
  await whileRead(() => printer.close());
  const { describeExcess } = await import('./describe-excess.ts');
  const excess = job.what?.kind === 'policy' ? describeExcess(plan, new Map()) : null;
  if (excess) await io.stderr.write(`sessions: ${excess}\n`);
  if (job.graceMs !== null) await tellOfPurge(home, now, job.graceMs, plan.head, io);
  // A run would refuse; what it is that would go was worth a look.
  checkMass(plan.head, job.allowMass);
  return 0;
}

/** What a run would remove for good besides: nothing else of it could not be undone. */
async function tellOfPurge(home: Home, now: number, graceMs: number, head: PlanHead, io: Io): Promise<void> {
  const { findGoing } = await import('../../engine/purge/purge.ts');
  const { going } = await findGoing(home, { now, graceMs, signal: io.signal });
  const say = (text: string) => io.stderr.write(`sessions: would be removed for good: ${text}\n`);
  if (graceMs === 0 && head.removes > 0) {
    await say(`what goes (${shortSize(head.remove_bytes)}), by the same run, because of --grace 0`);
  }
  if (going.length === 0) return;
  const bytes = going.reduce((sum, { files }) => sum + files.reduce((all, { found }) => all + found.size, 0), 0);
  await say(`${going.length} in the trash (${shortSize(bytes)}), past the grace; --no-purge leaves it there`);
}

/** How, apart from what. */
function readJob(invocation: Invocation): Omit<PruneJob, 'what'> {
  const { options, operands } = invocation;
  if (options.flag('plan')) {
    refuse(invocation, 'plan', policyOptions);
    if (operands.length > 0) throw new Failure('usage', '--plan and sessions exclude each other');
  }
  if (options.flag('no-purge')) refuse(invocation, 'no-purge', ['purge', 'grace', 'via-codex']);
  const grace = options.text('grace') === '0' ? 0 : options.duration('grace');
  return {
    allowMass: options.count('allow-mass'),
    graceMs: options.flag('no-purge') ? null : (grace ?? GRACE_MS),
    viaCodex: options.flag('via-codex'),
  };
}

/** Null where nothing says what is to go. */
async function readPolicy(
  sessions: SessionResolver,
  invocation: Invocation,
  insistent: Set<string>,
  io: Io,
): Promise<PruneJob['what']> {
  const { isEmptyPolicy } = await import('../../engine/prune/policy-of.ts');
  const { operands } = invocation;
  const named = operands.length === 0 ? null : await resolveNamed(sessions, operands, io.stdin, insistent);
  const request = readRequest(invocation, named, io);
  return isEmptyPolicy(request) ? null : { kind: 'policy', request };
}

/** What was named on the command line is noted in `insistent`: that it stays is worth an exit code. */
async function resolveNamed(
  sessions: SessionResolver,
  operands: readonly string[],
  stdin: Io['stdin'],
  insistent: Set<string>,
): Promise<Set<string>> {
  const { resolveOperands } = await import('../../engine/operands.ts');
  const { threadOf } = await import('../../engine/thread-of.ts');
  const catalog = await sessions.catalog();
  const typed = await resolveOperands(
    sessions,
    operands.filter((operand) => operand !== '-'),
    stdin.read(),
  );
  for (const target of typed.targets) insistent.add(threadOf(catalog, target));
  const piped = await resolveOperands(
    sessions,
    operands.filter((operand) => operand === '-'),
    stdin.read(),
  );
  piped.remove();
  return new Set([...insistent, ...piped.targets.map((target) => threadOf(catalog, target))]);
}

async function readPlanned(home: Home, file: string, io: Io): Promise<PruneJob['what']> {
  const { planFileBlocks, readPlan } = await import('../../engine/prune/plan-file.ts');
  const path = resolve(io.cwd, file);
  const plan = file === '-' ? readPlan(home, io.stdin.read(), '-') : readPlan(home, planFileBlocks(path), path);
  return { kind: 'planned', plan: await plan };
}

function refuse({ options, operands }: Invocation, option: string, others: readonly string[]): void {
  const other = others.find((long) => options.flag(long));
  if (other !== undefined) throw new Failure('usage', `--${option} and --${other} exclude each other`);
  if (option === 'verify' && operands.length > 0) throw new Failure('usage', '--verify takes no sessions');
}

function emptyPolicy(hasArchived: boolean): Failure {
  const hint = 'such as --older-than 30d, --keep-last 50, --max-total 20G, or the ids of sessions';
  const what = hasArchived ? ': --archived only says where to look' : '';
  return new Failure('usage', `nothing says which sessions are to go${what}`, { hint });
}

const workOptions = ['allow-mass', 'purge', 'no-purge', 'grace', 'yes', 'via-codex'];
const GRACE_MS = 14 * 86_400_000;
