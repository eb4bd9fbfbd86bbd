import { Failure } from '../../base/failure.ts';
import { eventLine } from '../../model/event-line.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Catalog, Rollouts } from '../catalog.ts';
import { openThread } from '../open-thread.ts';
import { readRecorded } from '../recorded.ts';
import { readEventStream, type StreamOptions } from './event-stream.ts';
import type { SessionSurvey } from './event-survey.ts';
import type { Incoming } from './incoming.ts';

/**
 * Reads sessions of several files as they would be in the home, and holds that against the events that they were made of: where
 * one file ends in another is told by bytes, which lines that were made again may have others of.
 *
 * @throws Failure `refused` for one that would read differently
 */
export async function proveParts(
  catalog: Catalog,
  path: string,
  { surveys, made }: { surveys: readonly SessionSurvey[]; made: readonly Incoming[] },
  options: StreamOptions,
): Promise<void> {
  const rollouts = overlay(catalog, made);
  let index = -1;
  let reading: AsyncIterator<string> | null = null;
  for await (const { event, isFirst, line, offset } of readEventStream(path, options)) {
    if (isFirst) {
      if (reading && !(await reading.next()).done) throw differs(surveys[index], { file: options.shownAs, line });
      const session = surveys[++index] as SessionSurvey;
      reading = session.parts.length > 1 ? await readAgain(rollouts, session, options) : null;
    }
    if (reading === null) continue;
    const { value } = await reading.next();
    if (value !== event.text.replace(/^\{"schema":"sessions\.event\/1",/, '{')) {
      throw differs(surveys[index], { file: options.shownAs, line, offset });
    }
  }
  if (reading && !(await reading.next()).done) throw differs(surveys[index], { file: options.shownAs });
}

async function readAgain(
  rollouts: Rollouts,
  { threadId, parts }: SessionSurvey,
  { shownAs }: StreamOptions,
): Promise<AsyncIterator<string>> {
  for (const { rolloutId, inheritedFrom } of parts) {
    if (inheritedFrom === null || rollouts.rollout(rolloutId)) continue;
    const message = `session ${threadId} goes on from session ${inheritedFrom}, which is neither in the file nor in the home`;
    const hint = `export both together, or ${asBundle}`;
    throw new Failure('refused', message, { file: shownAs, hint });
  }
  const source = await openThread(rollouts, threadId, () => {});
  async function* lines() {
    for await (const event of readRecorded(source, () => {})) yield eventLine(event, false);
  }
  return lines();
}

function differs(session: SessionSurvey | undefined, place: { file: string; line?: number; offset?: number }): Failure {
  const message = `session ${session?.threadId} is made of several files, and would read differently from here on`;
  return new Failure('refused', message, { ...place, hint: asBundle });
}

const asBundle = 'export it with --format bundle, which keeps files as they are';

/** The rollouts of a home with some that are to come; those win. */
function overlay(catalog: Catalog, made: readonly Incoming[]): Rollouts {
  const entries = made.map(({ file, threadId, rolloutId }): RolloutEntry => {
    const name = `rollout-${threadId}_${rolloutId}.jsonl`;
    return {
      ...{ kind: 'rollout', path: file, name, archived: false, threadId, rolloutId },
      ...{ localTime: null, compressed: false },
    };
  });
  return {
    home: catalog.home,
    rollout: (id) => entries.find(({ rolloutId }) => rolloutId === id) ?? catalog.rollout(id),
    thread(id) {
      // In the order in which their events came, which is that of their ids.
      const own = entries.filter(({ threadId }) => threadId === id);
      return own.length > 0 ? own : catalog.thread(id);
    },
  };
}
