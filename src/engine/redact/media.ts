/**
 * Whether base64 begins as that of a picture, a sound, a film or a font does: these are the largest texts of all, and what they show
 * cannot be looked at. The type that a data URL claims says nothing: behind it may stand a text.
 */
export function beginsMedia(base64: string): boolean {
  return beginnings.test(base64);
}

/** Whether a text is nothing but a data URL of such a thing. */
export function isMedia(value: string): boolean {
  if (!value.startsWith('data:')) return false;
  const head = /^data:(?:image|audio|video)\/[\w.+-]{1,60};base64,/.exec(value.slice(0, 100))?.[0];
  if (head === undefined || !beginsMedia(value.slice(head.length, head.length + 16))) return false;
  return isBase64(value, head.length);
}

function isBase64(text: string, from: number): boolean {
  all.lastIndex = from;
  return all.test(text) && all.lastIndex === text.length;
}

const all = /[A-Za-z0-9+/]*={0,2}/y;

/** PNG, JPEG, GIF, RIFF (WebP, WAV), BMP, ICO, TIFF, MP4 and HEIF, MP3, Ogg, FLAC, Matroska, WOFF, TrueType, OpenType. */
const beginnings =
  /^(?:iVBORw0KGg|\/9j\/|R0lGOD[dl]|UklGR|Qk[0-3]|AAABAA|SUkqA|TU0AK|AAAA[A-Za-z0-9+/]{2}Z0eX|SUQz[AB]|\/\/[s-v]|T2dnU|ZkxhQ|GkXfo|d09G[MR]|AAEAAAA|T1RUT)/;
