import type { Io } from '../../base/io.ts';
import { type AllowedSigners, signersLine, usersList } from '../../engine/seal/allowed-signers.ts';
import type { Signer } from '../../engine/seal/signer.ts';

/** Says how `verify` gets to know the key, where it does not: who does not know whose a seal is cannot tell it from another's. */
export async function hintForKey({ key }: Signer, signers: AllowedSigners | null, io: Io): Promise<void> {
  const base64 = key.toString('base64');
  if (signers?.text.includes(base64)) return;
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  const list = signers?.path ?? usersList(io.env) ?? '~/.ssh/allowed_signers';
  const line = signersLine(`${type} ${base64}`);
  await io.stderr.write(
    `sessions: the key is in no list of allowed signers, so verify does not know it. To allow it:\n  echo '${line}' >> ${list}\n`,
  );
}
