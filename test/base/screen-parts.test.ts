import { describe, expect, it } from 'vitest';
import { createScreenModes } from '../../src/base/screen-modes.ts';
import { createScreenWriter } from '../../src/base/screen-writer.ts';
import { splitStops } from '../../src/base/split-stops.ts';

describe('splitStops', () => {
  const split = (...chunks: string[]) => {
    const pieces = splitStops();
    return chunks.flatMap((chunk) =>
      pieces(Buffer.from(chunk)).map((piece) => (piece === 'stop' ? 'stop' : `${Buffer.from(piece)}`)),
    );
  };

  it('cuts at Ctrl-Z', () => {
    expect(split('a\x1ab\x1a')).toEqual(['a', 'stop', 'b', 'stop']);
    expect(split('abc')).toEqual(['abc']);
  });

  it('takes one that is pasted for text, wherever chunks end', () => {
    const pasted = '\x1b[200~a\x1ab\x1b[201~\x1a';
    expect(split(pasted)).toEqual(['\x1b[200~a\x1ab\x1b[201~', 'stop']);
    expect(split(...pasted).filter((piece) => piece === 'stop')).toHaveLength(1);
    expect(split('\x1b\x1b[200~\x1a')).toEqual(['\x1b\x1b[200~\x1a']);
  });
});

describe('screen modes', () => {
  it('undo what was asked for, in the other order, and ask for it again', () => {
    const modes = createScreenModes();
    expect(modes.start(true)).toBe('\x1b[?1049h\x1b[H\x1b[?2004h');
    modes.note('text \x1b[?25l more');
    expect(modes.leave()).toBe('\x1b[0m\x1b[K\x1b[C\x1b[J\r\x1b[?2004l\x1b[?25h\x1b[?1049l');
    expect(modes.enter()).toBe('\x1b[?1049h\x1b[?25l\x1b[?2004h');
  });

  it('follow what is written last', () => {
    const modes = createScreenModes();
    modes.start(false);
    modes.note('\x1b[?25l\x1b[?1049h\x1b[?25h');
    modes.note('\x1b[?1049l\x1b[?2026h');
    expect(modes.leave()).toBe('\x1b[0m\x1b[K\x1b[C\x1b[J\r\x1b[?2026l\x1b[?2004l');
    expect(modes.leave()).toBe('\x1b[0m\x1b[K\x1b[C\x1b[J\r\x1b[?2004l');
  });
});

describe('a screen writer', () => {
  it('writes in order what came meanwhile in one piece, and holds what it is told to', async () => {
    const { writer, written, go } = steppedWriter();
    writer.write('a');
    writer.write('b');
    writer.write('c');
    expect(written).toEqual(['a']);
    expect(writer.hold('last ')).toBe(true);
    expect(writer.hold('again')).toBe(false);
    writer.write('held');
    go();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['a', 'bclast ']);
    go();
    await writer.drained(1000);
    writer.release('first ');
    writer.write(' more');
    go();
    await new Promise((resolve) => setImmediate(resolve));
    go();
    await writer.drained(1000);
    expect(written.join('')).toBe('abclast first held more');
  });

  it('writes nothing that was not begun, once it is cut', async () => {
    const { writer, written, go } = steppedWriter();
    writer.write('begun');
    writer.write('waiting');
    writer.cut();
    go();
    await writer.drained(1000);
    expect(written).toEqual(['begun']);
  });

  it('waits no longer than it is told, and forgets a terminal that is gone', async () => {
    const stuck = createScreenWriter(() => new Promise(() => {}));
    stuck.write('a');
    await stuck.drained(10);
    const gone = createScreenWriter(() => Promise.reject(new Error('gone')));
    gone.write('a');
    await gone.drained(1000);
    gone.write('b');
    await gone.drained(1000);
  });
});

/** A writer whose writes end one by one. */
function steppedWriter() {
  const written: string[] = [];
  let end = () => {};
  const writer = createScreenWriter(async (text) => {
    written.push(String(text));
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { writer, written, go: () => end() };
}
