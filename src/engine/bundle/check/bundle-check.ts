/** What `verify` prints of a bundle. Schema: `schemas/bundle-check.schema.json`. */
export interface BundleCheck {
  schema: 'sessions.bundle-check/1';
  status: BundleStatus;
  /** Name in the bundle; null for the bundle as a whole. */
  file: string | null;
  thread_id: string | null;
  line: number | null;
  message: string | null;
  /** At the end, of the whole: files that were checked, and faults. */
  files: number | null;
  faults: number | null;
}

export const bundleStatuses = {
  VALID:
    'Every file is what the manifests say, there are no others, and its parts fit each other. The message says who signed it.',
  ABSENT:
    'The log of the seals has a session that is not in the bundle. That is no fault where sessions were chosen, also of one that is gone from the ' +
    'home, which the message says. Of a bundle that leaves out nothing that the home has, sessions that are gone are MISSING or PRUNED, as in the home.',
  UNCOMPARED:
    'Events are not those that this version reads in the rollout; another version made them, and who signed the bundle vouches for them.',
  'BAD-SIG': 'The bundle is not signed, or the signature does not fit.',
  'UNKNOWN-KEY': 'The bundle is signed with a key that no list of allowed signers lets sign bundles.',
  MODIFIED: 'A file is not what a manifest says.',
  MISSING: 'A file that a manifest names is not there.',
  EXTRA: 'A file is there that no manifest names.',
  UNSAFE: 'A name leads out of the bundle, or there is a link, a device or the like in it.',
  INVALID:
    'A rule of BagIt (RFC 8493) is broken, or one of what belongs where in a bundle; or the custody record is none.',
  DIFFERS:
    'The parts do not fit each other: a file that the custody record says nothing of, events that are not those of the rollout, ' +
    'content that is not that of its compressed form, a journal whose lines do not follow from each other.',
} as const;

export type BundleStatus = keyof typeof bundleStatuses;

/** Of these, a bundle is none the worse. */
export const harmlessStatuses: ReadonlySet<BundleStatus> = new Set(['VALID', 'ABSENT', 'UNCOMPARED']);

export function checkOf(
  status: BundleStatus,
  known: Partial<Omit<BundleCheck, 'schema' | 'status'>> = {},
): BundleCheck {
  return {
    ...{ schema: 'sessions.bundle-check/1', status, file: null, thread_id: null, line: null, message: null },
    ...{ files: null, faults: null },
    ...known,
  };
}
