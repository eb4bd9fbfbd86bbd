import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { code, codeCell, fenced, html, inline, quoted } from '../../../src/engine/export/markdown/inert.ts';

/** As liberal as readers are: HTML, bare links, typography, tables. */
const reader = new MarkdownIt({ html: true, linkify: true, typographer: true });

const hostile = [
  '![x](https://evil.example/beacon.png)',
  '![x][ref]\n\n[ref]: https://evil.example/a.png',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '</details><script>alert(1)</script>',
  '<!-- ',
  '-->\n<iframe src="https://evil.example">',
  '[click](javascript:alert(1))',
  '<javascript:alert(1)>',
  '```\n![x](https://evil.example/in-code.png)\n```\n![y](https://evil.example/after.png)',
  '``` `` ` ![x](https://evil.example/1.png) ` `` ```',
  '`` ` <img src=x> `',
  '\\`<img src=x>\\`',
  '\\![x](https://evil.example/2.png)',
  '\\\\![x](https://evil.example/2.png)',
  '~~~\nunclosed\n![x](https://evil.example/3.png)',
  '- ~~~\n![x](https://evil.example/4.png)',
  '> ```\n![x](https://evil.example/5.png)',
  '    ```\n    <img src=x>\n',
  '1. ```\n   a\n   ```\n   <img src=x>',
  'a\r<img src=x>\r\n<img src=y>',
  'a\u2028<img src=x>\u0085<img src=y>\x0b<img src=z>',
  '| a | b |\n|---|---|\n| ![x](https://evil.example/6.png) | <img src=x> |',
  '# heading ![x](https://evil.example/7.png)',
  'title\n===\n<img src=x>',
  '```mermaid\ngraph TD\n```',
  '[^1]: note\n\n[^1]',
  '&lt;img src=x&gt;',
  '<a href="https://evil.example">x</a>',
  '\u202etxt.exe\u{e0041}',
  '`'.repeat(50),
  '`'.repeat(3),
  '~'.repeat(50),
];

/** What Markdown and HTML are made of. */
const pieces = [
  ...[
    '`',
    '``',
    '```',
    '````js',
    '~~~',
    '\n',
    '\n\n',
    '> ',
    '- ',
    '1. ',
    '    ',
    '\t',
    '\\',
    '|',
    '|---|\n',
    '# ',
    '===\n',
    '---\n',
  ],
  ...[
    '<img src=x>',
    '<!--',
    '-->',
    '</details>',
    '<https://e.example>',
    '![x](https://e.example/x.png)',
    '![',
    '](',
    ')',
    '[r]: ',
  ],
  ...['*', '_', '&lt;', '\r', '\r\n', '\u2028', '\x0b', 'word', ' ', 'https://e.example', '<', '!', '[', ']'],
];

function expectInert(text: string): void {
  for (const [name, markdown] of [
    ['quoted', quoted(text)],
    ['fenced', fenced(text)],
    ['in a paragraph', `Before ${inline(text)} behind\n`],
    ['in a code span', `Before ${code(text)} behind\n`],
    ['in a cell', `| | |\n|---|---|\n| a | ${codeCell(text)} |\n`],
  ] as const) {
    const tokens = reader.parse(`${markdown}\nLAST\n`, {});
    const all = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
    const loading = all.filter(({ type }) => ['image', 'html_block', 'html_inline'].includes(type));
    expect([name, loading]).toEqual([name, []]);
    for (const { attrs } of all)
      for (const [key, value] of attrs ?? []) if (key === 'href') expect(value).toMatch(/^(?:https?:|mailto:)/);
    // The paragraph behind stands at the top, as it would behind any other text.
    expect(tokens.slice(-3).map(({ type, level, content }) => [type, level, content])).toEqual([
      ['paragraph_open', 0, ''],
      ['inline', 1, 'LAST'],
      ['paragraph_close', 0, ''],
    ]);
    expect(markdown).not.toMatch(/[\u202e\u2028\u0085\x0b\r]|[\u{e0000}-\u{e007f}]/u);
  }
}

describe('text that somebody wrote', () => {
  it.each(hostile)('%j loads nothing, runs nothing, and stays within what it stands in', expectInert);

  it.each([
    'https://e.example``</details>``',
    'www.e.example`</details>`',
    'https://e.example<b>x</b>',
    'HTTP://e\\<i>',
  ])('%j is no address that swallows what it touches', expectInert);

  it('does so whatever it is made of', () => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(fc.property(text, expectInert), { numRuns: 3000 });
  });

  it.each(hostile)('%j is one quotation, or one block of code', (text) => {
    const top = (markdown: string) =>
      reader.parse(markdown, {}).filter(({ level, nesting }) => level === 0 && nesting >= 0);
    expect(top(quoted(text)).map(({ type }) => type)).toEqual(['blockquote_open']);
    expect(top(fenced(text)).map(({ type }) => type)).toEqual(['fence']);
  });

  it('keeps code, lists and emphasis of what was written', () => {
    const out = reader.render(quoted('## Done\n\n- **one** `a < b`\n- two\n\n```js\nif (a < b) x();\n```\nend'));
    expect(out).toContain('<strong>Done</strong>');
    expect(out).toContain('<li><strong>one</strong> <code>a &lt; b</code></li>');
    expect(out).toContain('<pre><code class="language-js">if (a &lt; b) x();\n</code></pre>');
  });

  it('shows every character as it is', () => {
    const text = 'a*b_c [d](e) <f> &amp; $g$ `h` \\ | ~i~ ![j](k)';
    const [open] = reader.parse(inline(text), {}).filter(({ type }) => type === 'inline');
    expect(open?.children?.map(({ content }) => content).join('')).toBe(text);
    expect(reader.render(`<details><summary>${html('<b>&`*_[</b>')}</summary></details>`)).toContain(
      '<summary>&#60;b&#62;&#38;&#96;&#42;&#95;&#91;&#60;/b&#62;</summary>',
    );
  });
});
