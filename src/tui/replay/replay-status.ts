/** Where a replay is. Times are milliseconds. */
export interface ReplayFacts {
  isPaused: boolean;
  isOver: boolean;
  turn: number;
  turns: number;
  at: number;
  length: number;
  /** More of it is being read. */
  isReading: boolean;
  speed: number;
}

/** What is told of it, the most important first. */
export function replayStatus({ isPaused, isOver, turn, turns, at, length, isReading, speed }: ReplayFacts): string[] {
  const more = isReading ? '+' : '';
  return [
    isOver ? 'end' : isPaused ? 'paused' : 'playing',
    ...(turns > 0 ? [`turn ${turn} of ${turns}${more}`] : []),
    `${playTime(at)} of ${playTime(length)}${more}`,
    ...(speed === 1 ? [] : [`speed ${speedName(speed)}`]),
  ];
}

/** `0:07`, `12:30`, `1:02:03`. */
export function playTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** As `--speed` takes it. */
function speedName(speed: number): string {
  return String(Number(speed.toPrecision(3)));
}
