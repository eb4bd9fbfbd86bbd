import type { Key } from './key.ts';

/** A control character: what Ctrl and a letter send, and keys that have one of their own. */
export function controlKey(character: string): Key {
  const name = controls.get(character);
  if (name !== undefined) return key(name);
  const code = character.charCodeAt(0);
  if (code === 0) return { ...key('space'), ctrl: true };
  return { ...key(String.fromCharCode(code + (code <= 26 ? 0x60 : 0x40))), ctrl: true };
}

/** `ESC O` and a letter: arrows, function keys and the keypad in its other mode. */
export function ss3Key(letter: string): Key | null {
  const name = letter === 'M' ? 'enter' : letters.get(letter);
  return name === undefined ? null : key(name);
}

/**
 * `ESC [`, parameters, a final character. Null for what is no key: answers, focus, the mouse, a key that is let go.
 *
 * @param parameters with what stands between them and the final character
 */
export function csiKey(parameters: string, final: string): Key | null {
  if (parameters === '[') return consoleKeys.has(final) ? key(consoleKeys.get(final) as string) : null;
  const [first = '', second = '', third = ''] = parameters.split(';');
  const [modifiers = '', kind] = second.split(':');
  if (kind === '3') return null;
  if (final === 'Z') return { ...key('tab'), shift: true };
  if (final === 'u') return coded(Number(first.split(':')[0]), modifiers);
  if (final === '~') return first === '27' ? coded(Number(third), modifiers) : modified(numbers.get(first), modifiers);
  return modified(letters.get(final), modifiers);
}

function modified(name: string | undefined, modifiers: string): Key | null {
  return name === undefined ? null : { ...key(name), ...modifiersOf(modifiers) };
}

/** A key by the code of its character. */
function coded(code: number, modifiers: string): Key | null {
  const held = modifiersOf(modifiers);
  if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) return null;
  const character = String.fromCodePoint(code);
  const name = codes.get(code);
  if (name !== undefined) return { ...key(name), ...held };
  if (code < 0x20 || (code >= 0xe000 && code <= 0xf8ff)) return null;
  if (held.ctrl || held.alt) return { ...key(character === ' ' ? 'space' : character.toLowerCase()), ...held };
  return { ...key('text'), text: held.shift ? character.toUpperCase() : character };
}

function modifiersOf(text: string): { ctrl: boolean; alt: boolean; shift: boolean } {
  const bits = Math.max(0, Number(text || '1') - 1);
  return { shift: (bits & 1) !== 0, alt: (bits & 2) !== 0, ctrl: (bits & 4) !== 0 };
}

function key(name: string): Key {
  return { name, text: '', ctrl: false, alt: false, shift: false };
}

const controls = new Map([
  ['\r', 'enter'],
  ['\t', 'tab'],
  ['\b', 'backspace'],
  ['\u007f', 'backspace'],
]);

const letters = new Map([
  ...[...'ABCDHF'].map(
    (letter, at) => [letter, ['up', 'down', 'right', 'left', 'home', 'end'][at]] as [string, string],
  ),
  ...[...'PQRS'].map((letter, at) => [letter, `f${at + 1}`] as [string, string]),
]);

/** Of `ESC [ N ~`. */
const numbers = new Map<string, string>([
  ...Object.entries({
    1: 'home',
    2: 'insert',
    3: 'delete',
    4: 'end',
    5: 'page-up',
    6: 'page-down',
    7: 'home',
    8: 'end',
  }),
  ...[11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24].map(
    (code, at) => [String(code), `f${at + 1}`] as [string, string],
  ),
]);

const consoleKeys = new Map([...'ABCDE'].map((letter, at) => [letter, `f${at + 1}`]));

const codes = new Map([
  [9, 'tab'],
  [13, 'enter'],
  [27, 'escape'],
  [127, 'backspace'],
  [8, 'backspace'],
  // The keypad, in the private area where kitty has it.
  [57414, 'enter'],
]);
