import { TextDecoder } from 'node:util';

/**
 * Passes output on as text while it comes, up to a limit, after which it says once that there is more. Each stream is
 * decoded by itself, so that a character cut in two by the pipe is shown whole.
 */
export function createLiveText(show: (text: string) => void, limit: number = 256 * 1024) {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let shown = 0;
  return (chunk: Uint8Array, stream: 'stdout' | 'stderr') => {
    if (shown >= limit) return;
    const part = chunk.subarray(0, limit - shown);
    shown += part.length;
    const text = decoders[stream].decode(part, { stream: true });
    if (text) show(text);
    if (shown >= limit) show('\n[… further output is not shown …]\n');
  };
}
