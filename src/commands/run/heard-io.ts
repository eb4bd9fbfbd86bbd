import type { Io } from '../../base/io.ts';

/**
 * The same `Io` for what talks on standard error, whose words are kept: a screen stands there. Nor does a key's program ask for a
 * passphrase there: keys that are pressed are not for it.
 */
export function heardIo(io: Io): { io: Io; add(line: string): void; lines(): string[] } {
  const lines: string[] = [];
  const stderr = {
    isTTY: false,
    columns: io.stderr.columns,
    async write(chunk: Uint8Array | string) {
      for (const line of Buffer.from(chunk as string)
        .toString()
        .split('\n')) {
        if (line !== '') lines.push(line.replace(/^sessions: /, ''));
      }
    },
  };
  const env = { ...io.env, SSH_ASKPASS_REQUIRE: 'force', SSH_ASKPASS: io.env.SSH_ASKPASS || 'false' };
  return { io: { ...io, stderr, env }, add: (line) => void lines.push(line), lines: () => lines };
}
