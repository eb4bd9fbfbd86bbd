import { displayWidth } from '../../ui/text-width.ts';
import { helpOf } from '../keys/key-map.ts';
import { pickerKeys } from './picker-keys.ts';

/** All keys of the list, in as many columns as there is room for. */
export function linesOfKeys(columns: number): string[] {
  const keys = helpOf(pickerKeys);
  const wide = Math.max(...keys.map(({ key }) => displayWidth(key)));
  const cells = keys.map(({ key, help }) => `${pad(key, wide)}  ${help}`);
  const cell = Math.max(...cells.map(displayWidth));
  const across = Math.max(1, Math.floor((columns + gap) / (cell + gap)));
  const down = Math.ceil(cells.length / across);
  return Array.from({ length: down }, (_, line) =>
    cells
      .filter((_cell, at) => at % down === line)
      .map((text) => pad(text, cell + gap))
      .join('')
      .trimEnd(),
  );
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

const gap = 4;
