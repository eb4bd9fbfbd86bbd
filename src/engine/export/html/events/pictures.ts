import type { Event } from '../../../../model/event.ts';
import { type Fields, textOf } from '../../../../model/fields.ts';
import type { LossCounter } from '../../loss-counter.ts';
import { safe } from '../text/escape.ts';
import { pngOf, showImages } from '../text/images.ts';
import { article } from './block.ts';

/** A picture that the agent had made. */
export function pictureMade(event: Event, item: Fields, losses: LossCounter): string[] {
  const prompt = textOf(item.revised_prompt) ?? textOf(item.prompt);
  const data = textOf(item.result);
  const images = data === null ? { html: '', omitted: 0 } : showImages([pngOf(data)]);
  losses.add('image data', 'omitted', images.omitted);
  return article(
    event,
    'call',
    'Picture',
    prompt === null ? '' : `<p class="plain">${safe(prompt)}</p>\n`,
    images.html,
  );
}
