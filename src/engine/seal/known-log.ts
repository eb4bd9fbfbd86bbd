import type { Home } from '../../store/home.ts';
import { type KnownLog, knownLogOf } from '../../store/seals-known.ts';
import type { Anchor } from './anchor.ts';
import { type Checkpoint, LOG_ORIGIN, parseCheckpoint } from './checkpoint.ts';
import type { ContentHash } from './hash-content.ts';
import type { Env } from './ssh-keygen.ts';
import type { Fault } from './verify-rollout.ts';

/** Where it is kept what the user has last seen of the log of a home; null where there is no place for that. */
export function findKnownLog(home: Home, env: Env): KnownLog | null {
  return knownLogOf(home, env);
}

/** What the user has last seen of the log, as an anchor; null where nothing that is one was kept. */
export function anchorOf(known: KnownLog | null | undefined): Anchor | null {
  const text = known?.read() ?? null;
  const checkpoint = text === null ? null : parseCheckpoint(text);
  if (!known || !checkpoint || !LOG_ORIGIN.test(checkpoint.origin)) return null;
  return { path: known.path, checkpoint, verdict: null, isOwn: true };
}

/** Whether a log goes on from a checkpoint of it that was kept elsewhere. */
export function againstAnchor(anchor: Anchor, now: Checkpoint | null, content: ContentHash | null): Fault[] {
  const { path, checkpoint, verdict } = anchor;
  const at = checkpoint.more.get('at');
  const kept = `the one kept in ${path}${at === undefined ? '' : `, of ${at}`}`;
  if (verdict?.status === 'bad') return [{ status: 'BAD-SIG', message: `${path}: ${verdict.message}` }];
  if (verdict?.status === 'unknown-key') {
    return [{ status: 'UNKNOWN-KEY', message: `${path} is signed with the unknown key ${verdict.fingerprint}` }];
  }
  const goneBack = (message: string): Fault[] => [
    { status: 'ROLLED-BACK', message: anchor.isOwn ? `${message}; ${WAY_OUT}` : message },
  ];
  if (now?.origin !== checkpoint.origin) {
    return goneBack(now ? `the log is another one than ${kept}` : `there is no log any more: see ${kept}`);
  }
  if (now.size < checkpoint.size) {
    return goneBack(`the log has ${now.size} sealed lines, and ${checkpoint.size} in ${kept}`);
  }
  if (content?.roots.get(checkpoint.size)?.root.toString('base64') === checkpoint.root) return [];
  return goneBack(`the first ${checkpoint.size} lines of the log are not those of ${kept}`);
}

const WAY_OUT = 'where you have put it back or away yourself, sessions seal --new-log begins another one';
