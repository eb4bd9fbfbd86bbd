import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes, dropAfter, events, responsesEvents, sse, startModelServer, status } from '../support/model-server.ts';
import { hasSandbox, sandboxMode } from '../support/sandbox-mode.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';
import { byExec, byRun, command, expectSame, idle, type Said } from './run-and-exec.ts';
import { leave, makeRunRig } from './run-rig.ts';

const { delta, message, completed } = responsesEvents;
let tmux: ReturnType<typeof startTmux>;
beforeAll(() => {
  if (hasTmux) tmux = startTmux({ columns: 100, rows: 40 });
});
afterAll(() => {
  if (hasTmux) tmux.stop();
});

const shell = (command: string, more: object = {}) => ({ name: 'shell_command', arguments: { command, ...more } });
const plan = (...steps: string[]) => ({
  name: 'update_plan',
  arguments: { plan: steps.map((step) => ({ step, status: 'pending' })) },
});
const patch = (...lines: string[]) => ({
  name: 'apply_patch',
  input: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n'),
});
const asking = [
  { text: 'I ask.', calls: [shell('touch made', { with_escalated_permissions: true, justification: 'I must' })] },
];
const cases: [name: string, turns: Said[]][] = [
  [
    'a plain answer',
    [{ say: 'hello', steps: [{ reasoning: 'Hm.', text: 'Hello **you**.', usage: { input: 9, output: 3 } }] }],
  ],
  [
    'calls, a plan, a patch',
    [
      {
        say: 'work',
        steps: [
          { text: 'I look.', calls: [shell('echo out; echo err >&2; exit 3'), plan('look', 'write')] },
          { calls: [patch('*** Add File: new.txt', '+one')], usage: { input: 20, output: 5 } },
          { calls: [patch('*** Update File: gone.txt', '@@', '-a', '+b')] },
          { calls: [{ name: 'no_such_tool', arguments: '{"broken' }] },
          { text: 'Done.' },
        ],
      },
    ],
  ],
  [
    'several turns',
    [
      { say: 'one', steps: [{ text: 'First.', usage: { input: 100, output: 5 } }] },
      { say: 'two', steps: [{ calls: [shell('echo again')] }, { text: 'Second.', usage: { input: 200, output: 5 } }] },
      { say: 'three', steps: [{ text: 'Third.' }] },
    ],
  ],
  [
    'an interrupted turn, and the next one',
    [
      {
        say: 'wait',
        steps: [{ text: 'I wait.', calls: [shell('echo begun; sleep 60')] }],
        interrupts: true,
        async onScreen(window) {
          await window.shows('begun');
          window.press('Escape');
        },
      },
      { say: 'go on', steps: [{ text: 'There.' }] },
    ],
  ],
  [
    'a provider that fails, and one that answers again',
    [
      { say: 'limit', steps: [{ fail: { kind: 'rate-limit', message: 'too many requests', retry: false } }] },
      { say: 'cut', steps: [{ text: 'Half of', fail: { kind: 'stream', message: 'it was cut', retry: false } }] },
      { say: 'fine', steps: [{ text: 'All of it.' }] },
    ],
  ],
];

if (hasSandbox) {
  const answers: [name: string, typed: string, press: (window: Window) => Promise<void>][] = [
    ['approved', 'y\n', async (window) => window.press('y')],
    [
      'declined with a reason',
      'n: not today\n',
      async (window) => {
        window.press('n');
        await window.shows('why not?');
        window.type('not today');
        await window.shows('not today');
        window.press('Enter');
      },
    ],
    ['that ends the turn', 'a\n', async (window) => window.press('a')],
  ];
  for (const [name, typed, press] of answers) {
    const onScreen = async (window: Window) => {
      await window.shows('Run this command?');
      // Keys of the first moment do not count.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await press(window);
    };
    cases.push([`an approval ${name}`, [{ say: 'ask', steps: [...asking, { text: 'So be it.' }], typed, onScreen }]]);
  }
}

