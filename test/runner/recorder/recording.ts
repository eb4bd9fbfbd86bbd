import { readFileSync } from 'node:fs';
import { openRecorder, type RecorderOptions } from '../../../src/runner/recorder/open-recorder.ts';
import type { Recorder, ThreadStart, TurnSettings } from '../../../src/runner/recorder/recorder.ts';
import { homeAt } from '../../../src/store/home.ts';
import { idOf, type TestHome } from '../../builders.ts';
import type { Json } from '../../support/json.ts';

export const threadId = idOf(5);
export const turnId = idOf(6);
export const startTime = Date.parse('2026-03-04T05:06:07.089Z');

/** A clock that goes on by a tenth of a second with every look at it, and does not wait. */
export function makeClock(now = startTime - 100) {
  let time = now;
  return {
    now() {
      time += 100;
      return time;
    },
    sleep: async () => {},
  };
}

export const start: ThreadStart = {
  cwd: '/work',
  source: 'exec',
  version: '0.1.0',
  modelProvider: 'mock',
  baseInstructions: 'Be brief.',
  git: { commit: 'abc', branch: 'main', url: null },
  dynamicTools: [],
  memoryMode: null,
  forkedFrom: null,
};

export const settings: TurnSettings = {
  cwd: '/work',
  model: 'm1',
  approvalPolicy: 'on-request',
  sandboxPolicy: { type: 'workspace-write', writableRoots: ['/more'], network: true },
  reasoningEffort: 'high',
  reasoningSummary: 'auto',
  timezone: 'Pacific/Auckland',
  userInstructions: null,
};

export function openIn(home: TestHome, options: Partial<RecorderOptions> = {}): Promise<Recorder> {
  const thread = { kind: 'new' as const, threadId, isEphemeral: false, start };
  return openRecorder({ home: homeAt(home.path), clock: makeClock(), thread, ...options });
}

/** The lines of a plain rollout, parsed. */
export function linesIn(path: string | null): Json[] {
  const lines = readFileSync(path as string, 'utf8').split('\n');
  if (lines.pop() !== '') throw new Error('the last line is not finished');
  return lines.map((line) => JSON.parse(line));
}

/** What each line says, in short: `event_msg/task_started`. */
export function kindsOf(lines: Json[]): string[] {
  return lines.map(({ type, payload }) => [type, payload.type, payload.item?.type].filter(Boolean).join('/'));
}
