/**
 * Reads a page strictly: every `<` begins a tag in the one form that we write, every tag is closed by its own, every `&` begins a
 * character reference.
 *
 * @throws Error at the first place that is otherwise
 */
export function readPage(html: string): ReadPage {
  const elements: Element[] = [];
  const open: string[] = [];
  let text = '';
  let at = 0;
  const fail = (why: string) => {
    throw new Error(`${why} at ${at}: ${JSON.stringify(html.slice(Math.max(0, at - 60), at + 60))}`);
  };
  if (!html.startsWith('<!DOCTYPE html>\n')) fail('no doctype');
  at = 15;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    const piece = html.slice(at, next < 0 ? html.length : next);
    text += decode(piece, fail);
    if (next < 0) break;
    at = next;
    tag.lastIndex = at;
    const match = tag.exec(html);
    if (!match) return fail('no tag') as never;
    const [whole, slash, name = '', attributes = ''] = match;
    at += whole.length;
    if (slash === '/') {
      if (open.pop() !== name) fail(`</${name}> closes another`);
      if (lines.has(name)) text += '\n';
      continue;
    }
    const pairs = [...attributes.matchAll(attribute)].map(([, key = '', value = '']): [string, string] => [
      key,
      decode(value, fail),
    ]);
    const element: Element = { name, attributes: new Map(pairs), content: '' };
    elements.push(element);
    if (name === 'br') text += '\n';
    if (empty.has(name)) continue;
    if (name !== 'style' && name !== 'script') {
      open.push(name);
      continue;
    }
    const end = html.indexOf(`</${name}>`, at);
    if (end < 0) fail(`no </${name}>`);
    element.content = html.slice(at, end);
    at = end + name.length + 3;
  }
  if (open.length > 0) fail(`open: ${open.join(' ')}`);
  return { elements, text };
}

export interface ReadPage {
  elements: Element[];
  text: string;
}

export interface Element {
  name: string;
  attributes: Map<string, string>;
  /** Of `style` and `script`. */
  content: string;
}

const tag = /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>/y;
const attribute = / ([a-z-]+)(?:="([^"]*)")?/g;
const empty = new Set(['meta', 'br', 'hr', 'img', 'input']);
const lines = new Set(['p', 'pre', 'li', 'summary', 'article', 'dd', 'td', 'th', 'h1', 'h2', 'h3', 'span', 'div']);
const references: { [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' };

function decode(text: string, fail: (why: string) => void): string {
  return text.replace(/&([^;&<\s]*;)?/g, (_, name: string | undefined) => {
    const character = references[name?.slice(0, -1) ?? ''];
    if (character === undefined) fail(`a bare & in ${JSON.stringify(text.slice(0, 80))}`);
    return character ?? '';
  });
}