describe.skipIf(!hasTmux)('run records what exec records:', () => {
  it.concurrent.each(cases)('%s', async (_, turns) => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    const [window] = await Promise.all([byRun(mine, turns), byExec(theirs, turns)]);
    const { code, screen } = await leave(window);
    expect(code).toBe(0);
    const [row] = await mine.rows();
    expect(screen).toMatch(new RegExp(`To go on with this session: sessions resume ${row?.thread_id}$`));
    await expectSame(mine, theirs);
  });

  it.concurrent('what waits while a turn runs', async () => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    const window = mine.open([{ delay: '1500ms', text: 'First.' }, { text: 'Second.' }, { text: 'Third.' }], 'one');
    await window.shows(/^> one$/m);
    for (const text of ['two', 'three']) {
      window.type(text);
      window.press('Enter');
    }
    await window.shows('Third.');
    await window.shows(idle);
    expect((await leave(window)).code).toBe(0);
    await byExec(theirs, [
      { say: 'one', steps: [{ text: 'First.' }] },
      { say: 'two', steps: [{ text: 'Second.' }] },
      { say: 'three', steps: [{ text: 'Third.' }] },
    ]);
    await expectSame(mine, theirs);
  });

  it.concurrent('another model, another policy', async () => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    const window = mine.open([{ text: 'First.' }], 'one');
    await window.shows('First.');
    await command(window, '/model other', 'other of scripted');
    await command(window, '/approvals never', 'asks: never');
    await command(window, 'two', /^> two\n+• First\.$/m);
    await window.shows(idle);
    expect((await leave(window)).code).toBe(0);
    await byExec(theirs, [
      { say: 'one', steps: [{ text: 'First.' }] },
      { say: 'two', steps: [{ text: 'First.' }], argv: ['-m', 'other', '-a', 'never'] },
    ]);
    await expectSame(mine, theirs);
  });

  it.concurrent('a fork, a fork from before a message, a new session', async () => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    // A script begins anew with each session that is opened.
    const steps = [{ text: 'First.' }, { text: 'Second.' }];
    const window = mine.open(steps, 'one');
    await window.shows('First.');
    await command(window, 'two', 'Second.');
    await command(window, '/fork', 'a fork of');
    await command(window, 'other', /^> other\n+• First\.$/m);
    await window.shows(idle);
    window.press('Escape');
    await window.shows('Esc');
    window.press('Escape');
    await window.shows(/Enter[^\n]*fork/);
    window.press('Enter');
    await window.shows('› other');
    window.press('Enter');
    await window.shows(/^> other\n+• First\.$[\s\S]*^> other\n+• First\.$/m);
    await window.shows(idle);
    await command(window, '/new', 'say what there is to do');
    await command(window, 'new', /^> new\n+• First\.$/m);
    await window.shows(idle);
    expect((await leave(window)).code).toBe(0);
    await byExec(theirs, [
      { say: 'one', steps: steps.slice(0, 1) },
      { say: 'two', steps: steps.slice(1, 2) },
    ]);
    const forkId = async (id: string | undefined, argv: string[]) => {
      expect((await theirs.exec(steps, ['fork', ...argv, id as string, 'other'])).code).toBe(0);
      return (await theirs.rows('--sort', 'created'))[0]?.thread_id;
    };
    const first = await forkId((await theirs.rows())[0]?.thread_id, []);
    await forkId(first, ['--at', '2']);
    await theirs.exec(steps, ['new']);
    await expectSame(mine, theirs);
  });

  it.concurrent('a server that refuses, breaks off, or answers with what is no answer', async () => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    const acts = [
      status(429, { error: { message: 'slow down' } }),
      dropAfter(sse(delta('Half of it'))),
      bytes('data: {"type": "response.output_text.delta", "delta"\n\n'),
      events(delta('Fine.'), message('Fine.'), completed()),
    ];
    const servers = await Promise.all([startModelServer(...acts), startModelServer(...acts)]);
    for (const [index, rig] of [mine, theirs].entries()) {
      const settings = `base_url = "${servers[index]?.url}"\nrequest_max_retries = 0\nstream_max_retries = 0\n`;
      const provider = `model_provider = "mine"\n[model_providers.mine]\nwire_api = "responses"\n${settings}`;
      rig.home.write('config.toml', `model = "m"\nsandbox_mode = "${sandboxMode}"\n${provider}`);
    }
    try {
      const window = tmux.open('sessions run', mine.work, mine.env);
      const said = [
        /^! turn failed: .*slow down/m,
        /^! turn failed: .*connection broke/m,
        /^> turn 2\n+! turn failed: .*JSON/m,
        /^• Fine\.$/m,
      ];
      for (const [index, shown] of said.entries()) {
        await command(window, `turn ${index}`, shown);
        await window.shows(idle);
      }
      expect((await leave(window)).code).toBe(0);
      for (const [index] of said.entries()) {
        const { code } = await theirs.run(['exec', ...(index === 0 ? [] : ['resume', '--last']), `turn ${index}`]);
        expect([index, code]).toEqual([index, index === 3 ? 0 : 1]);
      }
      await expectSame(mine, theirs);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });

  it.concurrent('an image, a name, a summary that becomes due', async () => {
    const [mine, theirs] = [makeRunRig(tmux), makeRunRig(tmux)];
    for (const { work, home } of [mine, theirs]) {
      writeFileSync(join(work, 'dot.png'), Buffer.from(dot, 'base64'));
      writeFileSync(join(home.path, 'config.toml'), 'model_auto_compact_token_limit = 20000\n', { flag: 'a' });
    }
    const steps = [
      { text: 'I see.', usage: { input: 30_000, output: 5 } },
      { text: 'A summary.', usage: { input: 30_000, output: 5 } },
      { text: 'Short now.', usage: { input: 9, output: 5 } },
    ];
    const window = mine.open(steps, '-i dot.png --name dots look');
    await window.shows('I see.');
    await command(window, 'again', 'Short now.');
    const { code, screen } = await leave(window);
    expect([code, screen.split('\n').at(-1)]).toEqual([0, 'To go on with this session: sessions resume dots']);
    await byExec(theirs, [
      { say: 'look', steps: steps.slice(0, 1), argv: ['-i', 'dot.png', '--name', 'dots'] },
      { say: 'again', steps: steps.slice(1) },
    ]);
    await expectSame(mine, theirs);
  });
});

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
