import { resolve } from 'node:path';
import { exitCodes, Failure, toFailure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { warn } from '../../base/warn.ts';
import { type Imported, type ImportResult, importSessions } from '../../engine/import/import-sessions.ts';
import { checkName, renameSession } from '../../engine/naming.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import { findAllowedSigners } from '../../engine/seal/allowed-signers.ts';
import { SignatureCheck } from '../../engine/seal/signature-check.ts';
import { openSigner, type Signer } from '../../engine/seal/signer.ts';
import { readOwnSettings } from '../../runner/config/own-settings.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { printOptionsOf } from '../options.ts';

export async function runImport(invocation: Invocation, io: Io): Promise<number> {
  const { operands, options } = invocation;
  const wanted = options.text('name');
  const name = wanted === undefined ? null : checkName(wanted);
  if (name !== null && operands.length > 1) throw new Failure('usage', '--name goes with one FILE');
  const check = new SignatureCheck(findAllowedSigners(options.text('allowed-signers'), io), io);
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const progress = startProgress(io);
  let exit = 0;
  try {
    for (const operand of operands) {
      progress.show(`reading ${oneLine(operand)}`);
      try {
        const result = await importOne(operand, { name, check }, invocation, io);
        await progress.stop();
        for (const record of result.records) await print(record, printer);
        for (const doubt of result.doubts) await warn(io, doubt, { file: operand });
        await tellSeals(operand, result, io);
        exit = worstExit(exit, await tellAltered(operand, result, io));
        if (!options.flag('dry-run')) await giveNames(result, name, io);
      } catch (error) {
        await progress.stop();
        io.signal.throwIfAborted();
        exit = worstExit(exit, await reportFailure(error, io, options.flag('json')));
      }
    }
  } finally {
    await progress.stop();
    await printer.close();
  }
  return exit;
}

async function importOne(
  operand: string,
  { name, check }: { name: string | null; check: SignatureCheck },
  { options }: Invocation,
  io: Io,
): Promise<ImportResult> {
  const catalog = await openSessions(io.env, io.cwd).catalog();
  return importSessions(catalog, {
    input: operand === '-' ? io.stdin.read() : resolve(io.cwd, operand),
    shownAs: operand === '-' ? '-' : resolve(io.cwd, operand),
    ...{ newIds: options.flag('new-ids'), archived: options.flag('archived'), dryRun: options.flag('dry-run') },
    ...{ isOne: name !== null, seals: !options.flag('no-seals'), check },
    allowsUnsigned: options.flag('allow-unsigned'),
    openSigner: () => signerOf(options.text('key'), catalog.home.path, io),
    ...{ clock: io.clock, env: io.env, signal: io.signal },
  });
}

/** The key of `--key`, else that of our own settings; null where neither names one. */
async function signerOf(named: string | undefined, home: string, io: Io): Promise<Signer | null> {
  if (named !== undefined) return openSigner(resolve(io.cwd, named), io.env);
  const { seal } = await readOwnSettings(home, io.env);
  return seal?.key === undefined ? null : openSigner(seal.key, io.env);
}

async function tellSeals(operand: string, { unsealed }: ImportResult, io: Io): Promise<void> {
  const byReason = new Map<string, string[]>();
  for (const { threadId, reason } of unsealed) byReason.set(reason, [...(byReason.get(reason) ?? []), threadId]);
  for (const [reason, [first, ...others]] of byReason) {
    const whose = others.length === 0 ? `the seal of ${first}` : `the seals of ${first} and ${others.length} others`;
    await warn(io, `${whose} did not come along: ${reason}`, { file: operand });
  }
}

async function tellAltered(operand: string, { records }: ImportResult, io: Io): Promise<number> {
  let exit = 0;
  for (const { path, altered, altered_lines: lines } of records) {
    if (!altered) continue;
    const events = altered === 1 ? 'one event reads' : `${altered} events read`;
    const where = `${lines.slice(0, 10).join(', ')}${altered > 10 ? ', …' : ''}`;
    await warn(io, `${events} differently than exported: line ${where} of ${path}`, { file: operand });
    exit = exitCodes.partial;
  }
  return exit;
}

/**
 * Gives sessions their names: the one that was asked for, else those that they come with. One that was there already gets the name
 * it comes with only where it has none: then an earlier import did not get as far.
 */
async function giveNames({ records, names }: ImportResult, name: string | null, io: Io): Promise<void> {
  const sessions = openSessions(io.env, io.cwd);
  const here = await sessions.names();
  const isNew = (threadId: string) =>
    records.some(({ thread_id: id, status }) => id === threadId && status === 'imported');
  const own = [...names].filter(([id, text]) => isName(text) && (isNew(id) || !here.has(id)));
  const given = name === null ? own : [[records[0]?.thread_id ?? '', name] as const];
  const told = new Set<string>();
  for (const [threadId, text] of given) {
    let said: string[];
    try {
      said = await renameSession(sessions, threadId, text, { clock: io.clock, signal: io.signal });
    } catch (error) {
      const { kind, message, place } = toFailure(error);
      const hint = 'the same import once more gives it';
      const what = `session ${threadId} is in the home, but has no name yet: ${message}`;
      throw new Failure(kind, what, { ...place, hint, cause: error });
    }
    for (const message of said) if (!told.has(message)) await warn(io, message);
    for (const message of said) told.add(message);
  }
}

/** Who packed a bundle may have named a session anything. */
function isName(text: string): boolean {
  try {
    return checkName(text) === text;
  } catch {
    return false;
  }
}

async function print(record: Imported, printer: Printer): Promise<void> {
  if (printer.mode === 'json') return printer.record(record);
  if (printer.mode !== 'human') return printer.id(record.thread_id);
  const what = { imported: 'imported', present: 'is there already', 'would-import': 'would be imported' }[
    record.status
  ];
  const was = record.original_thread_id === null ? '' : `, was ${record.original_thread_id}`;
  const sealed = record.seal === 'none' ? '' : ', with its seal';
  await printer.text(`${record.thread_id}  ${what}${was}${sealed}: ${oneLine(record.path)}\n`);
}
