import type { Event } from '../../model/event.ts';
import { Verbatim, withText } from '../../model/verbatim.ts';
import { memberTexts } from './member-texts.ts';

/**
 * The event that a JSON text stands for, with recorded text where the event that it was made of had some.
 *
 * @param text that of the event, with some strings changed
 */
export function rebuildEvent(event: Event, text: string): Event {
  const rebuilt = withText(revive(event, text) as Event, text);
  // Notes of our own on where it was read.
  for (const note of Object.getOwnPropertySymbols(event)) {
    if (!(note in rebuilt)) Object.defineProperty(rebuilt, note, { value: event[note as never] });
  }
  return rebuilt;
}

function revive(original: unknown, text: string): unknown {
  if (original instanceof Verbatim) return new Verbatim(text);
  if (typeof original !== 'object' || original === null || !holdsVerbatim(original)) return JSON.parse(text);
  const texts = memberTexts(text);
  const made: { [key: string]: unknown } = {};
  for (const [key, member] of texts) {
    const value = revive((original as { [key: string]: unknown })[key], member);
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return made;
}

function holdsVerbatim(value: object): boolean {
  if (Array.isArray(value)) return false;
  return Object.values(value).some(
    (member) => member instanceof Verbatim || (typeof member === 'object' && member !== null && holdsVerbatim(member)),
  );
}
