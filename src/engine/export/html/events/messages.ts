import type { Event } from '../../../../model/event.ts';
import { type Fields, listOf, textOf } from '../../../../model/fields.ts';
import type { LossCounter } from '../../loss-counter.ts';
import { escapeLine, excerpt, pre } from '../text/escape.ts';
import { showImages } from '../text/images.ts';
import { prose } from '../text/prose.ts';
import { article, folded } from './block.ts';

/** What the user typed, and the images that went with it. */
export function userMessage(event: Event, msg: Fields, losses: LossCounter): string[] | null {
  const text = textOf(msg.text);
  const images = showImages([...listOf(msg.images), ...listOf(msg.local_images)]);
  losses.add('image data', 'omitted', images.omitted);
  if (text === null && images.html === '') return null;
  return article(event, 'user', 'User', text === null ? '' : `${prose(text)}\n`, images.html);
}

/** What the agent said. */
export function agentMessage(event: Event, text: string, heading = 'Agent'): string[] {
  return article(event, 'agent', heading, `${prose(text)}\n`);
}

/** Folded, with the first of its words beside. */
export function reasoning(event: Event, texts: readonly string[]): string[] | null {
  const said = texts.filter((text) => text.trim() !== '');
  if (said.length === 0) return null;
  const first = escapeLine(excerpt((said[0] as string).replaceAll('*', ''), 90));
  return folded(event, 'thought', `Reasoning <i>${first}</i>`, false, ...said.map((text) => `${prose(text)}\n`));
}

/** A message that nobody spoke: instructions to the model, and contexts that the agent made for it. */
export function contextMessage(event: Event, role: string | null, text: string): string[] | null {
  if (text === '') return null;
  const heading = `Message to the model <i>${escapeLine(excerpt(`${role ?? 'unknown role'}: ${text}`, 90))}</i>`;
  return folded(event, 'quiet', heading, false, pre(text), '\n');
}
