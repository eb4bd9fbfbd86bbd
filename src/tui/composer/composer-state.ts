import type { PromptInput } from '../../model/live-session.ts';
import {
  type Attachment,
  expand,
  numberedBeside,
  placedIn,
  placeholderBefore,
  takePaste,
  type Written,
} from './attachments.ts';
import { after, before, wordAfter, wordBefore } from './graphemes.ts';

/** A text that is being written, and what can be done to it. Every function gives a new one. */
export interface Composer {
  readonly text: string;
  /** Offset of the character that the cursor is on. */
  readonly cursor: number;
  /** The column that `up` and `down` keep to; null when they have not begun. */
  readonly column: number | null;
  /** What was cut last, with what stood in it. */
  readonly cut: Written;
  readonly attachments: readonly Attachment[];
  /** The newest last. */
  readonly past: readonly Snapshot[];
  /** What kind of change was the last: typing on is undone as one. */
  readonly lastChange: 'typing' | 'other';
  /** Where one is among earlier prompts, and what had been written before; null when one is not there. */
  readonly walk: { readonly at: number; readonly draft: Snapshot } | null;
}

type Snapshot = Written & { readonly cursor: number };

export const emptyComposer: Composer = {
  ...{ text: '', cursor: 0, column: null, cut: { text: '', attachments: [] }, attachments: [], past: [] },
  ...{ lastChange: 'other', walk: null },
};

/** One with this text, with the cursor at its end. */
export function composerWith(text: string): Composer {
  return { ...emptyComposer, text, cursor: text.length };
}

export function type(composer: Composer, text: string): Composer {
  return replace(composer, composer.cursor, composer.cursor, text, 'typing');
}

/** Long texts and images become placeholders. */
export function paste(composer: Composer, pasted: string): Composer {
  return put(composer, takePaste(pasted, placedIn(composer)));
}

/** Puts a text with what stands in it where the cursor is. */
function put(composer: Composer, { text, attachments }: Written): Composer {
  const placed = placedIn(composer);
  const known = new Set(placed.map(({ placeholder }) => placeholder));
  const added = attachments.filter(({ placeholder }) => !known.has(placeholder));
  return { ...replace(composer, composer.cursor, composer.cursor, text), attachments: [...placed, ...added] };
}

/** Puts a text where another one stood, with the cursor behind it. */
export function replace(
  composer: Composer,
  from: number,
  to: number,
  text: string,
  change: Composer['lastChange'] = 'other',
): Composer {
  const isGoingOn = change === 'typing' && composer.lastChange === 'typing' && !/\s/.test(text);
  return {
    ...composer,
    text: composer.text.slice(0, from) + text + composer.text.slice(to),
    cursor: from + text.length,
    column: null,
    past: isGoingOn ? composer.past : [...composer.past.slice(-mostSnapshots), snapshotOf(composer)],
    lastChange: change,
    walk: null,
  };
}

export function move(composer: Composer, to: number): Composer {
  return { ...composer, cursor: to, column: null, lastChange: 'other' };
}

/** Where each way leads. */
export const targets = {
  left: ({ text, cursor }: Composer) => before(text, cursor),
  right: ({ text, cursor }: Composer) => after(text, cursor),
  'word-left': ({ text, cursor }: Composer) => wordBefore(text, cursor),
  'word-right': ({ text, cursor }: Composer) => wordAfter(text, cursor),
  'line-start': ({ text, cursor }: Composer) => text.lastIndexOf('\n', cursor - 1) + 1,
  'line-end': ({ text, cursor }: Composer) => {
    const end = text.indexOf('\n', cursor);
    return end < 0 ? text.length : end;
  },
};

export function deleteBack(composer: Composer): Composer {
  const { text, cursor, attachments } = composer;
  const placeholder = placeholderBefore(text, cursor, attachments);
  const from = placeholder === null ? before(text, cursor) : cursor - placeholder.length;
  return from === cursor ? composer : replace(composer, from, cursor, '');
}

export function deleteForward(composer: Composer): Composer {
  const to = after(composer.text, composer.cursor);
  return to === composer.cursor ? composer : replace(composer, composer.cursor, to, '');
}

/** Deletes up to a place, and keeps it for `yank`. At the end of a line, its line feed goes. */
export function cutTo(composer: Composer, target: number): Composer {
  const { text, cursor, attachments } = composer;
  const to = target === cursor && text[cursor] === '\n' ? cursor + 1 : target;
  const [from, end] = to < cursor ? [to, cursor] : [cursor, to];
  if (from === end) return composer;
  return { ...replace(composer, from, end, ''), cut: { text: text.slice(from, end), attachments } };
}

/** An empty one: what was cut can be put back into it. */
export function emptied({ cut }: Composer): Composer {
  return { ...emptyComposer, cut };
}

/** An empty one that has all of this as what was cut. */
export function cutAll({ text, attachments }: Composer): Composer {
  return { ...emptyComposer, cut: { text, attachments } };
}

export function yank(composer: Composer): Composer {
  return composer.cut.text === '' ? composer : put(composer, numberedBeside(composer.cut, placedIn(composer)));
}

export function undo(composer: Composer): Composer {
  const last = composer.past.at(-1);
  return last
    ? { ...composer, ...last, past: composer.past.slice(0, -1), column: null, lastChange: 'other' }
    : composer;
}

/**
 * Another prompt of those before.
 *
 * @param earlier the newest last
 * @param by -1 for the one before, 1 for the one behind; behind the newest is what was being written
 */
export function walk(composer: Composer, earlier: readonly string[], by: -1 | 1): Composer {
  const at = (composer.walk?.at ?? earlier.length) + by;
  if (at < 0 || (!composer.walk && by > 0)) return composer;
  const draft = composer.walk?.draft ?? snapshotOf(composer);
  if (at >= earlier.length) return { ...composer, ...draft, walk: null, column: null };
  const { text, cursor, attachments } = recalled(earlier[at] as string);
  return { ...composer, text, cursor, attachments, column: null, walk: { at, draft } };
}

/** One with what was said before, with the cursor at its end. What is laid out anew with each key is not of any length. */
export function recalled(said: string): Composer {
  if (said.length <= longestRecalled) return composerWith(said);
  const { text, attachments } = takePaste(said, []);
  return { ...composerWith(text), attachments };
}

/** Of what was sent already; its images are part of the text. */
export function composerOf({ text, images }: PromptInput): Composer {
  if (images.length === 0) return recalled(text);
  const attachments = [...text.matchAll(/\[image \d+: [^\]\n]*\]/g)].slice(0, images.length);
  const placed = attachments.map(([placeholder], at) => ({
    kind: 'image' as const,
    placeholder,
    path: images[at] as string,
  }));
  return { ...composerWith(text), attachments: placed };
}

/** A text with what was typed meanwhile behind it. */
export function putBefore(composer: Composer, typed: Composer): Composer {
  const { cut } = typed;
  if (isEmpty(typed)) return { ...composer, cut };
  const { text, attachments } = numberedBeside(typed, placedIn(composer));
  const all = [...composer.attachments, ...attachments];
  return { ...composerWith(`${composer.text}\n${text}`), attachments: all, cut };
}

/** What is to be sent. */
export function promptOf({ text, attachments }: Composer): PromptInput {
  const { text: whole, images } = expand(text, attachments);
  return { text: whole.trim(), images };
}

export function isEmpty({ text }: Composer): boolean {
  return text.trim() === '';
}

function snapshotOf({ text, cursor, attachments }: Composer): Snapshot {
  return { text, cursor, attachments };
}

const mostSnapshots = 200;
const longestRecalled = 10_000;
