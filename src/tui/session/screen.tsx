import { Box, Text } from 'ink';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { ChoicesView } from '../composer/choices-view.tsx';
import { ComposerView, composerWidth } from '../composer/composer-view.tsx';
import { layOut } from '../composer/text-rows.ts';
import { useSize, useStage } from '../terminal/stage.ts';
import { activityLine } from './activity-line.ts';
import { ApprovalView } from './approval.tsx';
import { BacktrackView } from './backtrack-view.tsx';
import { liveRows } from './live-rows.ts';
import { questionRows } from './question-rows.ts';
import { QueueView } from './queue-view.tsx';
import { refit } from './refit.ts';
import { type Asking, isBusy, type SessionState } from './state.ts';
import { statusLine } from './status-line.ts';
import type { Store } from './store.ts';

/** The session, below what was printed of it. */
export function SessionScreen({ store, altScreen }: { store: Store<SessionState>; altScreen: boolean }) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { clock } = useStage();
  const { columns, rows } = useSize();
  useTicks(isBusy(state) || state.phase === 'leaving' || state.notice !== null);
  return <SessionView {...{ state, columns, rows, now: clock.now(), altScreen }} />;
}

export interface SessionViewProps {
  state: SessionState;
  columns: number;
  rows: number;
  now: number;
  /** There is no room above for what was printed. */
  altScreen: boolean;
}

export function SessionView({ state, columns, rows, now, altScreen }: SessionViewProps) {
  const { colours } = useStage();
  const height = Math.max(3, rows - 1);
  const asking = state.questions[0];
  const activity = activityLine(state, now, columns);
  const below = heightsOf(state, height, columns, activity !== '');
  const live = liveRows(state, now, columns, colours, Math.min(mostLive, height - below.total));
  const room = height - below.total - live.length;
  const printed = altScreen && room > 0 ? refit(state.printed.slice(-room), columns).slice(-room) : [];
  return (
    <Box flexDirection="column" width={columns}>
      <Rows rows={printed} />
      <Rows rows={live} />
      {below.gap > 0 && <Text> </Text>}
      {asking ? (
        <ApprovalView
          {...{ asking, columns, others: state.questions.length - 1 }}
          rows={questionRows(asking, columns, below.main)}
        />
      ) : (
        <>
          {below.queue > 0 && <QueueView queue={state.queue} columns={columns} rows={below.queue} />}
          {activity !== '' && (
            <Text dimColor wrap="truncate">
              {activity}
            </Text>
          )}
          {below.offer > 0 && state.completion && (
            <ChoicesView {...state.completion} columns={columns} rows={below.offer} />
          )}
          {state.backtrack ? (
            <BacktrackView backtrack={state.backtrack} columns={columns} rows={below.main} />
          ) : (
            <ComposerView composer={state.composer} columns={columns} rows={below.main} hint={hintOf(state)} />
          )}
        </>
      )}
      <Text dimColor wrap="truncate">
        {statusLine(state, columns)}
      </Text>
    </Box>
  );
}

function Rows({ rows }: { rows: readonly string[] }) {
  return rows.map((row, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else
    <Text key={at} wrap="truncate">
      {row === '' ? ' ' : row}
    </Text>
  ));
}

/** Whether something that decides a question is not on a screen of this size. */
export function isQuestionCut(asking: Asking, { columns, rows }: { columns: number; rows: number }): boolean {
  const height = Math.max(3, rows - 1);
  return questionRows(asking, columns, roomForQuestion(height)).isCut;
}

function roomForQuestion(height: number): number {
  return Math.max(4, height - statusRows(height));
}

/** The status line, and the empty row above all. */
function statusRows(height: number): number {
  return height < roomForGap ? 1 : 2;
}

interface Heights {
  /** Above all of this. */
  gap: number;
  queue: number;
  offer: number;
  /** Of the composer, or of what stands in its place. */
  main: number;
  total: number;
}

/** The line that is written in comes first, then what is offered for it; what goes on gets the rest. */
function heightsOf(state: SessionState, height: number, columns: number, hasActivity: boolean): Heights {
  const status = statusRows(height);
  const gap = status - 1;
  const [asking] = state.questions;
  if (asking) {
    const main = questionRows(asking, columns, roomForQuestion(height)).total;
    return { gap, queue: 0, offer: 0, main, total: main + status };
  }
  const free = height - status - (hasActivity ? 1 : 0);
  const most = Math.max(1, Math.min(mostOfComposer, Math.floor(free / 2)));
  const wanted = state.backtrack ? most : layOut(state.composer.text, 0, composerWidth(columns)).rows.length;
  const main = Math.min(wanted, most);
  // What does not fit is counted above and below.
  const taken = main + (wanted > main && !state.backtrack ? 2 : 0);
  const offer = Math.max(0, Math.min(state.completion?.choices.length ?? 0, mostOffered, free - taken));
  const queue = Math.max(0, Math.min(state.queue.length, mostOfQueue, free - taken - offer - 1));
  return { gap, queue, offer, main, total: height - free + taken + offer + queue };
}

function hintOf({ phase, session }: SessionState): string {
  if (phase === 'working') return 'what is sent now waits until the agent is done';
  return session && session.turns > 0
    ? 'go on, / for commands'
    : 'say what there is to do, / for commands, @ for files';
}

/** What tells of time is drawn once a second. */
function useTicks(isTicking: boolean): void {
  const { clock } = useStage();
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!isTicking) return;
    const controller = new AbortController();
    const tick = async () => {
      while (!controller.signal.aborted) {
        await clock.sleep(1000, controller.signal);
        if (!controller.signal.aborted) setTicks((ticks) => ticks + 1);
      }
    };
    void tick();
    return () => controller.abort();
  }, [clock, isTicking]);
}

const roomForGap = 14;
const mostLive = 24;
const mostOfComposer = 10;
const mostOffered = 6;
const mostOfQueue = 4;
