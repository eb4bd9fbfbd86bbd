import type { Clock } from '../../base/io.ts';
import type { PlayedKey, Playing } from '../transcript/playing.ts';
import { Playback } from './playback.ts';
import { type ReplayAct, replayActOf, replayFoot, replayHelp } from './replay-keys.ts';
import { replayStatus } from './replay-status.ts';
import { Timeline } from './timeline.ts';

export interface ReplayingOptions {
  clock: Clock;
  speed: number;
  /** Milliseconds from what came before, for one time after the other. */
  delayBefore(timestamp: string | null): number;
  onInterrupt(): void;
}

/** A transcript that plays in the time of its record. */
export function createReplaying({ clock, speed, delayBefore, onInterrupt }: ReplayingOptions): Playing {
  const timeline = new Timeline(delayBefore);
  let onChange = () => {};
  const playback = new Playback(timeline, speed, clock, () => onChange());

  const acts: Record<ReplayAct, () => PlayedKey> = {
    pause() {
      if (playback.isOver) return { notice: 'this is the end: ← goes back by turn, q leaves' };
      playback.pause(!playback.isPaused);
      return {};
    },
    step() {
      if (playback.isOver) return { notice: 'this is the end' };
      if (!playback.isPaused) return { notice: 'only while paused: Space pauses' };
      playback.step();
      return { isMoved: true };
    },
    next() {
      if (playback.isOver) return { notice: 'this is the end' };
      playback.next();
      return { isMoved: true };
    },
    back() {
      playback.back();
      return { isMoved: true };
    },
    faster: () => change(2),
    slower: () => change(0.5),
    interrupt() {
      onInterrupt();
      return {};
    },
  };

  function change(factor: number): PlayedKey {
    playback.setSpeed(playback.speed * factor);
    return {};
  }

  return {
    get end() {
      return playback.end;
    },
    help: replayHelp,
    foot: () => replayFoot(playback),
    status: () =>
      replayStatus({
        ...{ isPaused: playback.isPaused, isOver: playback.isOver, speed: playback.speed },
        ...{ turn: playback.turn, turns: timeline.turns, isReading: !timeline.isComplete },
        ...{ at: playback.at, length: timeline.timeAt(timeline.count - 1) },
      }),
    press(key) {
      const act = replayActOf(key);
      return act && acts[act]();
    },
    onEvent(event, blocks) {
      timeline.add(event, blocks);
      playback.grown();
    },
    onRead() {
      timeline.isComplete = true;
      playback.grown();
    },
    start(listener) {
      onChange = listener;
      void playback.run();
      return () => playback.close();
    },
  };
}
