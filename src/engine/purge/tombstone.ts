import { closeSync, constants, readdirSync, readFileSync } from 'node:fs';
import type { Actor } from '../../base/actor.ts';
import { Failure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import { isObject } from '../../format/record.ts';
import { openFolderIn } from '../../store/folder-handle.ts';
import type { Home } from '../../store/home.ts';
import { openIn } from '../../store/home-acts.ts';
import type { PurgeIntent } from '../../store/journal-entry.ts';
import { writeOwnFile } from '../../store/own-file.ts';
import { OWN_FOLDER } from '../../store/store-lock.ts';

/** What stays of a session that was purged: nothing of its content. Schema: `schemas/tombstone.schema.json`. */
export interface Tombstone {
  schema: 'sessions.tombstone/1';
  thread_id: string;
  /** The transaction that moved it to the trash, and the one that purged it. */
  tx: string;
  purge_tx: string;
  files: { path: string; sha256: string | null; content_sha256: string | null; size_bytes: number }[];
  first_at: string | null;
  last_at: string | null;
  trashed_at: string;
  purged_at: string;
  rule: string;
  actor: Actor;
}

/** Writes the tombstone of a session, once. */
export function writeTombstone(home: Home, intent: PurgeIntent, actor: Actor, purgedAt: string): void {
  const { thread_id, from_tx, first_at, last_at, trashed_at, rule } = intent;
  const tombstone: Tombstone = {
    ...{ schema: 'sessions.tombstone/1', thread_id, tx: from_tx, purge_tx: intent.tx },
    files: intent.files.map(({ path, sha256, content_sha256, size }) => {
      return { path, sha256, content_sha256, size_bytes: size };
    }),
    ...{ first_at, last_at, trashed_at, purged_at: purgedAt, rule, actor },
  };
  const path = `${TOMBSTONES}/${thread_id}_${from_tx}.json`;
  try {
    writeOwnFile(home, path, `${JSON.stringify(tombstone)}\n`, { replace: false });
  } catch (error) {
    // The command that wrote it died before it could record that.
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
  }
}

/** The tombstones of sessions whose ids begin like this, by the times of their transactions. */
export function readTombstones(home: Home, idBegins: string): Tombstone[] {
  let names: string[];
  try {
    const folder = openFolderIn(home, TOMBSTONES);
    names = readdirSync(folder.self).filter((name) => name.startsWith(idBegins) && name.endsWith('.json'));
    folder.close();
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw error;
  }
  return names.sort().flatMap((name) => readTombstone(home, `${TOMBSTONES}/${name}`) ?? []);
}

function readTombstone(home: Home, path: string): Tombstone | null {
  const descriptor = openIn(home, path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const value: unknown = JSON.parse(readFileSync(descriptor, 'utf8'));
    return isObject(value) && value.schema === 'sessions.tombstone/1' ? (value as unknown as Tombstone) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

const TOMBSTONES = `${OWN_FOLDER}/tombstones`;
