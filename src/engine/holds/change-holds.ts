import { describeActor } from '../../base/actor.ts';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { formatTime } from '../../base/time.ts';
import { newId } from '../../model/new-id.ts';
import { appendHolds, type Hold, type HoldAdded, type HoldReleased, type HoldSelection } from '../../store/holds.ts';
import { openJournal } from '../../store/journal.ts';
import { lockStore } from '../../store/store-lock.ts';
import type { Catalog } from '../catalog.ts';
import { findHold } from './find-hold.ts';
import { noteMatches, splitCovered } from './note-matches.ts';
import { readAllHolds, surveyThese } from './survey-holds.ts';

/**
 * Adds a hold, which is in force and on the disk when this returns.
 *
 * @param context.onDoubt told of what could not be looked at; the hold is added all the same
 *
 * @throws Failure `busy` while another command changes what the home keeps; `refused` when the holds that there are cannot be read
 */
export async function addHold(catalog: Catalog, request: NewHold, context: HoldContext): Promise<HoldAdded> {
  const { home } = catalog;
  const lock = lockStore(home);
  try {
    const others = readAllHolds(home);
    const by = { who: request.who ?? whoThisIs(), at: timeOf(context) };
    const hold: Hold = {
      added: {
        schema: 'sessions.hold/1',
        hold_id: newId(context.clock.now()),
        action: 'add',
        ...by,
        matter: request.matter,
        selection: request.selection,
        thread_ids: [],
        ancestor_ids: [],
      },
      released: null,
      threadIds: new Set(request.selection.thread_ids),
      ancestorIds: new Set(),
      lines: new Set(),
    };
    const survey = await surveyThese(catalog, [...others.filter(isInForce), hold], null, optionsOf(context));
    const covered = survey.holds.at(-1)?.covered ?? [];
    const certain = [...covered].filter(([id, { as, isDoubtful }]) => {
      return !isDoubtful && (as === 'id' || survey.places?.files(id).length !== 0);
    });
    const added: HoldAdded = { ...hold.added, ...splitCovered(certain) };
    const journal = openJournal(home, { clock: context.clock });
    try {
      const [line_sha256] = appendHolds(home, lock, [added]);
      const { hold_id: tx, matter, who, selection } = added;
      journal.append([{ event: 'hold-add', tx, who, matter, selection, line_sha256 }]);
      const rest = { ...survey, holds: survey.holds.slice(0, -1) };
      noteMatches(home, { lock, journal }, rest, { ...by, who: whoThisIs() });
    } finally {
      journal.close();
    }
    return added;
  } finally {
    lock.release();
  }
}

export interface NewHold {
  matter: string;
  /** Null for whoever this process runs as. */
  who: string | null;
  selection: HoldSelection;
}

export interface HoldContext {
  clock: Clock;
  signal: AbortSignal;
  onDoubt(doubt: Failure): void;
  onProgress?: (done: number, of: number) => void;
}

/**
 * Ends a hold. What the others cover is noted first.
 *
 * @param text the id of the hold, or the beginning of it
 *
 * @throws Failure `usage` when there is no such hold, or it has ended; else as `addHold`
 */
export async function releaseHold(
  catalog: Catalog,
  text: string,
  release: { reason: string; who: string | null },
  context: HoldContext,
): Promise<HoldReleased> {
  const { home } = catalog;
  const lock = lockStore(home);
  try {
    const holds = readAllHolds(home);
    const { added, released } = findHold(holds, text);
    if (released) throw new Failure('usage', `hold ${added.hold_id} was released at ${released.at}`);
    const by = { who: release.who ?? whoThisIs(), at: timeOf(context) };
    const { hold_id } = added;
    const entry: HoldReleased = {
      schema: 'sessions.hold/1',
      hold_id,
      action: 'release',
      ...by,
      reason: release.reason,
    };
    const rest = holds.filter((hold) => isInForce(hold) && hold.added !== added);
    const survey = await surveyThese(catalog, rest, null, optionsOf(context));
    const journal = openJournal(home, { clock: context.clock });
    try {
      noteMatches(home, { lock, journal }, survey, { ...by, who: whoThisIs() });
      // In this order, a hold whose release could not be recorded is in force.
      journal.append([{ event: 'hold-release', tx: hold_id, who: by.who, reason: release.reason }]);
      appendHolds(home, lock, [entry]);
    } finally {
      journal.close();
    }
    return entry;
  } finally {
    lock.release();
  }
}

/** `user@host`; the number of a user without a name. */
export function whoThisIs(): string {
  const { user, uid, host } = describeActor();
  return `${user ?? uid ?? 'unknown'}@${host}`;
}

function isInForce({ released }: Hold): boolean {
  return released === null;
}

function optionsOf({ clock, signal, onDoubt, onProgress }: HoldContext) {
  return { now: clock.now(), signal, onDoubt, ...(onProgress && { onProgress }) };
}

function timeOf({ clock }: HoldContext): string {
  return formatTime(clock.now()) as string;
}
