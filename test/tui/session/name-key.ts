import type { Key } from '../../../src/tui/keys/key.ts';

/** The key of a name as tables of keys have it; any other text is one that is typed. */
export function nameKey(name: string): Key {
  const key = { name, text: '', ctrl: false, alt: false, shift: false };
  if (plain.has(name)) return key;
  const [, modifier, rest] = /^(ctrl|alt|shift)-(.+)$/.exec(name) ?? [];
  if (modifier && rest) return { ...key, name: rest, [modifier]: true };
  return { ...key, name: 'text', text: name };
}

const plain = new Set([
  'enter',
  'escape',
  'tab',
  'backspace',
  'up',
  'down',
  'left',
  'right',
  'page-up',
  'page-down',
  'home',
  'end',
]);
