import { Failure } from '../../../base/failure.ts';
import { openRollout } from '../../../store/rollout-file.ts';
import { readChecked } from '../../bundle/checked-file.ts';
import { originOf, parseCheckpoint, threadOfSeal } from '../../seal/checkpoint.ts';
import { hashContent } from '../../seal/hash-content.ts';
import type { SignatureCheck } from '../../seal/signature-check.ts';
import type { BundleSource, Incoming } from '../incoming.ts';

/** A seal of a bundle that was made over what comes with it, by somebody who may. */
export interface OfferedSeal {
  size: number;
  root: string;
  /** Fingerprint of the key of its last checkpoint. */
  key: string;
  /** Ascending. */
  checkpoints: { size: number; root: string; text: string; signature: string }[];
}

/** Why a seal stays behind that may well be good. */
export interface NotTaken {
  reason: string;
}

/**
 * The seal that a bundle has of a file. All of its checkpoints have to be of this file, of this thread, signed by allowed keys,
 * and over the lines that are there.
 *
 * @returns null where it has none
 * @throws Failure `findings` for one that is not of this file, or whose signature is bad
 */
export async function offeredSeal(
  bundle: BundleSource,
  { threadId, rolloutId, file }: Pick<Incoming, 'threadId' | 'rolloutId' | 'file'>,
  { check, signal }: { check: SignatureCheck; signal: AbortSignal },
): Promise<OfferedSeal | NotTaken | null> {
  const sizes = sizesOf(bundle, rolloutId);
  if (sizes.length === 0) return null;
  const wrong = (message: string) =>
    new Failure('findings', `the seal of session ${threadId} in the bundle ${message}`, {
      hint: 'sessions verify says more of the bundle; --no-seals brings in its sessions without their seals',
    });
  const checkpoints: OfferedSeal['checkpoints'] = [];
  let key = '';
  for (const size of sizes) {
    const text = readChecked(bundle, `checkpoints/${rolloutId}/${size}`, MOST_BYTES)?.toString('latin1') ?? '';
    const checkpoint = parseCheckpoint(text);
    if (checkpoint?.size !== size || checkpoint.origin !== originOf(rolloutId)) throw wrong('is not one of its file');
    if (threadOfSeal(checkpoint) !== threadId) throw wrong('is not one of this session');
    const signature = readChecked(bundle, `signatures/${rolloutId}/${size}.sig`, MOST_BYTES)?.toString('latin1');
    if (signature === undefined) return { reason: 'it is not signed' };
    const verdict = await check.check({ text, signature });
    if (verdict.status === 'bad') throw wrong(`is not good: ${verdict.message}`);
    if (verdict.status === 'unknown-key') {
      return { reason: `no list of allowed signers has the key that it is signed with, ${verdict.fingerprint}` };
    }
    key = verdict.fingerprint;
    checkpoints.push({ size, root: checkpoint.root, text, signature });
  }
  const last = checkpoints.at(-1);
  if (!last || last.size === 0) return { reason: 'it covers no line' };
  const seal = { size: last.size, root: last.root, key, checkpoints };
  if (!(await isOver(file, seal, signal))) throw wrong('is not one over the lines that came with it');
  return seal;
}

/** Whether each checkpoint of a seal is one over the lines of a file. */
async function isOver(file: string, { checkpoints }: OfferedSeal, signal: AbortSignal): Promise<boolean> {
  const rollout = await openRollout(file);
  try {
    const { roots } = await hashContent(rollout, { at: checkpoints.map(({ size }) => size), signal });
    return checkpoints.every(({ size, root }) => roots.get(size)?.root.toString('base64') === root);
  } finally {
    await rollout.close();
  }
}

function sizesOf({ files }: BundleSource, rolloutId: string): number[] {
  const prefix = `checkpoints/${rolloutId}/`;
  const names = [...files.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return names
    .filter((name) => /^(?:0|[1-9]\d{0,14})$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

const MOST_BYTES = 64 * 1024;
