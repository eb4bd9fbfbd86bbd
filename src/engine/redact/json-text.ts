/**
 * The value of a text that is a JSON object or list, or a string that may hold one; undefined for anything else, and for
 * one with so many values that they would take far more memory than the text.
 */
export function parseContainer(text: string): unknown {
  const bounds = `${text.trimStart().charAt(0)}${text.trimEnd().at(-1)}`;
  if ((bounds !== '{}' && bounds !== '[]' && bounds !== '""') || hasTooMany(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A string as JSON. For text of which each character is a byte, no other characters. */
export function quoted(text: string, isBytes: boolean): string {
  const json = JSON.stringify(text);
  if (!isBytes) return json;
  return json.replace(/[^\0-\xff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function hasTooMany(text: string): boolean {
  if (text.length < MOST_COMMAS) return false;
  let commas = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) if (++commas > MOST_COMMAS) return true;
  return false;
}

const MOST_COMMAS = 1_000_000;
