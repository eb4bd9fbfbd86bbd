import { count } from '../../base/amounts.ts';
import { contentText, type Fields, listOf, objectOf, textOf } from '../../model/fields.ts';
import { clip, limits, quote } from './excerpt.ts';
import { leads, type Paragraph, paragraph, partial, span } from './paragraph.ts';

/** What the user typed, and a row for each image that went with it. */
export function userMessage(msg: Fields): Paragraph[] {
  const text = textOf(msg.text);
  const images = [...listOf(msg.images), ...listOf(msg.local_images)].map((image) => `[image ${describeImage(image)}]`);
  const spoken = text === null ? [] : [paragraph(leads.user, span(trimEnd(text), 'bold'))];
  return [
    ...spoken,
    ...images.map((image, index) => {
      const lead = spoken.length + index === 0 ? leads.user : leads.indent;
      return paragraph(lead, span(image, 'dim'));
    }),
  ];
}

export function agentMessage(text: string): Paragraph[] {
  return text === '' ? [] : [paragraph(leads.agent, trimEnd(text))];
}

/** One short paragraph, or all of it. */
export function reasoning(text: string, showAll: boolean): Paragraph[] {
  if (text === '') return [];
  if (showAll) return [paragraph(leads.thought, span(withoutMarks(trimEnd(text)), 'dim'))];
  const line = withoutMarks(text).slice(0, 4000).trim().replace(/\s+/g, ' ');
  const isWhole = line.length <= 240 && line === withoutMarks(text).trim();
  return [
    paragraph(leads.thought, ...(isWhole ? [span(line, 'dim')] : [partial('', 'dim'), ...clip(line, 240, 'dim')])),
  ];
}

/** Models set the headings of their thoughts in bold, as lines of their own. */
function withoutMarks(text: string): string {
  return text.replace(/^\*\*([^*\n]{1,200})\*\*[ \t]*$/gm, '$1');
}

/** A message that nobody spoke: instructions to the model, and contexts that the agent made for it. */
export function contextMessage(item: Fields): Paragraph[] {
  const role = textOf(item.role) ?? 'unknown role';
  return [
    paragraph(leads.note, span(`${role} message to the model`, 'dim')),
    ...quote(contentText(item.content), limits.none, 'dim'),
  ];
}

function describeImage(image: unknown): string {
  const source = textOf(image) ?? textOf(objectOf(image).image_url) ?? 'without a source';
  const data = /^data:([^;,]{0,60})[^,]{0,60},/.exec(source);
  if (!data) return source.slice(0, 500);
  return `${data[1] || 'data'}, ${count(source.length - data[0].length, 'character')} of base64`;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end--;
  return text.slice(0, end);
}
