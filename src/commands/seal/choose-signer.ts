import { join, resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { Signer } from '../../engine/seal/signer.ts';
import { readOwnSettings } from '../../runner/config/own-settings.ts';
import type { GivenOptions } from '../frame/given-options.ts';

/**
 * Who signs: the key of `--key`, else that of our own settings; nobody with `--unsigned`.
 *
 * @throws Failure `usage` where nothing says which key
 */
export async function chooseSigner(options: GivenOptions, home: string, io: Io): Promise<Signer | null> {
  const named = options.text('key');
  if (options.flag('unsigned')) {
    if (named === undefined) return null;
    throw new Failure('usage', '--unsigned and --key exclude each other');
  }
  const { openSigner } = await import('../../engine/seal/signer.ts');
  if (named !== undefined) return openSigner(resolve(io.cwd, named), io.env);
  const { seal } = await readOwnSettings(home, io.env);
  if (seal?.key !== undefined) return openSigner(seal.key, io.env);
  const file = join(home, '.sessions', 'config.toml');
  const hint =
    `ssh-keygen -t ed25519 -f ~/.ssh/sessions_seal makes one; name it with --key, or in ${file} as\n` +
    '[seal] key = "~/.ssh/sessions_seal"; or seal without a signature: --unsigned';
  throw new Failure('usage', 'there is no key to sign with', { hint });
}
