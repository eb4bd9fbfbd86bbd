import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, makeHome, record, unmarkedTurn } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';

const home = makeHome();
const id = idOf(1);
const words = Array.from({ length: 14 }, (_, index) => `only as input ${index + 1}`);
const inputs = words.map(
  (text): Entry => ['response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
);
home.rollout(id, envelope(record.meta(id), ...unmarkedTurn('the first'), ...inputs));

describe('a message that is recorded as input alone', () => {
  it.each([
    [['show']],
    ...[['text'], ['markdown'], ['html'], ['csv', '--table', 'turns']].map((format) => [
      ['export', '-q', '--format', ...format],
    ]),
  ])('is shown once by %j', async (argv) => {
    const { out, code } = await runHere([...argv, id], { env: { CODEX_HOME: home.path } });
    expect(code).toBe(0);
    // A page lists its turns, too.
    const text = out.toString().replace(/<nav[\s\S]*<\/nav>/, '');
    for (const each of words) expect([each, text.match(new RegExp(`${each}(?!\\d)`, 'g'))?.length]).toEqual([each, 1]);
  });

  it('does not count as lost', async () => {
    for (const format of ['text', 'markdown', 'html']) {
      const { err } = await runHere(['export', '--format', format, id], { env: { CODEX_HOME: home.path } });
      expect([format, err]).toEqual([format, expect.not.stringContaining('message')]);
    }
  });
});

const corpus = join(process.env.SESSIONS_CORPUS ?? '/none', '0.20.0/sessions/2026/11/22');
const picture = join(corpus, 'rollout-2026-11-22T15-23-15-f71fee2c-a37a-44e0-aa55-bc7727cd9d0b.jsonl');

it.skipIf(!existsSync(picture))('a picture alone is shown as what was said', async () => {
  const said = { markdown: '\\[picture\\]', text: '> [image image/png', html: '<img src="data:image/png;base64,' };
  for (const [format, sign] of Object.entries(said)) {
    const { out } = await runHere(['export', '-q', '--format', format, '-'], { stdin: readFileSync(picture, 'utf8') });
    expect([format, out.toString().split(sign).length - 1]).toEqual([format, 1]);
  }
});
