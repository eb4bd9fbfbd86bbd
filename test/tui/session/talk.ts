import { Conversation } from '../../../src/tui/session/conversation.ts';
import { fresh } from '../../../src/tui/session/opening.ts';
import { Printing } from '../../../src/tui/session/printing.ts';
import { emptyState, type SessionState } from '../../../src/tui/session/state.ts';
import { createStore } from '../../../src/tui/session/store.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { nameKey } from './name-key.ts';
import { type ScriptedAgent, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts';

/** A conversation without a terminal. */
export interface Talk {
  conversation: Conversation;
  ports: ScriptedPorts;
  /** The agent of the session that was opened last. */
  agent(): ScriptedAgent;
  state(): SessionState;
  /** All that was printed. */
  printed(): string;
  /** Presses keys, by their names; other texts are typed. */
  press(...keys: string[]): void;
  /** Types a line and sends it. */
  send(text: string): Promise<void>;
  clock: { now(): number; sleep(): Promise<void>; pass(ms: number): void };
}

export function startTalk(ports: ScriptedPorts = scriptedPorts(), workIn: string | null = null): Talk {
  let time = 1_000_000;
  const pass = (ms: number) => {
    time += ms;
  };
  const clock = { now: () => time, sleep: async () => {}, pass };
  const store = createStore<SessionState>(emptyState(time));
  let printed = '';
  const print = (lines: string) => {
    printed += lines;
  };
  const printing = new Printing({ print, columns: () => 80, colours: noColours });
  const conversation = new Conversation({
    ...{ ports, clock, store, printing, workIn, version: '9.9' },
    ...{ onChange: () => void printing.settle(), onRecord: () => {}, redraw: () => {}, composerWidth: () => 77 },
    isCut: ({ question }) => question.summary.length > 500,
  });
  const press = (...keys: string[]) => {
    for (const key of keys) conversation.press(nameKey(key));
  };
  return {
    ...{ conversation, ports, clock, press },
    agent: () => ports.agents.opened.at(-1) as ScriptedAgent,
    state: () => store.get(),
    printed: () => printed,
    async send(text) {
      press(text, 'enter');
      await settled();
    },
  };
}

/** One that has begun. */
export async function openTalk(ports?: ScriptedPorts, thread: typeof fresh.thread = { kind: 'new' }): Promise<Talk> {
  const talk = startTalk(ports);
  await talk.conversation.begin({ ...fresh, thread }, null);
  await settled();
  return talk;
}

/** All that can be done now is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
