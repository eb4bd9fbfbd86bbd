import { lintSource } from '@secretlint/core';
import { creator, rules } from '@secretlint/secretlint-rule-preset-recommend';
import { describe, expect, it } from 'vitest';
import { makeCorpus } from '../../../bench/redact-corpus.mjs';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { loadLintRules } from '../../../src/engine/redact/secretlint.ts';

describe('the rules of secretlint', () => {
  it('are those that are known: another one needs a look at what its secrets begin with', () => {
    const names = (rules as { meta: { id: string } }[]).map(({ meta }) =>
      meta.id.replace('@secretlint/secretlint-rule-', ''),
    );
    expect(names.sort()).toEqual(
      [
        '1password',
        'anthropic',
        'aws',
        'azure',
        'basicauth',
        'database-connection-string',
        'filter-comments',
        'gcp',
        'github',
        'linear',
        'npm',
        'openai',
        'privatekey',
        'sendgrid',
        'shopify',
        'slack',
      ].filter((name) => names.includes(name)),
    );
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it('find here what they find when secretlint runs them itself', async () => {
    const lint = await loadLintRules();
    const redactor = await openRedactor({ severity: 'medium' });
    let found = 0;
    for (const { payload } of makeCorpus({ planted: 300, alike: 100, seed: 3 })) {
      const text = textOf(payload);
      const { messages } = await lintSource({
        source: { filePath: 'text', content: text, ext: '.txt', contentType: 'text' },
        options: { config: { rules: [{ id: creator.meta.id, rule: creator }] }, noPhysicFilePath: true },
      });
      found += messages.length;
      const ours = lint.scan(text);
      for (const { range, messageId } of messages) {
        expect(
          ours.some(({ start, end }) => start < range[1] + 80 && end > range[0]),
          `${messageId} in ${text}`,
        ).toBe(true);
      }
      // What they find, we take out, whichever rule it was.
      if (messages.length > 0) expect(redactor.text(text), text).not.toBe(text);
    }
    expect(found).toBeGreaterThan(50);
  });

  it('are right about places behind a byte order mark', async () => {
    const lint = await loadLintRules();
    const token = `npm_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
    expect(lint.scan(`\ufeff ${token}`)).toMatchObject([{ start: 2, end: 42, value: token, rule: 'secretlint-npm' }]);
  });
});

function textOf(payload: object): string {
  const {
    content,
    output,
    arguments: args,
  } = payload as { content?: { text: string }[]; output?: string; arguments?: string };
  return content?.[0]?.text ?? output ?? args ?? '';
}
