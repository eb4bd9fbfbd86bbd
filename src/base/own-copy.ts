/** The first characters of a text in memory of their own: a slice would keep the whole of it alive. */
export function ownCopy(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');
}
