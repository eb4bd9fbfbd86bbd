/** The parts of a bag (BagIt, RFC 8493) that this program makes and reads. */
export const bagNames = {
  declaration: 'bagit.txt',
  info: 'bag-info.txt',
  manifest: 'manifest-sha256.txt',
  tagManifest: 'tagmanifest-sha256.txt',
  custody: 'custody.json',
  redactions: 'redactions.json',
  allowedSigners: 'allowed_signers',
  sealLog: 'seal-log.jsonl',
  /** Over the manifest of the tag files, and so over everything: no manifest can name it. */
  signature: 'tagmanifest-sha256.txt.sig',
} as const;

/** Of what was removed, held and rewritten in a home; named as there. */
export const journals: readonly string[] = ['journal.jsonl', 'holds.jsonl'];

export const DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/**
 * The one folder that a bundle in an archive lies in. Others have other ones, so that two can be unpacked side by side.
 *
 * @param sha256 of the manifest that covers all
 */
export function baseFolder(sha256: string): string {
  return `sessions-bundle-${sha256.slice(0, 12)}`;
}

/**
 * Whether a name of a bundle can be made below a folder on any system, and leads nowhere else. All that this program writes
 * are of this kind, so nothing else is read.
 */
export function isSafeName(name: string): boolean {
  return (
    name.length <= 240 &&
    name
      .split('/')
      .every((part) => /^[A-Za-z0-9._-]{1,120}$/.test(part) && !/^\.+$/.test(part) && !part.startsWith('-'))
  );
}

/** Whether a name stands in a folder of bundles without being one of those that belong there. */
export function isMisplaced(name: string): boolean {
  const [folder, ...rest] = name.split('/') as [string, ...string[]];
  const pattern = folders[folder];
  return pattern !== undefined && rest.length > 0 && !pattern.test(rest.join('/'));
}

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const SIZE = '(?:0|[1-9]\\d{0,14})';

const folders: { [folder: string]: RegExp } = {
  data: new RegExp(`^${ID}(?:-\\d{1,6})?/(?:rollout\\.jsonl|rollout\\.jsonl\\.zst|events\\.ndjson)$`),
  checkpoints: new RegExp(`^(?:log|${ID})/${SIZE}$`),
  signatures: new RegExp(`^(?:log|${ID})/${SIZE}\\.sig$`),
  proofs: new RegExp(`^${ID}/leaves$`),
  lineage: new RegExp(`^${ID}\\.json$`),
  receipts: /^[^/]+$/,
  schema: /^[^/]+\.schema\.json$/,
};

/** By code units: the order of everything in a bundle. */
export function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** A place in a home where a rollout can lie, as custody records have it. */
export function isRolloutPlace(path: string): boolean {
  return /^(?:sessions\/\d{4}\/\d{2}\/\d{2}|archived_sessions)\/rollout-[A-Za-z0-9_.T-]+\.jsonl(?:\.zst)?$/.test(path);
}
