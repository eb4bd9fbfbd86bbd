import type { Actor } from '../../base/actor.ts';
import type { FileIdentity, HashedFile } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import type { TxKind } from '../../store/journal-entry.ts';
import { writeOwnFile } from '../../store/own-file.ts';
import { txFolder } from '../../store/trash-place.ts';
import { MANIFEST_NAME } from './tx-folders.ts';

/** What a transaction has moved to the trash. Schema: `schemas/trash-manifest.schema.json`. */
export interface TrashManifest extends ManifestHead {
  schema: 'sessions.trash-manifest/1';
  threads: ManifestThread[];
}

export interface ManifestHead {
  tx: string;
  kind: TxKind;
  rule: string;
  actor: Actor;
}

export interface ManifestThread {
  thread_id: string;
  name: string | null;
  /** RFC 3339 UTC. */
  trashed_at: string;
  /** Their paths are those in the home. */
  files: HashedFile[];
  /** What was put in the place of the one file; null where nothing was. */
  replaced_by: HashedFile | null;
  /** What was cut out of it. */
  quarantine: FileIdentity | null;
}

/** Writes the manifest beside the files, for whoever has no journal; call it under the store lock. */
export function writeManifest(home: Home, head: ManifestHead, threads: readonly ManifestThread[]): void {
  const manifest: TrashManifest = { schema: 'sessions.trash-manifest/1', ...head, threads: [...threads] };
  writeOwnFile(home, `${txFolder(head.tx)}/${MANIFEST_NAME}`, `${JSON.stringify(manifest)}\n`, { replace: true });
}
