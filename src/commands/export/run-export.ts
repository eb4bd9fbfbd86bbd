import { exitCodes, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { keepHeapSmall } from '../../base/small-heap.ts';
import { warn } from '../../base/warn.ts';
import { passesAll } from '../../engine/event-filter.ts';
import { type Destination, openDestination } from '../../engine/export/destination.ts';
import { type ExportProgress, exportSessions } from '../../engine/export/export-sessions.ts';
import { checkSharing } from '../../engine/export/formats.ts';
import { LossLog } from '../../engine/export/loss-log.ts';
import { type LossReport, openLossReport, removeOldReport } from '../../engine/export/loss-report.ts';
import type { Report } from '../../engine/problem.ts';
import { openSessions, type SessionResolver, type Target } from '../../engine/resolve-session.ts';
import { type Progress, startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { redactionWarnings } from '../redact/redaction-warnings.ts';
import { chooseSome, noneLikeThis } from './choose-targets.ts';
import { type ExportSettings, readSettings } from './read-settings.ts';
import { tellInvalid, tellMissing } from './tell-faults.ts';
import { describeLosses } from './tell-losses.ts';

/** Exports what was asked for, and says what could not be. */
export async function runExport(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const settings = await readSettings(options, io);
  if (settings.format.kind === 'bundle') return (await import('./run-bundle.ts')).runBundle(invocation, settings, io);
  // What is kept for a while and then written, and a home of many sessions, would make the heap grow far beyond what it holds.
  keepHeapSmall();
  const sessions = openSessions(io.env, io.cwd);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const chosen = await chooseSome(sessions, invocation, io, problems.report, (text) => progress.show(text));
  try {
    checkSharing(settings.format, chosen.targets.length, settings.isSplit);
    const run = { sessions, targets: chosen.targets, settings, progress, report: problems.report, options };
    const exit = await writeSessions(run, io);
    await problems.print();
    return worstExit(problems.exit, exit);
  } finally {
    await progress.stop();
    chosen.remove();
  }
}

interface Run {
  sessions: SessionResolver;
  targets: readonly Target[];
  settings: ExportSettings;
  progress: Progress;
  report: Report;
  options: Invocation['options'];
}

async function writeSessions({ sessions, targets, settings, progress, report, options }: Run, io: Io): Promise<number> {
  const { format, encoding, filter, redactor } = settings;
  const { check } = encoding;
  const lossReport = await openLossReport(settings);
  const losses = new LossLog(format.name, lossReport?.sink ?? null, check);
  let exit = 0;
  let missing = 0;
  let partial: string | null = null;
  const destination = await openPlace({ settings, report, progress, options }, io).catch(async (error) => {
    await lossReport?.abandon();
    throw error;
  });
  try {
    const written = await exportSessions(sessions, {
      ...{ targets, destination, filter, redactor, check, losses, report, signal: io.signal },
      isRaw: format.kind === 'raw',
      onFailure: async (error) => {
        missing++;
        exit = worstExit(exit, await reportFailure(error, io, options.flag('json')));
      },
      onProgress: (at) => settings.showsProgress && progress.show(describeProgress(at)),
    });
    await progress.stop();
    if (written === 0 && missing === 0 && !passesAll(filter)) throw noneLikeThis();
    partial = await finish(destination, lossReport, settings);
  } catch (error) {
    await destination.abandon();
    await lossReport?.abandon();
    throw error;
  }
  if (check && check.invalid > 0) {
    exit = worstExit(exit, exitCodes.findings);
    await tellInvalid(check, partial, io);
  }
  const isQuiet = options.flag('quiet');
  const warnings = redactor && !isQuiet ? redactionWarnings(redactor, !pictureless.has(format.name)) : [];
  for (const warning of warnings) await warn(io, warning);
  const said = isQuiet ? null : describeLosses(format.name, losses.totals());
  if (said !== null) await warn(io, said);
  if (missing > 0) await tellMissing(missing, targets.length, partial ?? settings.path, io);
  return exit;
}

/** They say that there was a picture, and hold none. */
const pictureless = new Set(['text', 'markdown', 'csv', 'tsv']);

/** Nothing has its name before all of it is on the disk. @returns the name of what does not get it */
async function finish(
  destination: Destination,
  lossReport: LossReport | null,
  settings: ExportSettings,
): Promise<string | null> {
  const { check } = settings.encoding;
  await lossReport?.complete();
  await destination.complete();
  const isValid = !check || check.invalid === 0;
  let partial: string | null = null;
  if (isValid) await destination.finish();
  else partial = await destination.leavePartial();
  await lossReport?.finish();
  if (isValid) await removeOldReport(settings);
  return partial;
}

async function openPlace(
  { settings, report, progress, options }: Pick<Run, 'settings' | 'report' | 'progress' | 'options'>,
  io: Io,
): Promise<Destination> {
  const { endpoint, encoding } = settings;
  if (!endpoint) return openDestination(settings.format, { ...settings, stdout: io.stdout, report });
  const { openEndpoint } = await import('../../engine/export/otlp/endpoint.ts');
  const onMessage = (message: string) => warn(io, `the endpoint says: ${message}`);
  const onWait = async (reason: string, ms: number) => {
    if (options.flag('quiet')) return;
    const text = `the endpoint does not take spans: ${reason}; trying again in ${Math.ceil(ms / 1000)} s`;
    if (!progress.showNow(text)) await warn(io, text);
  };
  return openEndpoint({ endpoint, encoding, report, clock: io.clock, signal: io.signal, onMessage, onWait });
}

function describeProgress({ done, of, bytes }: ExportProgress): string {
  const megabytes = bytes >= 10_000_000 ? `, ${Math.floor(bytes / 1_000_000)} MB` : '';
  return `exporting session ${done + 1} of ${of}${megabytes}`;
}
