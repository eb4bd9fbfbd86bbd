/** What a person takes for one character; always by the root locale, so that it is the same for everybody. */
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const words = new Intl.Segmenter('und', { granularity: 'word' });

/** Offset of the character before one, 0 at the beginning. */
export function before(text: string, at: number): number {
  // The segmenter takes longer than the text is long, and no character is as long as that.
  const from = Math.max(text.lastIndexOf('\n', at - 2) + 1, at - longest);
  let start = from;
  for (const { index } of segmenter.segment(text.slice(from, at))) start = from + index;
  return start;
}

/** Offset behind the character at one, the length at the end. */
export function after(text: string, at: number): number {
  for (const { segment } of segmenter.segment(text.slice(at, at + longest))) return at + segment.length;
  return at;
}

/** Offset of the beginning of the word before. */
export function wordBefore(text: string, at: number): number {
  const from = Math.max(0, at - longestWord);
  const starts = wordsOf(text, from, at).map(({ index }) => index);
  return starts.at(-1) ?? from;
}

/** Offset of the end of the word behind. */
export function wordAfter(text: string, at: number): number {
  const to = Math.min(text.length, at + longestWord);
  const [first] = wordsOf(text, at, to);
  return first ? first.index + first.segment.length : to;
}

/** The characters of a text, with where they begin. */
export function charactersOf(text: string): { segment: string; index: number }[] {
  return [...segmenter.segment(text)];
}

function wordsOf(text: string, from: number, to: number): { segment: string; index: number }[] {
  return [...words.segment(text.slice(from, to))].flatMap(({ segment, index, isWordLike }) =>
    isWordLike ? [{ segment, index: from + index }] : [],
  );
}

const longest = 512;
const longestWord = 4096;
