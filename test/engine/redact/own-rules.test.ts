import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

const folder = mkdtempSync(join(tmpdir(), 'sessions-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const rules = {
  rules: [
    { id: 'ticket', pattern: 'ACME-(?<secret>[0-9]{6})', severity: 'medium' },
    { id: 'host', pattern: '\\b[a-z]+\\d+\\.corp\\.net\\b', flags: 'i', keep: 2 },
  ],
  ignore: ['support@acme.net'],
};

describe("a user's rules", () => {
  it('are read from JSON and from YAML, and find what they say', async () => {
    const yaml =
      "rules:\n  - { id: ticket, pattern: 'ACME-(?<secret>[0-9]{6})' }\n  - id: host\n    pattern: '\\b[a-z]+\\d+\\.corp\\.net\\b'\n    flags: i\n    keep: 2\nignore: [support@acme.net]\n";
    for (const file of [fileOf('a.json', JSON.stringify(rules)), fileOf('a.yaml', yaml)]) {
      const redactor = await openRedactor({ rulesFile: file });
      expect(redactor.text('ACME-123456 on WEB12.corp.net, ask support@acme.net or ada@acme.net')).toBe(
        'ACME-[redacted:ticket:1] on WE[redacted:host:1], ask support@acme.net or [redacted:email:1]',
      );
    }
  });

  it('can be chosen and left out like the others', async () => {
    const rulesFile = fileOf('a.json', JSON.stringify(rules));
    expect((await openRedactor({ rulesFile, only: ['host'] })).text('ACME-123456 a1.corp.net')).toBe(
      'ACME-123456 a1[redacted:host:1]',
    );
    expect((await openRedactor({ rulesFile, without: ['host'] })).text('ACME-123456 a1.corp.net')).toBe(
      'ACME-[redacted:ticket:1] a1.corp.net',
    );
  });

  it.each([
    ['{"rules":[{"id":"A b","pattern":"x"}]}', /id/],
    ['{"rules":[{"id":"a","pattern":"("}]}', /rule 'a'/],
    ['{"rules":[{"id":"a","pattern":"x","unknown":1}]}', /unknown/],
    ['{"rules":', /cannot be read/],
    ['[]', /object/],
  ])('are refused when they are none: %s', async (content, reason) => {
    const opened = openRedactor({ rulesFile: fileOf('bad.json', content) });
    await expect(opened).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(reason) });
  });

  it('are stopped when they take too long', async () => {
    const redactor = await openRedactor({
      rulesFile: fileOf('slow.json', '{"rules":[{"id":"slow","pattern":"(a+)+$"}]}'),
    });
    expect(() => redactor.text(`${'a'.repeat(60)}b`)).toThrow(/REGEX-TIMEOUT: rule 'slow'/);
  });
});
