import { count } from '../../base/amounts.ts';

/** What stands in the text as a placeholder: a long paste, or an image that the model is shown. */
export type Attachment =
  | { kind: 'paste'; placeholder: string; text: string }
  | { kind: 'image'; placeholder: string; path: string };

/** A text, and what stands in it. */
export interface Written {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/**
 * What a paste becomes: itself when it is short, else a placeholder; of paths of images, an image for each.
 *
 * @param known what stands in the text that it is pasted into: numbers go on from there
 */
export function takePaste(pasted: string, known: readonly Attachment[]): Written {
  const paths = imagePaths(pasted);
  if (paths) {
    const first = nextNumber('image', known);
    const images = paths.map((path, at) => image(path, first + at));
    return { text: `${images.map(({ placeholder }) => placeholder).join(' ')} `, attachments: images };
  }
  const lines = pasted.split('\n').length;
  if (lines <= mostLines && pasted.length <= mostCharacters) return { text: pasted, attachments: [] };
  const size = lines > 1 ? count(lines, 'line') : count(pasted.length, 'character');
  const placeholder = `[paste ${nextNumber('paste', known)}: ${size}]`;
  return { text: placeholder, attachments: [{ kind: 'paste', placeholder, text: pasted }] };
}

/** Those that still stand in a text. */
export function placedIn({ text, attachments }: Written): readonly Attachment[] {
  return attachments.filter(({ placeholder }) => text.includes(placeholder));
}

/** A text for where others stand already: what is called as one of them, and is something else, is called by the next number. */
export function numberedBeside(written: Written, known: readonly Attachment[]): Written {
  let { text } = written;
  const attachments: Attachment[] = [];
  for (const each of placedIn(written)) {
    const { kind, placeholder } = each;
    const isOther = known.some((other) => other.placeholder === placeholder && !isSame(other, each));
    const number = nextNumber(kind, [...known, ...attachments, ...written.attachments]);
    const called = isOther ? placeholder.replace(numberIn, `$1${number}`) : placeholder;
    text = text.replace(placeholder, () => called);
    attachments.push({ ...each, placeholder: called });
  }
  return { text, attachments };
}

function nextNumber(kind: Attachment['kind'], known: readonly Attachment[]): number {
  const numbers = known.flatMap((each) => (each.kind === kind ? [numberOf(each)] : []));
  return Math.max(0, ...numbers) + 1;
}

function numberOf({ placeholder }: Attachment): number {
  return Number(numberIn.exec(placeholder)?.[2] ?? 0);
}

function isSame(a: Attachment, b: Attachment): boolean {
  return a.kind === 'paste' ? b.kind === 'paste' && a.text === b.text : b.kind === 'image' && a.path === b.path;
}

/** The text as it was meant, and the images in it, which keep their placeholders so that the text can speak of them. */
export function expand(text: string, attachments: readonly Attachment[]): { text: string; images: string[] } {
  const placed = attachments.flatMap((each) => {
    const at = text.indexOf(each.placeholder);
    return at < 0 ? [] : [{ ...each, at }];
  });
  let whole = '';
  let end = 0;
  // In the order of the text, so that what a paste holds is never taken for a placeholder.
  for (const each of placed.sort((a, b) => a.at - b.at)) {
    whole += text.slice(end, each.at) + (each.kind === 'paste' ? each.text : each.placeholder);
    end = each.at + each.placeholder.length;
  }
  return {
    text: whole + text.slice(end),
    images: placed.flatMap((each) => (each.kind === 'image' ? [each.path] : [])),
  };
}

/** The placeholder that ends here, which is deleted whole; null where there is none. */
export function placeholderBefore(text: string, at: number, attachments: readonly Attachment[]): string | null {
  return attachments.find(({ placeholder }) => text.endsWith(placeholder, at))?.placeholder ?? null;
}

function image(path: string, number: number): Attachment {
  return { kind: 'image', placeholder: `[image ${number}: ${path.slice(path.lastIndexOf('/') + 1)}]`, path };
}

/** Paths as terminals paste files that are dropped on them: quoted, with backslashes, or as addresses. Null for other text. */
function imagePaths(pasted: string): string[] | null {
  const text = pasted.trim();
  if (text === '' || text.length > mostOfPaths) return null;
  const words = text.match(/'[^']*'|"[^"]*"|(?:\\.|\S)+/g) ?? [];
  const paths = words.map(unquote);
  return paths.every((path) => isImage.test(path)) ? paths : null;
}

function unquote(word: string): string {
  if (/^(['"]).*\1$/.test(word)) return word.slice(1, -1);
  if (word.startsWith('file://')) return decode(word.slice('file://'.length));
  return word.replace(/\\(.)/g, '$1');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const isImage = /^(?:~?\/|\.{1,2}\/)[^\n]*\.(?:png|jpe?g|gif|webp)$/i;
const numberIn = /^(\[\w+ )(\d+)/;
const mostLines = 10;
const mostCharacters = 1000;
const mostOfPaths = 8192;
