import { groupDigits } from '../../../../base/amounts.ts';
import { objectOf, textOf } from '../../../../model/fields.ts';
import { safe } from './escape.ts';

/**
 * Images that the session itself holds, as they are: PNG, JPEG, GIF and WebP, when they are what they say and not too large. Every
 * other one is named, and never loaded.
 *
 * @param parts addresses, or objects that hold one
 * @returns the HTML, and how many of them are only named
 */
export function showImages(parts: readonly unknown[]): { html: string; omitted: number } {
  let omitted = 0;
  let html = '';
  for (const part of parts) {
    const source = textOf(part) ?? textOf(objectOf(part).image_url) ?? textOf(objectOf(part).path);
    const type = source === null ? null : typeOf(source);
    if (type === null) omitted++;
    html += type === null ? named(source) : shown(source as string, type);
  }
  return { html, omitted };
}

/** A picture as the tool for making pictures recorded it: base64 alone. */
export function pngOf(base64: string): string {
  return `data:image/png;base64,${base64}`;
}

function shown(source: string, type: string): string {
  const label = `${type} image, ${groupDigits(source.length)} characters`;
  return `<figure><img src="${source}" alt="${label}" loading="lazy" decoding="async"><figcaption>${label}</figcaption></figure>\n`;
}

function named(source: string | null): string {
  const data = source === null ? null : /^data:([^;,]{0,60})[^,]{0,60},/.exec(source);
  const what =
    source === null
      ? 'without a source'
      : data
        ? `${data[1] || 'data'}, ${groupDigits(source.length - data[0].length)} characters`
        : source.slice(0, 500);
  return `<p class="image">Image, not shown: <code>${safe(what)}</code></p>\n`;
}

/** Of a data URL whose first bytes are those of its type; null for everything that is not shown. */
function typeOf(source: string): string | null {
  if (source.length > LARGEST) return null;
  const [, type = '', base64 = ''] =
    /^data:image\/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(source) ?? [];
  return magic.get(type)?.test(base64) ? type.toUpperCase() : null;
}

const LARGEST = 4_000_000;

/** The first bytes, as base64 writes them. */
const magic = new Map([
  ['png', /^iVBORw0KGgo/],
  ['jpeg', /^\/9j\//],
  ['gif', /^R0lGOD[dl]h/],
  ['webp', /^UklGR.{6}XRUJQ/],
]);
