/** What is asked of a terminal that it must not be left with. */
export interface ScreenModes {
  /** @returns what begins a screen */
  start(altScreen: boolean): string;
  /** Takes note of what is written: whoever draws may hide the cursor, or go to the other screen and back. */
  note(text: string): void;
  /** What gives the terminal back as it was found. */
  leave(): string;
  /** What makes it again as it was before `leave`. */
  enter(): string;
}

export function createScreenModes(): ScreenModes {
  const isOn = new Map<Mode, boolean>();

  function note(text: string): void {
    if (!text.includes(prefix)) return;
    for (const mode of modes) {
      const [on, off] = [text.lastIndexOf(turnOn(mode)), text.lastIndexOf(turnOff(mode))];
      if (on !== off) isOn.set(mode, on > off);
    }
  }

  const those = () => modes.filter((mode) => isOn.get(mode));
  return {
    start(altScreen) {
      const text = `${altScreen ? `${turnOn(otherScreen)}${home}` : ''}${turnOn(paste)}`;
      note(text);
      return text;
    },
    note,
    leave() {
      const text = those().map(turnOff).join('');
      // They are over, whatever half of it the terminal got.
      isOn.set(update, false);
      isOn.set(noWrap, false);
      return `${plain}${eraseBelow}${text}`;
    },
    enter: () => those().map(turnOn).reverse().join(''),
  };
}

interface Mode {
  code: number;
  on: 'h' | 'l';
}

const turnOn = ({ code, on }: Mode) => `${prefix}${code}${on}`;
const turnOff = ({ code, on }: Mode) => `${prefix}${code}${on === 'h' ? 'l' : 'h'}`;

const prefix = '\x1b[?';
const plain = '\x1b[0m';
/**
 * Whoever draws leaves the cursor at the beginning of what is drawn; what stands above stays. The first row is erased by itself,
 * because tmux keeps what stood there when all of a screen is erased at once.
 */
const eraseBelow = '\x1b[K\x1b[C\x1b[J\r';
const home = '\x1b[H';
/** What is drawn appears at once, when it is over. */
const update: Mode = { code: 2026, on: 'h' };
/** Pasted text is marked as such. */
const paste: Mode = { code: 2004, on: 'h' };
/** Rows that are too wide do not become two. */
const noWrap: Mode = { code: 7, on: 'l' };
const hiddenCursor: Mode = { code: 25, on: 'l' };
const otherScreen: Mode = { code: 1049, on: 'h' };
/** In the order of leaving. */
const modes = [update, noWrap, paste, hiddenCursor, otherScreen];
