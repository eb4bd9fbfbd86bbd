import { join } from 'node:path';
import type { Workplace } from '../bundle/open-bag.ts';
import { makeWorkFolder } from '../bundle/work-folder.ts';
import type { Catalog } from '../catalog.ts';
import { readEventStream, type StreamOptions } from './event-stream.ts';
import { type PartSurvey, type SessionSurvey, surveyEvents } from './event-survey.ts';
import type { Incoming, Source } from './incoming.ts';
import { proveParts } from './prove-parts.ts';
import { RolloutMaker } from './rollout-maker.ts';

/**
 * Makes rollouts of the events of sessions, in a temporary folder. What no line stands behind makes no line; where the count
 * of lines shows empty ones between two events, they are made, too. Of a file of another session, of which only the beginning
 * is here, none is made: that session has to be in the stream itself, or in the home.
 *
 * @throws Failure `findings` for a line that is no event; `refused` for a session of several files that would read differently
 */
export async function readEvents(
  catalog: Catalog,
  path: string,
  options: StreamOptions & { workplace: Workplace },
): Promise<Source> {
  const { home, env } = options.workplace;
  const { path: folder, remove } = await makeWorkFolder(home, env);
  try {
    const surveys = await surveyEvents(path, options);
    const incoming = await makeRollouts(path, surveys, folder, options);
    const isOfSeveral = surveys.some(({ parts }) => parts.length > 1);
    if (isOfSeveral) await proveParts(catalog, path, { surveys, made: incoming }, options);
    return { kind: 'events', incoming, bundle: null, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function makeRollouts(
  path: string,
  surveys: readonly SessionSurvey[],
  folder: string,
  options: StreamOptions,
): Promise<Incoming[]> {
  const incoming: Incoming[] = [];
  let [session, part] = [-1, -1];
  let maker: RolloutMaker | null = null;
  const finish = async () => {
    if (maker) incoming.push(await maker.end());
    maker = null;
  };
  try {
    for await (const { event, isFirst, isFirstOfPart } of readEventStream(path, options)) {
      if (isFirst) [session, part] = [session + 1, -1];
      if (isFirstOfPart) {
        await finish();
        const { threadId, parts } = surveys[session] as SessionSurvey;
        const about = parts[++part] as PartSurvey;
        const { seq } = event.value;
        const file = join(folder, `${incoming.length}.jsonl`);
        if (about.inheritedFrom === null)
          maker = await RolloutMaker.open(file, threadId, about, part === 0 || typeof seq !== 'number' ? 0 : seq);
      }
      await (maker as RolloutMaker | null)?.add(event);
    }
    await finish();
    return incoming;
  } finally {
    await (maker as RolloutMaker | null)?.close();
  }
}
