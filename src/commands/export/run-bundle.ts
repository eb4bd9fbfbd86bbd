import { resolve } from 'node:path';
import { exitCodes, Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import { exportBundle } from '../../engine/bundle/write/write-bundle.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import { findAllowedSigners } from '../../engine/seal/allowed-signers.ts';
import { openSigner, type Signer } from '../../engine/seal/signer.ts';
import { readOwnSettings } from '../../runner/config/own-settings.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { selectorOptions } from '../options.ts';
import { redactionWarnings } from '../redact/redaction-warnings.ts';
import { redactionOptions } from '../redact/rule-options.ts';
import { chooseSome } from './choose-targets.ts';
import type { ExportSettings } from './read-settings.ts';

/** Packs what was asked for as a bundle. */
export async function runBundle(invocation: Invocation, settings: ExportSettings, io: Io): Promise<number> {
  const { options } = invocation;
  for (const long of ['turn', 'type', 'msg-type', 'item-type', 'split', 'losses']) {
    if (options.has(long)) throw new Failure('usage', `--${long} does not go with bundle: it holds whole sessions`);
  }
  const sessions = openSessions(io.env, io.cwd);
  const { home } = await sessions.catalog();
  const signer = await chooseSigner(invocation, home.path, io);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const show = (text: string) => settings.showsProgress && progress.show(text);
  const chosen = await chooseSome(sessions, invocation, io, problems.report, show);
  let exit = 0;
  const { check } = settings.encoding;
  try {
    const threadIds = chosen.targets.map((target) => {
      if (target.kind === 'thread') return target.threadId;
      const hint = 'sessions import brings a file into the home';
      throw new Failure('usage', 'a bundle holds sessions of the home, not files', { file: target.path, hint });
    });
    const partial = await exportBundle({
      ...{ sessions, threadIds: new Set(threadIds), path: settings.path, force: settings.force, stdout: io.stdout },
      ...{ redactor: settings.redactor, check, producer: settings.encoding.producer, signal: io.signal },
      command: { operands: invocation.operands, options: givenOptions(invocation) },
      ...{ signer, signers: findAllowedSigners(undefined, io)?.text ?? null },
      ...{ workplace: { home, env: io.env }, time: readTime(io), clock: io.clock },
      report: problems.report,
      onFailure: async (error) => {
        exit = worstExit(exit, await reportFailure(error, io, options.flag('json')));
      },
      onProgress: show,
    });
    await progress.stop();
    if (check && check.invalid > 0) {
      exit = worstExit(exit, exitCodes.findings);
      for (const fault of check.faults) await warn(io, fault);
      await warn(io, `events do not fit the schema${partial === null ? '' : `; all was written, as ${partial}`}`);
    }
    const { redactor } = settings;
    for (const warning of redactor ? redactionWarnings(redactor) : []) await warn(io, warning);
    if (!signer && !options.flag('quiet')) {
      await warn(io, 'the bundle is not signed: nobody takes it for good unless told to; --key FILE signs it');
    }
  } finally {
    await progress.stop();
    chosen.remove();
  }
  await problems.print();
  return worstExit(problems.exit, exit);
}

/** Who vouches for the bundle: the key of `--key`, else that of our own settings; nobody where there is none. */
async function chooseSigner({ options }: Invocation, home: string, io: Io): Promise<Signer | null> {
  const named = options.text('key');
  if (named !== undefined) return openSigner(resolve(io.cwd, named), io.env);
  const { seal } = await readOwnSettings(home, io.env);
  return seal?.key === undefined ? null : openSigner(seal.key, io.env);
}

/** What makes the same bundle twice: `SOURCE_DATE_EPOCH`, as in reproducible builds. */
function readTime({ env, clock }: Io): { now: number; clock: 'system' | 'SOURCE_DATE_EPOCH' } {
  const given = env.SOURCE_DATE_EPOCH;
  if (given === undefined || given === '') return { now: clock.now(), clock: 'system' };
  if (!/^\d{1,11}$/.test(given)) throw new Failure('usage', 'SOURCE_DATE_EPOCH is not a number of seconds');
  return { now: Number(given) * 1000, clock: 'SOURCE_DATE_EPOCH' };
}

/** What chose the content: where it was written does not count. */
function givenOptions({ options }: Invocation): string[] {
  return [{ long: 'format', value: 'F' }, ...redactionOptions, { long: 'no-validate' }, ...selectorOptions]
    .filter(({ long }) => options.has(long))
    .flatMap(({ long, value }) => (value ? options.texts(long).map((text) => `--${long}=${text}`) : [`--${long}`]));
}
