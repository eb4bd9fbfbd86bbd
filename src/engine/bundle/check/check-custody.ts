import { basename } from 'node:path';
import { parseRolloutName } from '../../../format/file-name.ts';
import type { Custody, CustodyRollout } from '../custody.ts';
import { bagNames } from '../names.ts';
import { type BundleCheck, checkOf } from './bundle-check.ts';
import type { CheckedFiles } from './check-bag.ts';

/**
 * Whether the custody record speaks of all that is there, and of nothing else: what it does not name would be checked by
 * nobody, and still be read.
 */
export function* checkCustody(custody: Custody, files: CheckedFiles): Generator<BundleCheck> {
  const fault = (message: string) => checkOf('INVALID', { file: bagNames.custody, message });
  const named = new Set<string>();
  for (const name of namesIn(custody)) {
    if (!files.has(name)) yield fault(`names ${name}, which is not there`);
    if (named.has(name)) yield fault(`names ${name} twice`);
    named.add(name);
  }
  const rolloutIds = new Set(custody.rollouts.map(({ rollout_id }) => rollout_id));
  const threadIds = new Set(custody.rollouts.map(({ thread_id }) => thread_id));
  for (const file of files.keys()) {
    const message = strayIn(file, { named, rolloutIds, threadIds, files });
    if (message) yield checkOf('DIFFERS', { file, message });
  }
  for (const rollout of custody.rollouts) {
    const message = misnamed(rollout, custody.redacted);
    if (message) yield checkOf('DIFFERS', { file: rollout.file, thread_id: rollout.thread_id, message });
  }
  yield* checkSessions(custody, fault);
  if (custody.redacted !== files.has(bagNames.redactions)) {
    yield fault(`says that the bundle is ${custody.redacted ? '' : 'not '}redacted, and that is not what is there`);
  }
}

function namesIn({ rollouts, sessions }: Custody): string[] {
  return [
    ...rollouts.flatMap(({ file, original }) => (original === null ? [file] : [file, original])),
    ...sessions.flatMap(({ events_file }) => (events_file === null ? [] : [events_file])),
  ];
}

interface Known {
  named: ReadonlySet<string>;
  rolloutIds: ReadonlySet<string>;
  threadIds: ReadonlySet<string>;
  files: CheckedFiles;
}

/** Why a file does not belong to what the custody record speaks of; null where it does. */
function strayIn(file: string, { named, rolloutIds, threadIds, files }: Known): string | null {
  const [folder, id] = file.split('/') as [string, string?];
  const unknown = 'the custody record says nothing of it';
  if (folder === 'data') return named.has(file) ? null : unknown;
  if (id === undefined) return null;
  if (folder === 'checkpoints' || folder === 'signatures' || folder === 'proofs') {
    if (id !== 'log' && !rolloutIds.has(id)) return unknown;
    const checkpoint = file.replace(/^signatures(.*)\.sig$/, 'checkpoints$1');
    return files.has(checkpoint) ? null : 'is the signature of nothing';
  }
  return folder === 'lineage' && !threadIds.has(id.replace(/\.json$/, '')) ? unknown : null;
}

/** Each rollout lies in the folder of its own id, and had its name in the home, too. */
function misnamed({ rollout_id, thread_id, file, original, path, role }: CustodyRollout, isRedacted: boolean) {
  const [, folder] = file.split('/') as [string, string];
  if (folder.replace(/-\d{1,6}$/, '') !== rollout_id && folder !== rollout_id) {
    return 'the custody record says that it is another rollout than the name of its folder does';
  }
  if (file !== `data/${folder}/rollout.jsonl`) return 'is no name of a rollout';
  if (original !== null && (isRedacted || original !== `${file}.zst`))
    return 'the custody record names a wrong original';
  if (role !== 'exported' && role !== 'base') return 'the custody record gives it a role that there is not';
  const name = parseRolloutName(basename(path));
  if (name ? name.rolloutId !== rollout_id || name.threadId !== thread_id : !isRedacted) {
    return 'the custody record says that it is of another session than its name in the home does';
  }
  return null;
}

function* checkSessions(
  { sessions, rollouts, completeness }: Custody,
  fault: (message: string) => BundleCheck,
): Generator<BundleCheck> {
  const folders = new Map<string, Set<string>>();
  for (const { thread_id: id, file } of rollouts) {
    folders.set(id, (folders.get(id) ?? new Set()).add(file.slice(0, file.lastIndexOf('/'))));
  }
  const told = new Set<string>();
  for (const { thread_id: id, events_file } of sessions) {
    if (told.has(id)) yield fault(`names session ${id} twice`);
    told.add(id);
    const folder = events_file?.replace(/\/events\.ndjson$/, '');
    if (folder === undefined || !folders.get(id)?.has(folder)) {
      yield fault(`names events of session ${id} that are not with its rollouts`);
    }
  }
  const { failed, exported_sessions } = completeness;
  const failures = new Set(failed.map(({ thread_id }) => thread_id));
  const untold = new Set(rollouts.filter(({ role }) => role === 'exported').map(({ thread_id }) => thread_id));
  for (const id of untold) if (!told.has(id) && !failures.has(id)) yield fault(`says nothing of session ${id}`);
  if (exported_sessions !== sessions.length) {
    yield fault(`counts ${exported_sessions} sessions, and names ${sessions.length}`);
  }
}
