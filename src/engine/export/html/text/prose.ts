import MarkdownIt from 'markdown-it';
import { pre, safe } from './escape.ts';

/**
 * What somebody wrote, as HTML: lists, tables, code and emphasis are kept. Every tag and attribute is one of ours; HTML is shown
 * as it was typed, images and links as text with their address, so that nothing is loaded and nothing leads out of the page.
 */
export function prose(text: string): string {
  // Long ones are hardly written by hand, and would take long.
  if (text.length > LONGEST) return pre(text, 'plain');
  return `<div class="md" dir="auto">${render(parser.parse(text, {}))}</div>`;
}

const LONGEST = 100_000;

// Entities stay as they were typed: a character that must be seen could hide in one.
const parser = new MarkdownIt({ html: false, linkify: false, maxNesting: 40 }).disable(['entity']);
parser.normalizeLink = (address) => address;
parser.normalizeLinkText = (address) => address;

type Token = ReturnType<typeof parser.parse>[number];

function render(tokens: readonly Token[]): string {
  let out = '';
  for (const token of tokens) out += renderToken(token);
  return out;
}

function renderToken(token: Token): string {
  const name = tags.get(token.type.replace(/_(?:open|close)$/, ''));
  if (name !== undefined && token.nesting !== 0) {
    if (token.hidden) return token.nesting === 1 ? '' : '\n';
    return token.nesting === 1 ? `<${name}>` : `</${name}>${token.block ? '\n' : ''}`;
  }
  switch (token.type) {
    case 'heading_open':
      return `<${headingOf(token)}>`;
    case 'heading_close':
      return `</${headingOf(token)}>\n`;
    case 'ordered_list_open':
      return listOpen(token);
    case 'ordered_list_close':
      return '</ol>\n';
    case 'inline':
      return renderInline(token.children ?? []);
    case 'fence':
    case 'code_block':
      return `${pre(token.content)}\n`;
    case 'code_inline':
      return `<code>${safe(token.content)}</code>`;
    case 'softbreak':
    case 'hardbreak':
      return '<br>\n';
    case 'hr':
      return '<hr>\n';
    case 'link_open':
      return '<span class="link">';
    case 'link_close':
      return '</span>';
    case 'image':
      return `<span class="link">[image: ${safe(token.content)}]</span>${address(token.attrGet('src'))}`;
    default:
      return safe(token.content);
  }
}

const tags = new Map([
  ['paragraph', 'p'],
  ['blockquote', 'blockquote'],
  ['bullet_list', 'ul'],
  ['list_item', 'li'],
  ['table', 'table'],
  ['thead', 'thead'],
  ['tbody', 'tbody'],
  ['tr', 'tr'],
  ['th', 'th'],
  ['td', 'td'],
  ['strong', 'strong'],
  ['em', 'em'],
  ['s', 's'],
]);

/** Below the headings of the page itself. */
function headingOf({ tag }: Token): string {
  return `h${Math.min(6, Number(tag.slice(1)) + 3)}`;
}

function listOpen(token: Token): string {
  const start = Number(token.attrGet('start') ?? 1);
  return Number.isSafeInteger(start) && start !== 1 ? `<ol start="${start}">` : '<ol>';
}

function address(target: string | number | null): string {
  return target === null || target === '' ? '' : ` <span class="url">${safe(String(target))}</span>`;
}

/** The address stands behind the words of a link, unless they are the address. */
function renderInline(tokens: readonly Token[]): string {
  let out = '';
  let target: string | null = null;
  let words = '';
  for (const token of tokens) {
    out += renderToken(token);
    if (token.type === 'link_open') {
      target = String(token.attrGet('href') ?? '');
      words = '';
    } else if (token.type === 'link_close') {
      if (words !== target && `mailto:${words}` !== target) out += address(target);
    } else words += token.content;
  }
  return out;
}
