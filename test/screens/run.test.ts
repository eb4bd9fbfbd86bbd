import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { answer, idle, liveRowsIn } from '../support/live-part.ts';
import { beginStream, responsesEvents as events, sse, startModelServer } from '../support/model-server.ts';
import { makeRunRig, shell, sizes, waitFor } from '../support/run-in-tmux.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { hasTmux, startTmux } from '../support/tmux.ts';

describe.skipIf(!hasTmux)('sessions run in a terminal', () => {
  const terminal = startTmux();
  afterAll(() => terminal.stop());

  it.each(sizes)('leaves nothing of the live part behind, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const window = rig.run(
      [
        { text: 'First I look.', calls: [shell(`seq 1 9; ${waitFor('one')}; seq 10 40`)] },
        { text: 'Then I write.', calls: [{ name: 'apply_patch', input: bigPatch }] },
        { text: 'And again.', calls: [shell(waitFor('two'))] },
        { text: `${'A word and another one. '.repeat(30)}\n\n- end of it` },
        { text: 'Queued too.' },
      ],
      { size, words: `-a untrusted 'begin here'` },
    );
    await answer(window, 'y');
    await window.shows('│ 9');
    window.type('the next message');
    window.press('Enter');
    await window.shows('⧗ the next message');
    window.resize(size.columns - 7, size.rows);
    window.resize(size.columns + 10, size.rows - 2);
    window.resize(size.columns, size.rows + 3);
    window.resize(size.columns, size.rows);
    // Each of these stands there once.
    await window.shows(/⧗ the next message\n.*Esc interrupts\n›.*\n.*untrusted[^\n]*$/);
    // What is left behind stays; a row that is being drawn may not be there yet.
    const live = () => liveRowsIn(window.screen());
    await expect.poll(live, { timeout: 20_000 }).toHaveLength(5);
    rig.let('one');
    await answer(window, 's');
    await window.shows('q back');
    window.press('q');
    await answer(window, 'y');
    await window.shows('until [ -e two ]');
    await answer(window, 'y');
    rig.let('two');
    await window.shows('• Queued too.');
    await idle(window);
    await expect.poll(live, { timeout: 20_000 }).toHaveLength(2);
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    expect(liveRowsIn(window.screen())).toEqual([]);
    const said = window.screen().replace(/\s+/g, ' ');
    const order = [
      '> begin here',
      '• First I look.',
      '│ 40',
      '+line 90',
      'changes completed',
      '- end of it',
      '> the next',
    ];
    expect(order.map((each) => said.indexOf(each))).toEqual(
      order.map((each) => said.indexOf(each)).sort((a, b) => a - b),
    );
    for (const each of order) expect(said.split(each)).toHaveLength(2);
  });

  it.each(sizes)('shows an answer as it comes, and how things stand, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const open: { response?: ServerResponse } = {};
    const server = await startModelServer((exchange) => {
      open.response = exchange.response;
      beginStream(exchange.response);
    });
    rig.home.write('config.toml', configOf(server.url));
    const window = terminal.open(`sessions run -s ${sandboxMode} 'say it'`, rig.work, rig.env, size);
    await window.shows('working');
    await expect.poll(() => open.response, { timeout: 45_000 }).toBeDefined();
    const text = [
      '# Über 日本\n\nThe **bold** word, `code`, שלום and 👩‍👩‍👧\u001b[2J\u202e.\n\n',
      '1. one\n2. tw',
      'o\n\n```ts\nconst a = 1;\n',
      'const b = 2;\n```\n\n| a | b |\n|---|---|\n| 1 | 日 |\n\nThe e',
      'nd.',
    ];
    const shown = ['2. tw', 'const a = 1;', 'The e', 'The end.'];
    const write = (data: object) => open.response?.write(sse(data));
    write(events.delta(text[0] as string));
    const first = await window.shows('👩‍👩‍👧^[[2J\\u{202e}.');
    expect(first).not.toMatch(/\*\*bold|`code/);
    for (const [at, each] of shown.entries()) {
      write(events.delta(text[at + 1] as string));
      await window.shows(each);
    }
    window.resize(size.columns - 5, size.rows);
    window.resize(size.columns, size.rows);
    write(events.message(text.join('')));
    write(events.completed({ input_tokens: 900, output_tokens: 100, total_tokens: 1000 }));
    open.response?.end();
    await idle(window);
    // What a narrow screen has no room for is left out, the least important first.
    const status =
      size.columns === 40 ? /^a-model · \S+ · 90% left$/ : /^a-model · .*\S+ · on-request · .*1\.0k tokens · 90% left$/;
    await expect.poll(() => window.rows().findLast((row) => row !== '')).toMatch(status);
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    const all = window.screen();
    for (const each of ['Über 日本', '2. two', 'const a = 1;', 'const b = 2;', 'The end.']) {
      expect(all.split(each), each).toHaveLength(2);
    }
    expect(liveRowsIn(all)).toEqual([]);
    await server.close();
  });

  it.each(sizes)('folds and unfolds what was done, at $columns x $rows', async (size) => {
    const rig = makeRunRig(terminal);
    const plan = [
      { step: 'look 日本', status: 'completed' },
      { step: 'write שלום', status: 'in_progress' },
    ];
    const window = rig.run(
      [
        { reasoning: 'thinking of it', calls: [{ name: 'update_plan', arguments: { plan } }] },
        { calls: [shell(`seq 100 160; ${waitFor('go')}`)] },
        { calls: [{ name: 'apply_patch', input: '*** Begin Patch\n*** Add File: a 👩‍👩‍👧.txt\n+new\n*** End Patch' }] },
        { text: 'done with it' },
      ],
      { size, words: "--alt-screen -a never 'do it'" },
    );
    await window.shows('plan 1/2: write שלום');
    await window.shows('│ 160');
    expect(window.modes().alternate).toBe('1');
    rig.let('go');
    await window.shows('done with it');
    await idle(window);
    window.press('C-t');
    await expect.poll(() => window.rows().join('\n')).not.toContain('›');
    // A small screen shows the end of it alone.
    if (size.columns > 40) {
      const shown = () => window.rows().join('\n');
      await expect.poll(shown).toContain('┆ … 45 lines');
      expect(shown()).not.toContain('│ 150');
      window.press('O', 'G');
      await expect.poll(shown).toContain('│ 150');
      window.press('O', 'G');
      await expect.poll(shown).toContain('┆ … 45 lines');
    }
    await expect.poll(() => window.rows().join('\n')).toContain('done with it');
    window.press('q');
    await idle(window);
    expect(rig.read('a 👩‍👩‍👧.txt')).toBe('new\n');
    window.resize(size.columns, size.rows - 4);
    await expect.poll(() => window.rows().findLast((row) => row !== '')).toMatch(/never/);
    window.resize(size.columns, size.rows);
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    // What was on the other screen is gone, but for the line that resumes.
    expect(window.screen().replace(/\n/g, '')).toMatch(/^To go on with this session: sessions resume [0-9a-f-]{36}$/);
  });
});

function configOf(url: string): string {
  return `model = "a-model"
model_provider = "local"
model_context_window = 10000
[model_providers.local]
name = "local"
base_url = "${url}"
wire_api = "responses"
`;
}

const lines = Array.from({ length: 90 }, (_, at) => `+line ${at + 1} of a patch\n`).join('');
const bigPatch = `*** Begin Patch\n*** Add File: big.txt\n${lines}*** End Patch`;
