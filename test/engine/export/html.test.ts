import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { escapeForTerminal } from '../../../src/base/safe-text.ts';
import type { EncoderOptions } from '../../../src/engine/export/encoder.ts';
import { html } from '../../../src/engine/export/html.ts';
import type { Event } from '../../../src/model/event.ts';
import { type Entry, envelope, idOf, jsonl, makeFolder, makeHome, record, turn } from '../../builders.ts';
import { allHomes } from '../../support/all-homes.ts';
import { hostileSession } from '../../support/hostile-session.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { type ReadPage, readPage } from '../../support/html.ts';
import type { Json } from '../../support/json.ts';
import { runHere } from '../../support/run-here.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';

describe.each(allHomes)('the pages of %s', (original) => {
  let home: string;
  let ids: string[];
  beforeAll(async () => {
    home = join(makeFolder(), 'home');
    cpSync(original, home, { recursive: true });
    const { out } = await runHere(['ls', '-q', '--archived'], { env: { CODEX_HOME: home } });
    ids = out.toString().trimEnd().split('\n');
  });

  it('are well-formed, hold every message, and are the same twice', async () => {
    const [one, two] = [join(home, 'one'), join(home, 'two')];
    for (const path of [one, two]) {
      const argv = ['export', '-q', '--format', 'html', '--split', '-o', path, '-'];
      expect((await runHere(argv, { env: { CODEX_HOME: home }, stdin: ids.join('\n') })).code).toBe(0);
    }
    const index = expectOurs(readFileSync(join(one, 'index.html'), 'utf8'));
    const links = index.elements
      .map(({ attributes }) => attributes.get('href'))
      .filter((href) => href?.endsWith('.html'));
    expect(links).toEqual(ids.map((id) => `${id}.html`));
    for (const id of ids) {
      const page = readFileSync(join(one, `${id}.html`), 'utf8');
      expect(page).toBe(readFileSync(join(two, `${id}.html`), 'utf8'));
      const { text, elements } = expectOurs(page);
      const { out } = await runHere(['show', '--json', id], { env: { CODEX_HOME: home } });
      const events = parsed(out);
      for (const { type, msg } of events) {
        if (type !== 'EventMsg' || !['UserMessage', 'AgentMessage'].includes(msg.type)) continue;
        for (const words of msg.text.match(/[\p{L}\p{N} ,]{5,}/gu) ?? []) expect(text).toContain(words.trim());
      }
      const turns = new Set(events.filter((event) => event.turn > 0).map((event) => event.turn));
      expect(elements.filter(({ attributes }) => /^turn-[1-9]\d*$/.test(attributes.get('id') ?? ''))).toHaveLength(
        turns.size,
      );
    }
  });
});

describe('hostile text', () => {
  it('is there in numbers', () => expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(120));

  it.each(hostileTexts.map((text) => [text.slice(0, 60), text]))(
    '%j stays text wherever it stands',
    async (_, text = '') => {
      const home = makeHome();
      home.rollout(idOf(1), hostileSession(idOf(1), text));
      home.names({ [idOf(1)]: text });
      const folder = join(home.path, 'pages');
      const argv = ['export', '--format', 'html', '--split', '-o', folder, idOf(1)];
      expect((await runHere(argv, { env: { CODEX_HOME: home.path } })).code).toBe(3);
      const page = expectOurs(readFileSync(join(folder, `${idOf(1)}.html`), 'utf8'));
      expectOurs(readFileSync(join(folder, 'index.html'), 'utf8'));
      // As a command and as an output it is what it was, made visible.
      const shown = escapeForTerminal(text.replaceAll('\r\n', '\n')).replace(/\n$/, '');
      expect(page.text.split(shown).length).toBeGreaterThan(3);
    },
  );
});

