import { canRunCodex, codexBinary } from './codex.ts';

/** The versions that tests run, besides the one that they judge by. */
const others = ['0.120.0-linux-x64', '0.98.0'];

/** Before any test begins: two that need the same one would fetch it twice, and some would wait longer for it than they may. */
export default async function fetchCodexes(): Promise<void> {
  if (!canRunCodex) return;
  for (const version of [undefined, ...others]) await codexBinary(version);
}
