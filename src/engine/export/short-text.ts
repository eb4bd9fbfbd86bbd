/** A text cut to what a spreadsheet takes into a cell. It does not keep the longer one in memory. */
export function shortText(text: string): ShortText {
  if (text.length <= MOST_CHARACTERS) return text;
  const end = isHighSurrogate(text.charCodeAt(MOST_CHARACTERS - 1)) ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
  const kept = Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le');
  return new CutText(`${kept}… ${text.length - end} more characters`);
}

/** One that was cut is told from one that only says so. */
export type ShortText = string | CutText;

export class CutText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }

  toString(): string {
    return this.text;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Excel takes 32,767, with the words behind it. */
const MOST_CHARACTERS = 32_000;
