import type { JsonObject } from '../../format/decode-line.ts';
import { isObject } from '../../format/record.ts';
import type { Step } from '../reconstruct/step.ts';
import { UnreadLine } from '../reconstruct/unread-line.ts';

/** The step without what takes memory and changes nothing but the items: the outputs, the answers, the images. */
export function lighten(step: Step): Step {
  if (step.kind === 'compacted') return { kind: 'compacted', payload: lightCompaction(step.payload) };
  if (step.kind !== 'item') return step;
  const { item } = step;
  if (item instanceof UnreadLine) return { kind: 'item', item: item.isAnswer ? anAnswer : anItem };
  if (item.type !== 'message' || !Array.isArray(item.content)) return step;
  const texts = item.content.filter((part) => isObject(part) && typeof part.text === 'string');
  return texts.length === item.content.length ? step : { kind: 'item', item: { ...item, content: texts } };
}

/** Which messages of the user's are in it counts for later rollbacks. */
function lightCompaction(payload: JsonObject): JsonObject {
  const { replacement_history: replacement } = payload;
  if (!Array.isArray(replacement)) return payload;
  const messages = replacement.filter((item) => isObject(item) && item.type === 'message' && item.role === 'user');
  return { ...payload, replacement_history: messages };
}

const noLine = { bytes: Buffer.alloc(0), start: 0, end: 0, length: 0, number: 0, offset: 0 };
const [anAnswer, anItem] = [true, false].map(
  (isAnswer) => new UnreadLine({ ...noLine, terminated: true, whole: true }, '', isAnswer),
) as [UnreadLine, UnreadLine];
