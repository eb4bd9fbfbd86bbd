import { type Verbatim, withText } from '../../model/verbatim.ts';
import type { JsonObject } from '../decode-line.ts';
import { keyIs, scanJson } from '../scan-json.ts';

/**
 * The same object under another `type`, which comes first; every other member prints as it stands on disk. So digits, key
 * order and repeated keys come through the change of name.
 */
export function retype(recorded: Verbatim, type: string): JsonObject & { type: string } {
  const value = { ...(recorded.value as JsonObject), type };
  return withText(value, retypedText(recorded.text, type));
}

function retypedText(text: string, type: string): string {
  // Codex writes the type first; where the name stays the same, so does the text.
  if (text.startsWith(`{"type":"${type}"`)) return text;
  const bytes = Buffer.from(text);
  const { members } = scanJson(bytes, 0, bytes.length, { maxDepth: Number.MAX_SAFE_INTEGER });
  const others = members.filter((member) => !keyIs(bytes, member, 'type'));
  return `{"type":"${type}"${others.map((member) => `,${bytes.toString('utf8', member.keyStart - 1, member.valueEnd)}`).join('')}}`;
}
