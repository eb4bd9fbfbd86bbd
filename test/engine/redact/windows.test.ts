import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { createRandom } from '../../support/random.ts';

const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;

describe('a long text', () => {
  it('has no secret left, wherever it stands, and everything else', async () => {
    const random = createRandom(5);
    const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIabcDEF123+/xyz'.repeat(200).replace(/.{64}/g, '$&\n')}\n-----END RSA PRIVATE KEY-----`;
    const secrets = [token, pem, `DB_PASSWORD='q7Xw2Lp9Zk4R'`];
    const parts: string[] = [];
    const wanted: string[] = [];
    let length = 0;
    // At each place where a part may end, more than once.
    while (length < 1_600_000) {
      const gap = 'so it goes. '.repeat(1 + Math.floor(random() * 900));
      const secret = secrets[Math.floor(random() * secrets.length)] as string;
      parts.push(gap, secret, '\n');
      wanted.push(gap, secret === token ? '[T]' : secret === pem ? '[K]' : "DB_PASSWORD='[P]'", '\n');
      length += gap.length + secret.length;
    }
    const redactor = await openRedactor();
    const clean = redactor
      .text(parts.join(''))
      .replaceAll('[redacted:github-token:1]', '[T]')
      .replaceAll('[redacted:private-key:1]', '[K]')
      .replaceAll('[redacted:assigned-secret:1]', '[P]');
    expect(clean === wanted.join('')).toBe(true);
    expect(
      redactor.report().every(({ offset, length }) => parts.join('').slice(offset, offset + length).length > 11),
    ).toBe(true);
  });

  it('keeps no more of half a million findings than of ten thousand', async () => {
    const redactor = await openRedactor();
    const clean = redactor.text('ada.x@acme.net, '.repeat(200_000));
    expect(clean).toBe('[redacted:email:1], '.repeat(200_000));
    expect(redactor.count).toBe(200_000);
    expect(redactor.report()).toHaveLength(10_000);
    expect(redactor.report()[9_999]?.offset).toBe(16 * 9_999);
  });

  it('has base64 taken out in which a secret stands where one part ends', async () => {
    const plain = `${'it is a fine day. '.repeat(16_000)}GH=${token}\n`.repeat(4);
    const clean = (await openRedactor()).text(Buffer.from(plain).toString('base64'));
    expect(Buffer.from(clean, 'base64').toString('latin1')).not.toContain(token.slice(4, 20));
  });
});
