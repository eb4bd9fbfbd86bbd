import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

const password = 'Xk9wQ2mZ7vTr';
const mark = '[redacted:command-password:1]';

describe('a secret that was found by what stands around it', () => {
  it('is found again where nothing does, with the same mark', async () => {
    const redactor = await openRedactor({ severity: 'medium' });
    expect(redactor.text(`mysql -u root -p${password} app`)).toBe(`mysql -u root -p${mark} app`);
    expect(redactor.text(`ada | ${password} | 2031`)).toBe(`ada | ${mark} | 2031`);
    expect(redactor.text(password)).toBe(mark);
    expect(redactor.text(`"a\\n${password}\\n"`)).toBe(`"a\\n${mark}\\n"`);
    expect(redactor.count).toBe(4);
  });

  it('is found in base64, in an address, and as the name of a member', async () => {
    const redactor = await openRedactor({ severity: 'medium' });
    redactor.text(`sshpass -p ${password} ssh h`);
    expect(redactor.text(Buffer.from(`it is ${password}, mind you`).toString('base64'))).toBe(mark);
    expect(redactor.text(`q=a%20${password}%20b`)).toBe(`q=a%20${mark}%20b`);
    const line = redactor.line(Buffer.from(JSON.stringify({ payload: { output: { [password]: 1 } } })));
    expect(Buffer.from(line).toString()).toBe(`{"payload":{"output":{"${mark}":1}}}`);
  });

  it('is left alone within a longer word, and where it is a word or a number itself', async () => {
    const redactor = await openRedactor({ severity: 'medium' });
    redactor.text(`mysql -p${password}; sshpass -p correcthorse ssh h; password: "12345678"`);
    for (const text of [`a${password}`, `${password}9`, 'a correcthorse', 'at 12345678 bytes']) {
      expect(redactor.text(text)).toBe(text);
    }
  });

  it('is not remembered where it is said to be none', async () => {
    const redactor = await openRedactor({ severity: 'medium', without: ['command-password'] });
    redactor.text(`sshpass -p ${password} ssh h`);
    expect(redactor.text(`see ${password} here`)).toBe(`see ${password} here`);
  });
});
