import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllowedSigners } from './allowed-signers.ts';
import { type Env, runSshKeygen } from './ssh-keygen.ts';
import { fingerprintOf, keyOfSignature, namespaceOf, type SignedKind } from './ssh-signature.ts';

/** What a signature is worth. */
export type SignatureVerdict =
  | { status: 'good'; fingerprint: string; principal: string }
  /** The key did sign this, but nobody said that it may. */
  | { status: 'unknown-key'; fingerprint: string }
  | { status: 'bad'; message: string };

/** A text and its signature. */
export interface Signed {
  text: string;
  /** Armoured. */
  signature: string;
  /** What the text is; a checkpoint when nothing is said. */
  kind?: SignedKind;
  /**
   * RFC 3339 UTC: when the signature was there already, as something says that is trusted by itself. A key that has expired
   * since is good for it. Never what the signed text says of itself: who has an old key could write any time.
   */
  vouchedAt?: string | null;
}

/** Both in files of our own: `ssh-keygen` wants files, and no other's could be trusted to stay as it is. */
interface Filed {
  text: string;
  namespace: string;
  signaturePath: string;
  signersPath: string;
  /** Options that set the time. */
  when: string[];
}

export interface CheckContext {
  env: Env;
  signal?: AbortSignal | undefined;
  /** `--allow-unsigned`: what was never signed is good as well. */
  allowsUnsigned?: boolean;
  /** What is not signed is good for nothing also where there is no list: what comes from others. */
  demandsSigned?: boolean;
}

/** Checks signatures by a list of allowed signers; without one, every key is unknown. */
export class SignatureCheck {
  readonly signers: AllowedSigners | null;
  readonly #context: CheckContext;
  readonly #ahead = new Map<string, Promise<SignatureVerdict>>();
  readonly #principals = new Map<string, string[]>();
  #isAsked: boolean;

  /** @param signers as `findAllowedSigners` finds them */
  constructor(signers: AllowedSigners | null, context: CheckContext) {
    this.signers = signers;
    this.#context = context;
    this.#isAsked = signers !== null || context.demandsSigned === true;
  }

  /** Whether what is not signed at all is good for nothing. */
  get isSignatureAsked(): boolean {
    return this.#isAsked && this.#context.allowsUnsigned !== true;
  }

  /** From here on, what is not signed is good for nothing: something beside it is signed. */
  askForSignatures(): void {
    this.#isAsked = true;
  }

  check(signed: Signed): Promise<SignatureVerdict> {
    const key = keyOf(signed);
    const verdict = this.#ahead.get(key) ?? this.#judge(signed);
    this.#ahead.delete(key);
    return verdict;
  }

  /** Begins a check that will be asked for. */
  checkAhead(signed: Signed): void {
    const key = keyOf(signed);
    if (this.#ahead.has(key)) return;
    const verdict = this.#judge(signed);
    // Whoever asks for it hears of a failure.
    verdict.catch(() => {});
    this.#ahead.set(key, verdict);
  }

  async #judge(signed: Signed): Promise<SignatureVerdict> {
    const key = keyOfSignature(signed.signature);
    if (!key) return { status: 'bad', message: 'the signature is not an SSH signature' };
    const fingerprint = fingerprintOf(key);
    return this.#inFiles(signed, async (filed) => {
      const now = await this.#signatory(fingerprint, filed);
      if (now !== null) return { status: 'good', fingerprint, principal: now };
      const when = verifyTime(signed.vouchedAt);
      const then = when && (await this.#signatory(fingerprint, { ...filed, when }));
      if (then) return { status: 'good', fingerprint, principal: then };
      if (await this.#isIntact(filed)) return { status: 'unknown-key', fingerprint };
      return { status: 'bad', message: `the signature does not fit the ${signed.kind ?? 'checkpoint'}` };
    });
  }

  /** Whether a signature was made with this very key, allowed or not. */
  async isBy(key: Uint8Array, signed: Signed): Promise<boolean> {
    const named = keyOfSignature(signed.signature);
    if (named === null || Buffer.compare(named, key) !== 0) return false;
    return this.#inFiles(signed, (filed) => this.#isIntact(filed));
  }

  /** Who signed, by the list; null when nobody did that it allows. */
  async #signatory(fingerprint: string, filed: Filed): Promise<string | null> {
    for (const principal of await this.#principalsOf(fingerprint, filed)) {
      if (await this.#isVerified(principal, filed)) return principal;
    }
    return null;
  }

  async #principalsOf(fingerprint: string, { text, signaturePath, signersPath, when }: Filed): Promise<string[]> {
    if (this.signers === null) return [];
    const key = [fingerprint, ...when].join(' ');
    const known = this.#principals.get(key);
    if (known) return known;
    const args = ['-Y', 'find-principals', ...when, '-f', signersPath, '-s', signaturePath];
    const { code, stdout } = await runSshKeygen(args, text, this.#context);
    const principals = code === 0 ? stdout.split(/[\n,]/).filter((principal) => principal !== '') : [];
    // A broken signature may name a key that others are good with.
    if (principals.length > 0) this.#principals.set(key, principals);
    return principals;
  }

  async #isVerified(principal: string, { text, namespace, signaturePath, signersPath, when }: Filed): Promise<boolean> {
    const whose = ['-f', signersPath, '-I', principal, '-s', signaturePath];
    return (await runSshKeygen(['-Y', 'verify', ...when, '-n', namespace, ...whose], text, this.#context)).code === 0;
  }

  async #isIntact({ text, namespace, signaturePath }: Filed): Promise<boolean> {
    const args = ['-Y', 'check-novalidate', '-n', namespace, '-s', signaturePath];
    return (await runSshKeygen(args, text, this.#context)).code === 0;
  }

  async #inFiles<T>({ text, signature, kind }: Signed, use: (filed: Filed) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'sessions-signature-'));
    try {
      const [signaturePath, signersPath] = [join(folder, 'sig'), join(folder, 'signers')];
      const options = { mode: 0o600, flag: 'wx', encoding: 'latin1' as const };
      await writeFile(signaturePath, signature, options);
      if (this.signers) await writeFile(signersPath, this.signers.text, options);
      return await use({ text, namespace: namespaceOf(kind ?? 'checkpoint'), signaturePath, signersPath, when: [] });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function keyOf({ text, signature, kind = 'checkpoint', vouchedAt = null }: Signed): string {
  return [kind, vouchedAt, signature, text].join('\0');
}

/** As an option of OpenSSH 9.1 and later; null for what is no time. Earlier ones fail with it, and the key stays unknown. */
function verifyTime(at: string | null | undefined): string[] | null {
  const digits = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z$/.exec(at ?? '')?.slice(1);
  return digits ? [`-Overify-time=${digits.join('')}Z`] : null;
}