describe('a page', () => {
  it('shows images that the session holds, and no other', async () => {
    const data = (type: string, base64: string) => `data:image/${type};base64,${base64}`;
    const images = [
      data('png', png),
      data('svg+xml', png),
      data('jpeg', png),
      data('png', `${png}\n`),
      data('png', `${png}" x="`),
      `https://evil.example/${png}`,
      data('png', `iVBORw0KGgo${'A'.repeat(4_000_001)}`),
      'file:///etc/passwd',
    ];
    const { text, elements } = await pageOf([record.event('user_message', { message: 'look', images })]);
    const shown = elements.filter(({ name }) => name === 'img').map(({ attributes }) => attributes.get('src'));
    expect(shown).toEqual([images[0]]);
    expect(text.match(/Image, not shown/g)).toHaveLength(images.length - 1);
  });

  it('says what was rolled back, inherited, refused, unknown and damaged', async () => {
    const page = await pageOf(
      [
        ...turn('kept'),
        ...turn('dropped'),
        record.rolledBack(1),
        record.event('sessions_approval', { call_id: 'c1', decision: 'denied', by: 'policy', reason: 'no network' }),
        ['of_tomorrow', { digits: 1 }],
      ],
      '{"timestamp":"2026-01-02T03:04:05Z","type":"of_tomorrow","payload":{"big":12345678901234567890}}\ngarbage\n',
    );
    const gone = page.elements.filter(({ attributes }) => / gone$/.test(attributes.get('class') ?? ''));
    expect(gone.length).toBeGreaterThan(3);
    expect(page.text).toMatch(/Turn 2\s*rolled back/);
    expect(page.text).toContain('Rolled back: 1 turn');
    expect(page.text).toMatch(/denied by policy\s*· no network/);
    expect(page.text).toContain('"big": 12345678901234567890');
    expect(page.text).toMatch(/BAD-JSON\s+line \d+/);
    expect(page.text).toContain('garbage');
    expect(page.text).toMatch(/tokens so far: 1 in, 1 out/);
  });

  it('takes of memory what a turn does, however many there are', () => {
    const options = { isRedacted: false, producer: { name: 'p', version: '1' } };
    const encoder = html.createEncoder(options as EncoderOptions);
    encoder.header({ threadId: null, name: null, path: '-', archived: false, sizeBytes: 0, index: 0, indexInFile: 0 });
    for (let number = 1; number <= 5000; number++) {
      const msg = { type: 'UserMessage', text: `${'x'.repeat(200)} ${number}` };
      encoder.event({ thread_id: null, seq: number, timestamp: null, turn: number, type: 'EventMsg', msg } as Event);
    }
    const end = encoder.end({ events: 5000, problems: [], lost: 0, hasGrown: false }).join('');
    expect(end.match(/<li/g)).toHaveLength(1000);
    expect(end.length).toBeLessThan(200_000);
  });

  it('takes nothing for granted in a stream that was not checked', async () => {
    const event = (more: object) =>
      JSON.stringify({ thread_id: 'x', seq: 0, timestamp: null, turn: 1, type: 'EventMsg', msg: {}, ...more });
    const bad = '"><script>canary(1)</script>';
    const lines = [
      event({ schema: 'sessions.event/1', seq: bad, turn: bad, timestamp: bad, inherited_from: bad }),
      event({ seq: 1, turn: -1.5, msg: { type: { a: bad }, text: [bad] } }),
      event({ seq: 2, type: 'ResponseItem', item: { type: 'tool_call', name: [bad], command: [{ a: bad }] } }),
      event({ seq: 3, msg: { type: 'TokenCount', total: { input_tokens: bad, output_tokens: bad } } }),
    ];
    const argv = ['export', '-q', '--no-validate', '--format', 'html', '-'];
    const { out } = await runHere(argv, { stdin: `${lines.join('\n')}\n` });
    expectOurs(out.toString());
  });

  it('shows what was redacted as marks, and nothing else', async () => {
    const key = `ghp_${'aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5'}`;
    const records = [...turn(`my key is ${key}, not [redacted:<b>:1]`)];
    const home = makeHome();
    const path = home.write('one.jsonl', jsonl(envelope(record.meta(idOf(1)), ...records)));
    const run = async (...more: string[]) =>
      (await runHere(['export', '-q', '--format', 'html', ...more, path])).out.toString();
    const redacted = await run('--redact');
    expect(expectOurs(redacted).text).not.toContain(key);
    expect(redacted).toMatch(/my key is <mark>\[redacted:[\w-]+:1\]<\/mark>, not \[redacted:&lt;b&gt;:1\]/);
    expect(await run()).not.toContain('<mark>');
  });

  it('says at a glance what the session came to, and what became of each call', async () => {
    const { text } = await pageOf([
      record.started('1'),
      ['turn_context', { turn_id: '1', cwd: '/w', model: 'model-a' }],
      record.call('c1', 'shell', { command: ['bash', '-lc', 'make'] }),
      record.output('c1', JSON.stringify({ output: `${'x\n'.repeat(40)}it broke\n`, metadata: { exit_code: 2 } })),
      record.tokens(100),
    ]);
    expect(text).toMatch(/Model\s*model-a/);
    expect(text).toMatch(/Tool calls\s*1 \(1 failed\)/);
    expect(text).toMatch(/Result exit 2\s*· 41 lines it broke/);
  });

  it('keeps what is shown of many events in small groups', () => {
    const encoder = html.createEncoder({ isRedacted: false, producer: { name: 'p', version: '1' } } as EncoderOptions);
    const out = [];
    for (let seq = 0; seq < 501; seq++) {
      const msg = { type: 'AgentMessage', text: 'x' };
      out.push(...encoder.event({ thread_id: null, seq, timestamp: null, turn: 1, type: 'EventMsg', msg } as Event));
    }
    const groups = out.join('').split('<div class="run">');
    expect(groups).toHaveLength(1 + 11);
    expect(Math.max(...groups.map((group) => group.split('<article').length - 1))).toBe(50);
  });

  it('is one for each session', async () => {
    const home = makeHome();
    for (const number of [1, 2]) home.rollout(idOf(number), envelope(record.meta(idOf(number)), ...turn('x')));
    const { code, err } = await runHere(['export', '--format', 'html', idOf(1), idOf(2)], {
      env: { CODEX_HOME: home.path },
    });
    expect([code, err]).toEqual([2, 'sessions: html has one session in a file\nhint: add --split -o FOLDER\n']);
  });
});

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

