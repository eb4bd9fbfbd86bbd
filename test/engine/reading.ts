import { type Catalog, loadCatalog } from '../../src/engine/catalog.ts';
import { openThread } from '../../src/engine/open-thread.ts';
import type { Problem } from '../../src/engine/problem.ts';
import { fileAlone, type ThreadSource } from '../../src/engine/read-thread.ts';
import { showEvents, type View } from '../../src/engine/show.ts';
import type { Event, EventType } from '../../src/model/event.ts';
import { eventLine } from '../../src/model/event-line.ts';
import { homeAt } from '../../src/store/home.ts';
import type { TestHome } from '../builders.ts';
import type { Json } from '../support/json.ts';

/** What was read: events as they are printed and parsed again, and what was wrong. */
export interface Reading {
  events: PrintedEvent[];
  problems: Problem[];
}

/** An event whose body is looked at by name. */
export type PrintedEvent = Pick<
  Event,
  'seq' | 'timestamp' | 'turn' | 'line' | 'inherited_from' | 'base_rollout' | 'rolled_back' | 'synthetic'
> & {
  thread_id: string | null;
  type: EventType;
  [body: string]: Json;
};

export function catalogOf(home: TestHome): Promise<Catalog> {
  return loadCatalog(homeAt(home.path));
}

export async function readThread(home: TestHome, id: string, view: Partial<View> = {}): Promise<Reading> {
  const problems: Problem[] = [];
  const catalog = await catalogOf(home);
  const source = await openThread(catalog, id, (problem) => problems.push(problem));
  return { events: await eventsOf(source, problems, view), problems };
}

export async function readFileAlone(path: string, view: Partial<View> = {}): Promise<Reading> {
  const problems: Problem[] = [];
  const source = { threadId: null, parts: [fileAlone(path)], openPrefix: null };
  return { events: await eventsOf(source, problems, view), problems };
}

/** The texts of what user and agent said, marked: `~` rolled back, `<` inherited. */
export function said({ events }: Reading): string[] {
  return events
    .filter(({ type, msg }) => type === 'EventMsg' && (msg.type === 'UserMessage' || msg.type === 'AgentMessage'))
    .map(({ msg, rolled_back, inherited_from }) => `${rolled_back ? '~' : ''}${inherited_from ? '<' : ''}${msg.text}`);
}

export function kinds({ events }: Reading): string[] {
  return events.map(({ type, msg, item }) => msg?.type ?? item?.type ?? type);
}

async function eventsOf(source: ThreadSource, problems: Problem[], view: Partial<View>): Promise<PrintedEvent[]> {
  const everything = { types: [], msgTypes: [], itemTypes: [], turns: null };
  const events: PrintedEvent[] = [];
  const whole = { effective: false, follow: false, filter: everything, ...view };
  for await (const batch of showEvents(source, whole, (problem) => problems.push(problem))) {
    for (const event of batch) events.push(JSON.parse(eventLine(event, false)));
  }
  return events;
}
