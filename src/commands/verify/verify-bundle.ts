import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitCodes, Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { type BundleCheck, bundleStatuses, checkOf, harmlessStatuses } from '../../engine/bundle/check/bundle-check.ts';
import { verifyBundle } from '../../engine/bundle/check/verify-bundle.ts';
import { homeOf } from '../../engine/listing/list-home.ts';
import { findAllowedSigners } from '../../engine/seal/allowed-signers.ts';
import type { VerifyResult } from '../../engine/seal/verify-result.ts';
import type { Colours } from '../../ui/colour.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { printOptionsOf, selectorOptions } from '../options.ts';
import { describeResult } from './summary.ts';
import { Tally } from './tally.ts';

/**
 * Whether an operand names a bundle: an archive by its name, or a folder. One that is written as sessions are counts only when it
 * is a bag, so that a folder in this directory hides no session.
 */
export function isBundle(operand: string, cwd: string): boolean {
  if (/\.tar(?:\.zst)?$/.test(operand)) return true;
  const path = resolve(cwd, operand);
  if (operand === '-' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return operand.includes('/') || existsSync(join(path, 'bagit.txt'));
}

/** Checks bundles, whatever home there is. */
export async function runVerifyBundle(invocation: Invocation, io: Io): Promise<number> {
  const { operands, options } = invocation;
  const file = operands.find((operand) => !isBundle(operand, io.cwd));
  if (file !== undefined) throw new Failure('usage', 'bundles are verified by themselves, without sessions', { file });
  for (const long of ['subset', ...selectorOptions.map(({ long }) => long)]) {
    if (options.has(long))
      throw new Failure('usage', `--${long} does not go with a bundle, which is checked as a whole`);
  }
  const isGood = goodness(options.flag('strict'), options.flag('allow-redacted'));
  const checking = {
    signers: findAllowedSigners(options.text('allowed-signers'), io),
    allowsUnsigned: options.flag('allow-unsigned'),
    anchors: options.texts('anchor').map((path) => resolve(io.cwd, path)),
    ...{ workplace: { home: anyHome(io), env: io.env }, env: io.env, signal: io.signal },
  };
  const progress = startProgress(io);
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  let exit = 0;
  const whileRead = untilClosed();
  try {
    for (const operand of operands) {
      const onProgress = (text: string) => progress.show(text);
      let absent = 0;
      for await (const result of verifyBundle(resolve(io.cwd, operand), { ...checking, onProgress })) {
        exit = worstExit(
          exit,
          isGood(result) ? 0 : result.status === 'UNREADABLE' ? exitCodes.partial : exitCodes.findings,
        );
        if (io.stdout.isTTY) await progress.stop();
        if (isAbsentSession(result)) absent++;
        const isFolded = printer.mode === 'human' && absent > MOST_ABSENT;
        if (isFolded && isAbsentSession(result)) continue;
        await whileRead(async () => {
          if (isFolded && isWhole(result))
            await printer.text(describe(moreAbsent(absent - MOST_ABSENT), printer.colours));
          await print(result, operand, isGood(result), printer);
        });
      }
    }
  } finally {
    await progress.stop();
    await whileRead(() => printer.close());
  }
  return exit;
}

/** Archives are unpacked in the home, where there is one. */
function anyHome({ env, cwd }: Io) {
  try {
    return homeOf(env, cwd);
  } catch {
    return null;
  }
}

/** As of a home; lines that are not shown can be there in a bundle only. */
function goodness(isStrict: boolean, allowsRedacted: boolean) {
  const tally = new Tally(isStrict);
  return (result: BundleCheck | VerifyResult): boolean => {
    if (result.schema === 'sessions.bundle-check/1') return harmlessStatuses.has(result.status);
    return tally.isGood(result) || (result.status === 'REDACTED' && allowsRedacted);
  };
}

/** With `-q`: ids of sessions that are not good, and else names of files; of the bundle as a whole, its own. */
async function print(result: BundleCheck | VerifyResult, operand: string, isGood: boolean, printer: Printer) {
  if (printer.mode === 'json') await printer.record(result);
  else if (printer.mode === 'human') await printer.text(describe(result, printer.colours));
  else if (!isGood) {
    const isCheck = result.schema === 'sessions.bundle-check/1';
    await printer.id(isCheck ? (result.file ?? operand) : (result.thread_id ?? result.path ?? result.subject));
  }
}

function describe(result: BundleCheck | VerifyResult, colours: Colours): string {
  if (result.schema === 'sessions.verify-result/1') return describeResult(result, colours);
  const { status, file, line, message, files, faults, thread_id: id } = result;
  const mark = status === 'VALID' ? colours.green : harmlessStatuses.has(status) ? colours.yellow : colours.red;
  const place = file === null ? (id ?? 'the bundle') : `${file}${line === null ? '' : `, line ${line}`}`;
  const told = message === null ? '' : `: ${message}`;
  const amount = files === null ? '' : `, ${files} files, ${faults} faults`;
  return `${mark(status.padEnd(WIDEST))} ${oneLine(`${place}${amount}${told}`)}\n`;
}

/** A home may have sealed thousands of which a bundle holds one: people are told of the first few. */
function isAbsentSession({ status, thread_id: id }: BundleCheck | VerifyResult): boolean {
  return status === 'ABSENT' && id !== null;
}

function moreAbsent(count: number): BundleCheck {
  return checkOf('ABSENT', { message: `${count} more sessions of the log are not in it; --json lists them` });
}

/** The record that comes last, of the bundle as a whole. */
function isWhole(result: BundleCheck | VerifyResult): boolean {
  return result.schema === 'sessions.bundle-check/1' && result.files !== null;
}

const MOST_ABSENT = 3;
const WIDEST = Math.max(...Object.keys(bundleStatuses).map((status) => status.length));
