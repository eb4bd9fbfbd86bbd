import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClip } from '../../../../src/runner/tools/shell/clip.ts';

describe('a clip', () => {
  it('keeps both ends, however the output is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 24 }),
        (chunks, half) => {
          const ascii = chunks.map((chunk) => chunk.map((byte) => (byte % 20 === 0 ? 10 : 97 + (byte % 26))));
          const clip = createClip(half);
          for (const chunk of ascii) clip.add(chunk);
          const all = Buffer.concat(ascii).toString('latin1');
          expect(clip.bytes).toBe(all.length);
          expect(clip.lines).toBe(all.split('\n').length - 1);
          expect(clip.isCut).toBe(all.length > 2 * half);
          if (all.length <= 2 * half) expect(clip.text()).toBe(all);
          else {
            const [head, tail] = [all.slice(0, half), all.slice(-half)];
            const middle = all.slice(half, -half);
            const feeds = middle.split('\n').length - 1;
            expect(clip.text()).toBe(
              `${head}\n[… ${middle.length} bytes with ${feeds} line feeds left out …]\n${tail}`,
            );
          }
        },
      ),
    );
  });

  it('cuts no character in two', () => {
    for (const character of ['é', '€', '😀']) {
      for (let half = 5; half < 14; half += 1) {
        const clip = createClip(half);
        clip.add(Buffer.from(character.repeat(100)));
        expect(clip.text()).not.toContain('\ufffd');
      }
    }
  });
});
