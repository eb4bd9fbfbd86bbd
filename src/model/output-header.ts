/**
 * Takes off the lines that Codex puts before the output of a command (`Chunk ID: …`, `Wall time: …`, `Exit code: …`, up to
 * `Output:`). What they say beyond exit code and duration, which the event carries, comes back as `note`.
 * @param exitCode of the event; a header that contradicts it was printed by the command itself, and stays
 */
export function withoutHeader(output: string, exitCode: number | null): { text: string; note?: string } {
  const aborted = /^Wall time: [\d.]+ seconds?\naborted by user\n?$/.test(output);
  if (aborted) return { text: '' };
  const match = header.exec(output);
  const exit = match?.groups?.exit ?? match?.groups?.code;
  if (!match || (exit !== undefined && Number(exit) !== exitCode)) return { text: output };
  const text = output.slice(match[0].length);
  const running = match.groups?.session;
  return running === undefined ? { text } : { text, note: `still running, session ${running}` };
}

/** In the order of every version from 0.61 on; the first line is one that no plain output is likely to begin with. */
const header = new RegExp(
  [
    '^(?=Chunk ID: |Exit code: |Wall time: )',
    '(?:Chunk ID: \\S{1,40}\\n)?',
    '(?:Exit code: (?<code>-?\\d+)\\n)?',
    '(?:Wall time: [\\d.]+ seconds?\\n)?',
    '(?:Process exited with code (?<exit>-?\\d+)\\n)?',
    '(?:Process running with session ID (?<session>\\S{1,40})\\n)?',
    '(?:Original token count: \\d+\\n)?',
    '(?:Total output lines: \\d+\\n)?',
    'Output:(?:\\n|$)',
  ].join(''),
);
