import { type Key, nameOf } from './key.ts';

/** A row of a table of keys, which is what a screen obeys and what its help is made of. */
export interface Binding<Action extends string> {
  /** As `nameOf` calls them; the first is the one that help shows. */
  keys: readonly string[];
  action: Action;
  /** What it does, for a line of help; null for what goes without saying. */
  help: string | null;
}

/** What a key means in a table; null for nothing. */
export function actionOf<Action extends string>(bindings: readonly Binding<Action>[], key: Key): Action | null {
  const name = nameOf(key);
  return bindings.find(({ keys }) => keys.includes(name))?.action ?? null;
}

/** The lines of help of a table: the key as it is written on keyboards, and what it does. */
export function helpOf(bindings: readonly Binding<string>[]): { key: string; help: string }[] {
  return bindings.flatMap(({ keys, help }) => (help === null ? [] : [{ key: written(keys[0] as string), help }]));
}

function written(name: string): string {
  if ([...name].length === 1) return name;
  const parts = name.split('-');
  // `page-up` is one key.
  const key = name.endsWith('page-up') || name.endsWith('page-down') ? parts.splice(-2).join(' ') : parts.pop();
  const modifiers = parts.map(capital);
  return [...modifiers, arrows.get(key as string) ?? capital(key as string)].join('-');
}

function capital(word: string): string {
  return word.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

const arrows = new Map([
  ['up', '↑'],
  ['down', '↓'],
  ['left', '←'],
  ['right', '→'],
  ['escape', 'Esc'],
]);
