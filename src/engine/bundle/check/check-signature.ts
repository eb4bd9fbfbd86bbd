import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SignatureCheck } from '../../seal/signature-check.ts';
import { fingerprintOf } from '../../seal/ssh-signature.ts';
import { type CheckedFolder, readChecked } from '../checked-file.ts';
import { bagNames } from '../names.ts';
import { type BundleCheck, checkOf } from './bundle-check.ts';

/** What the signature of a bundle says. */
export interface BundleSignature {
  /** Whether somebody who may has signed it. */
  isGood: boolean;
  /** Who, in words. */
  message: string;
  fault: BundleCheck | null;
}

/**
 * Checks the signature over the manifest of the tag files, which has the checksum of the other manifest, and so covers all.
 * It is over the very text that the files were held against.
 *
 * @param isAsked whether a bundle that is not signed is good for nothing
 */
export async function checkSignature(
  bundle: CheckedFolder,
  check: SignatureCheck,
  isAsked: boolean,
): Promise<BundleSignature> {
  const { folder } = bundle;
  const file = bagNames.signature;
  const path = join(folder, file);
  const bad = (message: string) => ({ isGood: false, message, fault: checkOf('BAD-SIG', { file, message }) });
  if (!existsSync(path)) {
    const message = 'the bundle is not signed: nobody vouches for it as a whole';
    return { isGood: false, message, fault: isAsked ? checkOf('BAD-SIG', { message }) : null };
  }
  if (statSync(path).size > MOST_BYTES) return bad('the signature is not an SSH signature');
  const manifest = readChecked(bundle, bagNames.tagManifest, Number.POSITIVE_INFINITY);
  const text = manifest?.toString('latin1') ?? '';
  const signature = readFileSync(path, 'latin1');
  // Some programs overlook what stands around it.
  if (!ARMOURED.test(signature)) return bad('the signature is not an SSH signature');
  const verdict = await check.check({ text, signature, kind: 'bundle' });
  if (verdict.status === 'bad') return bad(verdict.message);
  const { fingerprint } = verdict;
  if (verdict.status === 'good') {
    return { isGood: true, message: `the bundle is signed by ${verdict.principal}, ${fingerprint}`, fault: null };
  }
  const message = `the bundle is signed with ${fingerprint}, ${unknownKey(fingerprint, namesIn(folder))}`;
  return { isGood: false, message, fault: checkOf('UNKNOWN-KEY', { file, message }) };
}

/** What is said of a key that nobody allows, with whose it is by the word of the bundle itself. */
export function unknownKey(fingerprint: string, names: ReadonlyMap<string, string>): string {
  const told = names.get(fingerprint);
  const whose = told === undefined ? '' : ` (the bundle itself says that it is the key of ${told})`;
  return `which no list of allowed signers lets sign this${whose}; --allowed-signers FILE names one`;
}

/** By the list that came with a bundle: the name of each key. It is there to be asked for, and never trusted. */
export function namesIn(folder: string): Map<string, string> {
  const names = new Map<string, string>();
  const path = join(folder, bagNames.allowedSigners);
  if (!existsSync(path) || statSync(path).size > MOST_BYTES * 16) return names;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, principals, key] = /^([^#\s]\S*)\s.*?([A-Za-z0-9+/]{40,}={0,2})(?:\s|$)/.exec(line) ?? [];
    if (principals && key) names.set(fingerprintOf(Buffer.from(key, 'base64')), principals);
  }
  return names;
}

const ARMOURED = /^-----BEGIN SSH SIGNATURE-----\n(?:[A-Za-z0-9+/=]+\n)+-----END SSH SIGNATURE-----\n$/;
const MOST_BYTES = 64 * 1024;
