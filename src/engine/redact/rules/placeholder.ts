import { isWords } from './words.ts';

/** Whether a text stands where a secret would, in an example, a template or a test: nobody makes such secrets by chance. */
export function isPlaceholder(value: string): boolean {
  return isMadeUp(value) || nothings.test(value) || isMasked(value) || isFilledIn(value);
}

/** The same where any value counts, even letters in their order: only what says itself that something is to stand there. */
export function isToBeFilledIn(value: string): boolean {
  return isMonotone(value) || isExample(value) || nothings.test(value) || isMasked(value) || isFilledIn(value);
}

/**
 * The same for keys whose shape tells what they are: whatever words stand in them, only what is no chance at all counts, and the
 * example of AWS.
 */
export function isMadeUp(value: string): boolean {
  return isMonotone(value) || isCounted(value) || isExample(value) || awsExample.test(value);
}

const nothings = /^(?:none|null|nil|undefined|true|false|to[-_]?do|string|redacted|change[-_]?me|[*•]+|x+|\.{3,})$/i;

/** Whether at most the ends of a secret are shown: `sk-a…9f3b`, `********`. */
export function isMasked(value: string): boolean {
  return masked.test(value);
}

const masked = /^[\w-]{0,16}(?:\.{3,}|…|[*•]{3,})[\w-]{0,8}$/;

/** Its first characters: on the next line may stand a word. */
const awsExample = /^(?:A[A-Z]{3}[A-Z0-9]{9}EXAMPLE|[A-Za-z0-9+/]{30}EXAMPLEKEY)/;

/** `your-api-key-here`, `sk-your_key`, `dummy.token`: words, one of which says that something else is to stand there. */
function isExample(value: string): boolean {
  const parts = value.split(/[-_.\s]+/).filter((part) => part !== '');
  return (
    parts.some((part) => exampleWord.test(part)) &&
    parts.every((part) => /^(?:[A-Za-z]{1,14}|v?\d{1,4}|[Xx]+)$/.test(part))
  );
}

const exampleWord = /^(?:your|example|placeholder|dummy|here|insert|replace|sample|redacted|changeme|x{3,})$/i;

/** `${TOKEN}`, `prefix-{{ token }}`, `<your key>`, `[redacted:…]`: nothing of its own beside what is to be filled in. */
function isFilledIn(value: string): boolean {
  const rest = value.replace(filledIn, '');
  return rest.length < value.length && (rest.length < SHORTEST_REST || isWords(rest));
}

const filledIn =
  /\$\{[^{}]{1,80}\}|\$\([^()]{1,80}\)|^\$(?:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*)$|\{\{[^{}]{1,80}\}\}|%[A-Z_]{2,40}%|\[redacted[\w:-]{0,90}\]|<[A-Za-z][A-Za-z _.:/-]{0,60}\d?>|^[[{][A-Za-z][A-Za-z _.:/-]{0,60}\d?[\]}]$/g;
const SHORTEST_REST = 6;

/** Fewer than five different characters, or one of them for more than half. */
function isMonotone(value: string): boolean {
  const body = value.slice(-40);
  const counts = new Map<string, number>();
  for (const character of body) counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts.size < Math.min(5, body.length) || Math.max(...counts.values()) > body.length / 2;
}

/** `abcdefgh`, `1234567890`. */
function isCounted(value: string): boolean {
  if (value.length < 16) return false;
  let steps = 0;
  for (let i = 1; i < value.length; i++) if (value.charCodeAt(i) - value.charCodeAt(i - 1) === 1) steps++;
  return steps > value.length / 2;
}
