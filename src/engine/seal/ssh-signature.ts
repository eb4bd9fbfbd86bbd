import { createHash } from 'node:crypto';

/** What is signed. A signature made for one of them is worth nothing for another: each has a namespace of SSHSIG. */
export type SignedKind = (typeof signedKinds)[number];

export const signedKinds = ['checkpoint', 'receipt', 'bundle'] as const;

export function namespaceOf(kind: SignedKind): string {
  return `sessions-${kind}`;
}

/**
 * The public key that an armoured SSHSIG names (PROTOCOL.sshsig of OpenSSH). That it is named proves nothing.
 *
 * @returns null for what is no such signature
 */
export function keyOfSignature(armoured: string): Buffer | null {
  const body = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/.exec(armoured);
  const bytes = Buffer.from(body?.[1] ?? '', 'base64');
  if (bytes.length < KEY_AT + 4 || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
  const length = bytes.readUInt32BE(KEY_AT);
  const key = bytes.subarray(KEY_AT + 4, KEY_AT + 4 + length);
  return key.length === length && length > 0 ? key : null;
}

/** As `ssh-keygen -l` shows it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The fingerprint of the key that a signature names; null for what is no signature. */
export function keyNameOf(armoured: string): string | null {
  const key = keyOfSignature(armoured);
  return key && fingerprintOf(key);
}

const MAGIC = 'SSHSIG';
/** Behind the magic and the version. */
const KEY_AT = MAGIC.length + 4;
