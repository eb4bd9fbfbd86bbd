import { createContext, useContext, useEffect, useRef, useState } from 'react';
import type { Clock, Screen } from '../../base/io.ts';
import type { Colours } from '../../ui/colour.ts';
import type { Key } from '../keys/key.ts';
import type { KeySource } from './key-source.ts';

/** What every view may use. */
export interface Stage {
  screen: Pick<Screen, 'columns' | 'rows' | 'onRedraw'>;
  keys: KeySource;
  clock: Clock;
  colours: Colours;
}

export const StageContext = createContext<Stage | null>(null);

export function useStage(): Stage {
  const stage = useContext(StageContext);
  if (!stage) throw new Error('a view is shown on a stage');
  return stage;
}

/** Takes the keys while the component is there and `isActive`. The listener may be another one each time. */
export function useKeys(listener: (key: Key) => void, isActive = true): void {
  const { keys } = useStage();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => (isActive ? keys.listen((key) => latest.current(key)) : undefined), [keys, isActive]);
}

/** The size of the screen, which may change at any time. */
export function useSize(): { columns: number; rows: number } {
  const { screen } = useStage();
  const [size, setSize] = useState(() => drawnSize(screen));
  useEffect(() => screen.onRedraw(() => setSize(drawnSize(screen))), [screen]);
  return size;
}

/** For which a screen is laid out. A smaller one, which nobody can read, shows a part of it. */
export function drawnSize({ columns, rows }: { columns: number; rows: number }): { columns: number; rows: number } {
  return { columns: Math.max(leastColumns, columns), rows: Math.max(leastRows, rows) };
}

const leastColumns = 10;
const leastRows = 4;
