import { spawn } from 'node:child_process';
import { Failure } from '../../base/failure.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Runs `ssh-keygen` with a text on its standard input.
 *
 * @throws Failure `trouble` where there is none; the reason of the signal when it fires
 */
export async function runSshKeygen(
  args: readonly string[],
  input: string,
  { env, signal }: { env: Env; signal?: AbortSignal | undefined },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', args, { env: { ...env }, stdio: 'pipe', ...(signal && { signal }) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // It may have seen enough before it has read all.
    child.stdin.on('error', () => {});
    child.on('error', (error) => reject(signal?.aborted ? signal.reason : missing(error)));
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    child.stdin.end(input);
  });
}

function missing(cause: Error): Failure {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
    return new Failure('trouble', `ssh-keygen cannot be run: ${cause.message}`, { cause });
  }
  const hint = 'it is part of OpenSSH 8.2 and later (Debian: apt install openssh-client)';
  return new Failure('trouble', 'there is no ssh-keygen', { hint, cause });
}
