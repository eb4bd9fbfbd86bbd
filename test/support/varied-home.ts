import { lutimesSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { envelope, idOf, jsonl, makeHome, offsetOf, paginated, record, type TestHome, turn } from '../builders.ts';

/** Sessions of the varied home, by what is special about them. */
export const special = {
  plain: idOf(1),
  compressed: idOf(2),
  archived: idOf(3),
  copiedFork: idOf(4),
  parent: idOf(5),
  fork: idOf(6),
  reverted: idOf(7),
  torn: idOf(8),
  holed: idOf(9),
  empty: idOf(10),
  twins: idOf(11),
  subAgent: idOf(12),
  dangling: idOf(13),
  large: idOf(14),
  cutFrame: idOf(15),
  archivedAndCompressed: idOf(16),
};

export const segment = idOf(70);
const mode = { history_mode: 'paginated' };

/**
 * A home with one of each thing that a listing must get right: forks, a revert, compressed, archived, named and damaged
 * sessions. Nothing in it was written to within the last hour, so no answer hangs on the clock.
 */
export function makeVariedHome(): TestHome {
  const home = makeHome();
  const plain = envelope(record.meta(special.plain, { git: { branch: 'main' } }), ...turn('one'), ...turn('two'));
  home.rollout(special.plain, plain);
  home.rollout(special.compressed, session(special.compressed, 'zst'), { compressed: true });
  home.rollout(special.archived, session(special.archived, 'old'), { archived: true });
  home.rollout(special.archivedAndCompressed, session(special.archivedAndCompressed, 'old'), {
    archived: true,
    compressed: true,
  });
  const forked = record.meta(special.copiedFork, { forked_from_id: special.plain });
  home.rollout(special.copiedFork, [...envelope(forked), ...plain, ...envelope(...turn('after the fork'))]);
  addPaginated(home);
  home.rollout(special.torn, `${jsonl(session(special.torn, 'torn'))}{"timestamp":"2026`);
  home.rollout(special.holed, `${jsonl(session(special.holed, 'hole'))}${'\0'.repeat(600)}\n`);
  home.rollout(special.empty, '');
  home.rollout(special.twins, session(special.twins, 'counts'));
  home.rollout(special.twins, session(special.twins, 'is hidden'), { compressed: true });
  const spawned = { source: { subagent: { thread_spawn: { parent_thread_id: special.plain } } } };
  home.rollout(special.subAgent, envelope(record.meta(special.subAgent, spawned), ...turn('help')));
  home.rollout(special.large, session(special.large, ...Array.from({ length: 80 }, (_, index) => `turn ${index}`)));
  const path = home.rollout(special.cutFrame, session(special.cutFrame, 'cut'), { compressed: true });
  home.write(path.slice(home.path.length + 1), Buffer.from('28b52ffd0000', 'hex'));
  home.names({ [special.plain]: 'plain one', [special.archived]: 'kept' });
  settle(home.path);
  return home;
}

/** A parent, a fork that refers to it, one that refers to nothing, and a session that was reverted. */
function addPaginated(home: TestHome): void {
  const parent = paginated(0, record.meta(special.parent, mode), ...turn('p'), ...turn('q'));
  const base = (rollout: string, lines: typeof parent, index: number) => ({
    thread_id: rollout,
    end_ordinal_exclusive: index,
    end_byte_offset: offsetOf(lines, index),
  });
  home.rollout(special.parent, parent);
  const fork = record.meta(special.fork, {
    ...mode,
    forked_from_id: special.parent,
    history_base: base(special.parent, parent, 9),
  });
  home.rollout(special.fork, paginated(9, fork, ...turn('f')));
  const first = paginated(0, record.meta(special.reverted, mode), ...turn('r'), ...turn('s'));
  home.rollout(special.reverted, first);
  const again = record.meta(special.reverted, { ...mode, history_base: base(special.reverted, first, 9) });
  home.rollout(special.reverted, paginated(9, again, ...turn('t')), { segment, time: '2026-01-02T05-00-00' });
  const nowhere = { thread_id: idOf(99), end_ordinal_exclusive: 1, end_byte_offset: 1 };
  home.rollout(special.dangling, paginated(1, record.meta(special.dangling, { ...mode, history_base: nowhere })));
}

export function session(id: string, ...texts: string[]) {
  return envelope(record.meta(id), ...texts.flatMap(turn));
}

/** Sets back the time of everything below a folder by an hour, or by as much as is said. */
export function settle(path: string, seconds = Date.now() / 1000 - 3600): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) settle(child, seconds);
    else lutimesSync(child, seconds, seconds);
  }
  utimesSync(path, seconds, seconds);
}
