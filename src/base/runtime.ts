import process from 'node:process';

/** What this program runs on: versions by name. */
export function describeRuntime(): { [name: string]: string } {
  const { node, v8, openssl } = process.versions;
  return { node, v8: v8 ?? '', openssl: openssl ?? '', platform: process.platform, arch: process.arch };
}
