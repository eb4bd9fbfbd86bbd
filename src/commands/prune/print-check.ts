import { exitCodes } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { DeletionCheck } from '../../engine/purge/verify-deletion.ts';
import { openPrinter } from '../../ui/printer.ts';
import type { Invocation } from '../command.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { printOptionsOf } from '../options.ts';

/** Says of each layer whether it is as a transaction must have left it. */
export async function printCheck(
  home: Parameters<typeof import('../../engine/purge/verify-deletion.ts').verifyDeletion>[0],
  tx: string,
  invocation: Invocation,
  io: Io,
): Promise<number> {
  const { verifyDeletion } = await import('../../engine/purge/verify-deletion.ts');
  const { findAllowedSigners } = await import('../../engine/seal/allowed-signers.ts');
  const { judgeReceipt } = await import('../../engine/seal/judge-receipt.ts');
  const { readSealLog } = await import('../../engine/seal/read-log.ts');
  const { SignatureCheck } = await import('../../engine/seal/signature-check.ts');
  const { Trust } = await import('../../engine/seal/trust.ts');
  const { vouchForReceipts } = await import('../../engine/seal/vouched-receipts.ts');
  const { env, signal } = io;
  const signatures = new SignatureCheck(findAllowedSigners(undefined, io), { env, signal });
  // A log that cannot be read vouches for nothing; sessions verify tells of it.
  const log = await readSealLog(home).catch(() => null);
  const vouchedAt = log ? await vouchForReceipts(home, log, new Trust(signatures, null)) : () => null;
  const judge = async (text: string, signature: string | null) => {
    const { signer, fault } = await judgeReceipt({ text, signature, vouchedAt: vouchedAt(tx) }, signatures);
    return { signer, fault: fault?.message ?? null };
  };
  const checks = await verifyDeletion(home, tx, { signal, judge });
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const whileRead = untilClosed();
  for (const check of checks) {
    await whileRead(async () => {
      if (printer.mode === 'json') await printer.record(check);
      else if (printer.mode === 'human') await printer.text(describe(check));
    });
  }
  if (printer.mode === 'ids') await whileRead(() => printIds(checks, printer.id));
  await whileRead(() => printer.close());
  return checks.every(({ clean }) => clean) ? 0 : exitCodes.findings;
}

/** The sessions of which something is not as it has to be. */
async function printIds(
  checks: readonly DeletionCheck[],
  print: (id: string) => Promise<void> | undefined,
): Promise<void> {
  const ids = checks.flatMap(({ faults }) => faults.flatMap(({ thread_id }) => thread_id ?? []));
  for (const id of new Set(ids)) await print(id);
}

function describe({ layer, clean, phase, sessions, faults, signer }: DeletionCheck): string {
  const signed = signer ? `signed by ${oneLine(signer.principal ?? signer.key)}` : 'not signed';
  const more = layer === 'receipt' ? `, ${signed}` : '';
  const count = `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
  const head = `${clean ? 'clean' : 'LEFT '}  ${layer} (${phase}, ${count})${more}\n`;
  const lines = faults.map(({ thread_id, file, table, message }) => {
    const place = `${file}${table === null ? '' : ` (${table})`}`;
    return `       ${oneLine(`${place}: ${message}${thread_id === null ? '' : ` [${thread_id}]`}`)}\n`;
  });
  return head + lines.join('');
}