async function pageOf(records: Entry[], tail = ''): Promise<ReadPage> {
  const home = makeHome();
  const path = home.write('one.jsonl', jsonl(envelope(record.meta(idOf(1)), ...records)) + tail);
  return expectOurs((await runHere(['export', '-q', '--format', 'html', path])).out.toString());
}

/** Only elements and attributes of ours; a policy that lets nothing in but the one style and the one script that are there. */
function expectOurs(page: string): ReadPage {
  const read = readPage(page);
  const { elements } = read;
  for (const { name, attributes } of elements) {
    if (!names.has(name)) expect(name).toBe('one of ours');
    for (const [key, value] of attributes) {
      if (!keys.has(key)) expect(`${name} ${key}`).toBe('one of ours');
      if (key === 'href') expect(value).toMatch(/^(?:#[\w-]+|[0-9a-f-]+\.html)$/);
      if (key === 'src') expect(value).toMatch(/^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/);
      if (key === 'id') expect(value).toMatch(/^[a-z][a-z0-9-]*$/);
      if (key === 'class') expect(value).toMatch(/^[a-z ]+$/);
    }
  }
  const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const policy = elements.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy');
  const rules = policy?.attributes.get('content') ?? '';
  for (const kind of ['style', 'script']) {
    const sources = elements.filter(({ name }) => name === kind);
    expect(sources).toHaveLength(1);
    const hash = createHash('sha256')
      .update(sources[0]?.content ?? '')
      .digest('base64');
    expect(rules).toContain(`${kind}-src 'sha256-${hash}'`);
  }
  expect(rules).toMatch(/^default-src 'none'; /);
  expect(rules).not.toMatch(/unsafe|https?:|\*/);
  expect(page).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]|[\u{e0000}-\u{e0fff}]/u);
  return read;
}

const names = new Set(
  (
    'html head meta title style script body a header p div label input output button main section h1 h2 h3 h4 h5 h6 dl dt dd ' +
    'span time article details summary pre code b i em strong s ul ol li blockquote table thead tbody tr th td br hr ins del ' +
    'figure figcaption img footer nav mark'
  ).split(' '),
);
const keys = new Set(
  (
    'lang charset http-equiv content name class href hidden id role for type placeholder autocomplete spellcheck maxlength title ' +
    'aria-label aria-labelledby dir open datetime src alt loading decoding start scope tabindex'
  ).split(' '),
);
