/** What was pressed, once. */
export interface Key {
  /**
   * `text` for what is typed (one character, or several that arrived as one), `paste` for what was pasted; else the name of the
   * key: `enter`, `escape`, `tab`, `backspace`, `delete`, `insert`, `up`, `down`, `left`, `right`, `home`, `end`, `page-up`, `page-down`,
   * `f1`…; with Ctrl or Alt also the letter in lower case (`c` of Ctrl-C) and `space`.
   */
  name: string;
  /** Of `text` and `paste`; empty for the others. */
  text: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
}

/** What is typed and pasted is given as text; Alt and a letter is a key of its own. */
export function isText({ name }: Key): boolean {
  return name === 'text' || name === 'paste';
}

/** Keys that were pressed quickly come together: what is typed, letter by letter, for where letters are keys. */
export function singly(key: Key): Key[] {
  return key.name === 'text' ? [...key.text].map((text) => ({ ...key, text })) : [key];
}

/** How tables of keys call it: `ctrl-c`, `alt-enter`, `shift-tab`, `up`; of one typed character, the character. */
export function nameOf({ name, text, ctrl, alt, shift }: Key): string {
  const modifiers = `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}`;
  return name === 'text' ? text : `${modifiers}${name}`;
}
