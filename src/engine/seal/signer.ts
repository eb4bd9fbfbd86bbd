import { Failure } from '../../base/failure.ts';
import { type Env, runSshKeygen } from './ssh-keygen.ts';
import { fingerprintOf, keyOfSignature, namespaceOf, type SignedKind } from './ssh-signature.ts';

/** Signs with one key; checkpoints, when nothing else is said. */
export interface Signer {
  /** The public key, in SSH's encoding. */
  key: Buffer;
  fingerprint: string;
  /** The armoured signature. */
  sign(text: string, kind?: SignedKind): Promise<string>;
}

/**
 * A signer with a key in a file, or in `ssh-agent` when the file holds the public key. It is tried once, so that a key that
 * cannot be used shows before anything is done.
 *
 * @throws Failure `usage` for a key that cannot be used; `trouble` where there is no `ssh-keygen`
 */
export async function openSigner(file: string, env: Env): Promise<Signer> {
  const sign = async (text: string, kind: SignedKind = 'checkpoint') => {
    // Not stopped by a signal: a run that is asked to stop still signs what it has done.
    // But a key that is not touched, or whose passphrase nobody types, does not keep others waiting for ever.
    const signal = AbortSignal.timeout(LONGEST_SIGNING_MS);
    const args = ['-Y', 'sign', '-n', namespaceOf(kind), '-f', file];
    const run = await runSshKeygen(args, text, { env, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new Failure('trouble', 'the key did not sign within two minutes', { file });
    });
    if (run.code === 0 && keyOfSignature(run.stdout) !== null) return run.stdout;
    // Its last line is the reason, behind what is said in every case.
    const reason = run.stderr.trim().split(/\r?\n/).at(-1) || `ssh-keygen ended with ${run.code}`;
    const hint = `ssh-keygen -t ed25519 -f ${file} makes a key; of one in ssh-agent, give the file with the public key`;
    throw new Failure('usage', `nothing can be signed with this key: ${reason}`, { file, hint });
  };
  const key = Buffer.from(keyOfSignature(await sign('')) as Buffer);
  return { key, fingerprint: fingerprintOf(key), sign };
}

const LONGEST_SIGNING_MS = 120_000;
