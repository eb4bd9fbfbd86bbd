/**
 * Cuts what is typed where Ctrl-Z was pressed. One that is pasted is text.
 *
 * @returns a function for each chunk that arrives, in order: its pieces, and `stop` between them
 */
export function splitStops(): (bytes: Uint8Array) => (Uint8Array | 'stop')[] {
  let isPasted = false;
  /** How much of the mark that is waited for has come. */
  let seen = 0;

  return (bytes) => {
    const pieces: (Uint8Array | 'stop')[] = [];
    let start = 0;
    for (const [index, byte] of bytes.entries()) {
      if (byte === ctrlZ && !isPasted) {
        if (index > start) pieces.push(bytes.subarray(start, index));
        pieces.push('stop');
        start = index + 1;
      }
      const mark = isPasted ? pasteEnd : pasteStart;
      if (byte === mark[seen]) seen += 1;
      else seen = byte === mark[0] ? 1 : 0;
      if (seen < mark.length) continue;
      isPasted = !isPasted;
      seen = 0;
    }
    if (start < bytes.length) pieces.push(bytes.subarray(start));
    return pieces;
  };
}

const ctrlZ = 0x1a;
const pasteStart = Buffer.from('\x1b[200~');
const pasteEnd = Buffer.from('\x1b[201~');
