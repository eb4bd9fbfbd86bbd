/**
 * Collects lines of output up to a limit of lines and of bytes, and calls `onFull` once it has enough. Long lines are cut; no
 * more than the limit is held.
 */
export function createMatchLines(limit: number, onFull: () => void) {
  const lines: string[] = [];
  let open = '';
  let bytes = 0;
  let isCut = false;
  return {
    add(chunk: Uint8Array) {
      if (isCut) return;
      const parts = (open + Buffer.from(chunk).toString('latin1')).split('\n');
      open = parts.pop()!.slice(0, longestLine + 1);
      for (const part of parts) {
        if (lines.length >= limit || bytes >= mostBytes) {
          isCut = true;
          onFull();
          return;
        }
        const line = part.replace(/\r$/, '');
        lines.push(line.length > longestLine ? `${line.slice(0, longestLine)} [...]` : line);
        bytes += Math.min(line.length, longestLine);
      }
    },
    /** The text, without a line that was cut off. */
    end() {
      return { text: Buffer.from(lines.map(removeDot).join('\n'), 'latin1').toString('utf8'), isCut };
    },
  };
}

const longestLine = 600;
const mostBytes = 32 * 1024;

function removeDot(line: string): string {
  return line.startsWith('./') ? line.slice(2) : line;
}
