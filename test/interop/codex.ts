import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Whether this machine can run the real Codex that is fetched. */
export const canRunCodex = process.platform === 'linux' && process.arch === 'x64';

/**
 * Path of the real Codex, fetched into a cache folder where it is not there yet.
 *
 * @param version as npm knows it, such as `0.120.0-linux-x64`; the newest one that is known when absent
 */
export async function codexBinary(version?: string): Promise<string> {
  const script = join(import.meta.dirname, '../../scripts/fetch-codex.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...(version ? [version] : [])]);
  return stdout.trim();
}
