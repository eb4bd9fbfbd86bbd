/**
 * Text from a rollout, a file name or an error, made harmless for a terminal. Whatever moves the cursor, changes the
 * terminal, turns the reading direction or hides text is shown instead: `^[`, `^M`, `^?`, `\u{9b}`, `\u{202e}`. LF and
 * TAB stay. A lone surrogate becomes U+FFFD. The joiners of an emoji sequence stay, the same characters elsewhere do not.
 */
export function escapeForTerminal(text: string): string {
  // Most text is, and finding that out takes a fraction of the time.
  return plain.test(text) ? text : text.replace(hostile, showTextCharacter);
}

const plain = /^[\t\n\x20-\x7E]*$/;

/** `escapeForTerminal` of what comes behind `from`, where everything before it was shown already. */
export function escapeRest(text: string, from: number): string {
  const escaped = text.replace(hostile, (character, offset: number) =>
    offset < from ? character : showTextCharacter(character, offset, text),
  );
  return escaped.slice(from);
}

/** As `escapeForTerminal`, with LF and TAB shown as well (`^J`, `^I`): for messages that must stay on one line. */
export function oneLine(text: string): string {
  return escapeForTerminal(text).replace(/[\n\t]/g, caret);
}

/**
 * One JSON text, with the characters that `escapeForTerminal` shows written as `\uXXXX`. It parses to the same value. A
 * CR can only stand between values there, and becomes a space.
 */
export function escapeJsonForTerminal(json: string): string {
  return json.replace(hostile, showJsonCharacter);
}

/**
 * C0 but LF and TAB, DEL, C1, bidi controls, everything that Unicode lets a renderer ignore (zero width, soft hyphen,
 * fillers, variation selectors, tag characters), line separators, annotation marks, lone surrogates.
 */
const hostileCharacters = String.raw`[\0-\x08\x0B-\x1F\x7F-\x9F\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB\p{Surrogate}]`;
const hostile = new RegExp(hostileCharacters, 'gu');

const pictogramBefore = /\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]?$/u;
const emojiBefore = /\p{Emoji}$/u;
const pictogramAfter = /^\p{Extended_Pictographic}/u;

function showTextCharacter(character: string, offset: number, whole: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return caret(character);
  if (code >= 0xd800 && code <= 0xdfff) return '\uFFFD';
  if (joinsEmoji(code, offset, whole)) return character;
  return `\\u{${code.toString(16)}}`;
}

function showJsonCharacter(character: string, offset: number, whole: string): string {
  if (character === '\r') return ' ';
  if (joinsEmoji(character.codePointAt(0)!, offset, whole)) return character;
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function caret(character: string): string {
  return `^${String.fromCharCode(character.charCodeAt(0) ^ 0x40)}`;
}

/** Zero width joiner between two pictograms, and the selector that picks the emoji form of the character before it. */
function joinsEmoji(code: number, offset: number, whole: string): boolean {
  const before = whole.slice(Math.max(0, offset - 4), offset);
  if (code === 0x200d) return pictogramBefore.test(before) && pictogramAfter.test(whole.slice(offset + 1, offset + 3));
  if (code === 0xfe0f) return emojiBefore.test(before);
  return false;
}
