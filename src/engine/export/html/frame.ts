import { createHash } from 'node:crypto';
import { escapeLine } from './text/escape.ts';

/** What every page begins with. Its policy lets nothing run, load or be sent but the one script and the one style of ours. */
export function openPage(page: {
  title: string;
  style: string;
  script: string;
  images: boolean;
  producer: string;
}): string {
  const policy = [
    "default-src 'none'",
    `style-src '${sourceHash(page.style)}'`,
    `script-src '${sourceHash(page.script)}'`,
    `img-src ${page.images ? 'data:' : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return [
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    '<meta http-equiv="x-dns-prefetch-control" content="off">\n<meta name="referrer" content="no-referrer">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n',
    `<meta name="generator" content="${escapeLine(page.producer)}">\n`,
    `<title>${escapeLine(page.title)}</title>\n`,
    `<style>${page.style}</style>\n<script>${page.script}</script>\n</head>\n<body>\n`,
  ].join('');
}

export const closePage = '</body>\n</html>\n';

/** Without a script none of it is of use, so it is hidden until there is one. */
export function controls(label: string, more = ''): string {
  return [
    '<div class="controls" id="controls" hidden>\n',
    `<div class="find" role="search"><label class="away" for="query">${label}</label>`,
    `<input type="search" id="query" placeholder="${label.split(' ')[0]}  ( / )" autocomplete="off" spellcheck="false" maxlength="500">`,
    '<output id="hits" for="query"></output>',
    '<button type="button" id="previous" title="Previous match (N)" aria-label="Previous match">↑</button>',
    '<button type="button" id="next" title="Next match (n)" aria-label="Next match">↓</button></div>\n',
    more,
    '<button type="button" id="theme">Dark</button>\n</div>\n',
  ].join('');
}

function sourceHash(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}
