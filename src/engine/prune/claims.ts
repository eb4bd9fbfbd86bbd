import { pathInHome } from '../../store/file-identity.ts';
import type { Catalog } from '../catalog.ts';
import { compareContent } from '../compare-content.ts';
import type { Reason } from './plan.ts';
import type { FileFacts } from './read-file.ts';

/**
 * Files of which it cannot be told whose they are, by the threads that could lose something by it: a file that says to be of
 * another thread than its name, two files of one id with other contents, and a file that has another name elsewhere.
 */
export async function findClaims(
  catalog: Pick<Catalog, 'hidden' | 'home'>,
  files: ReadonlyMap<string, readonly FileFacts[]>,
  signal: AbortSignal,
): Promise<Map<string, Reason[]>> {
  const claims = new Map<string, Reason[]>();
  const refuse = (threadId: string, reason: Reason) => {
    const known = claims.get(threadId) ?? [];
    if (files.has(threadId) && !known.some(({ code }) => code === reason.code))
      claims.set(threadId, [...known, reason]);
  };
  for (const [threadId, own] of files) {
    for (const { claims: claimed, identity, links } of own) {
      if (links > 1) refuse(threadId, { code: 'hard-link', detail: identity.path });
      if (claimed === null || claimed === threadId) continue;
      refuse(threadId, { code: 'id-mismatch', detail: identity.path });
      refuse(claimed, { code: 'duplicate-id', detail: identity.path });
    }
  }
  for (const { entry, by } of catalog.hidden) {
    const verdict = await compareContent(entry.path, by.path, signal);
    // Codex leaves a compressed file behind when it goes on with the plain one.
    const isLeftBehind = verdict === 'same' || (verdict === 'prefix' && entry.compressed && !by.compressed);
    if (isLeftBehind && entry.threadId === by.threadId) continue;
    for (const { threadId } of [entry, by])
      refuse(threadId, { code: 'duplicate-id', detail: pathInHome(catalog.home, entry.path) });
  }
  return claims;
}
