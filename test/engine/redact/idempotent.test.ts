import { describe, expect, it } from 'vitest';
import { lineOf, makeCorpus } from '../../../bench/redact-corpus.mjs';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { createRandom } from '../../support/random.ts';

const seed = Number(process.env.SESSIONS_SEED ?? Math.floor(createRandom(Date.now())() * 1e6));

describe.each([7, seed])('what was redacted once (seed %i)', (of) => {
  it.each(['low', 'medium'] as const)(
    'is left as it is by another time, with every secret from %s on',
    async (severity) => {
      const again: string[] = [];
      for (const key of [null, Buffer.from('k'.repeat(32))]) {
        const first = await openRedactor({ severity, key });
        const second = await openRedactor({ severity, key });
        for (const one of makeCorpus({ seed: of })) {
          const clean = first.line(lineOf(one));
          const before = second.count;
          const twice = second.line(clean);
          if (second.count > before || !Buffer.from(twice).equals(clean)) {
            again.push(`${one.kind} in ${one.place}: ${Buffer.from(clean)} -> ${Buffer.from(twice)}`);
          }
        }
      }
      expect(again).toEqual([]);
    },
  );
});

describe('a mark', () => {
  it.each([
    'postgres://bob:[redacted:url-password:1]@db/x',
    'mysql://bob:[redacted:url-password:12]@db.acme.net:3306/x?ssl=1',
    'mongodb+srv://bob:[redacted:url-password:0123456789abcdef]@cluster0.ab1c2.mongodb.net/x',
    'https://[redacted:url-token:1]@host.net/x',
    'Authorization: Bearer [redacted:authorization:1]',
    'Cookie: [redacted:cookie:1]',
    'curl -u admin:[redacted:option-secret:1] https://x.net',
    'the password is [redacted:assigned-secret:1]',
    'DB_PASSWORD=[redacted:assigned-secret:x0123456789abcdef]',
    '[redacted:email:1][redacted:github-token:1]@acme.net',
  ])('is no secret: %s', async (text) => {
    const redactor = await openRedactor();
    expect(redactor.text(text)).toBe(text);
  });

  it('hides no secret beside it, and none that only looks like it', async () => {
    const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
    for (const text of [
      `[redacted:email:1]${token}`,
      `[redacted:${token}:1]`,
      `postgres://a:[redacted:email:1]${token}@db/x`,
    ]) {
      expect((await openRedactor()).text(text)).not.toContain(token);
    }
  });
});
