import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { packageFile } from '../../../src/base/package-files.ts';
import { readScript } from '../../../src/runner/providers/script-file.ts';
import { scriptedProvider } from '../../../src/runner/providers/scripted.ts';
import { ask, requestOf, userItem } from './asking.ts';

const root = mkdtempSync(join(tmpdir(), 'sessions-script-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string | Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

async function play(name: string, text: string, clock = systemClock) {
  return scriptedProvider(await readScript(write(name, text)), clock);
}

const tour = `
steps:
  - reasoning: Look around first.
    text: I will list the files.
    calls:
      - name: shell
        arguments: { command: [ls, -l] }
      - name: apply_patch
        input: |
          *** Begin Patch
        id: call_p
    usage: { input: 1200, cached: 800, output: 40, reasoning: 12 }
  - delay: 200ms
    text: half of
    fail: { kind: rate-limit, message: slow down, after: 2s }
  - expect: '"quoted"'
    text: Done.
last: Nothing more.
`;

describe('a script', () => {
  it('answers one request after the other, and then says its last word', async () => {
    const slept: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
    const provider = await play('tour.yaml', tour, clock);
    const first = await ask(provider);
    expect(first.text).toBe('I will list the files.');
    expect(first.items).toEqual([
      { type: 'reasoning', id: expect.any(String), summary: [{ type: 'summary_text', text: 'Look around first.' }] },
      {
        type: 'message',
        id: expect.any(String),
        role: 'assistant',
        content: [{ type: 'output_text', text: 'I will list the files.' }],
      },
      {
        type: 'function_call',
        id: expect.any(String),
        name: 'shell',
        arguments: '{"command":["ls","-l"]}',
        call_id: expect.stringMatching(/^call_/),
      },
      {
        type: 'custom_tool_call',
        id: expect.any(String),
        status: 'completed',
        call_id: 'call_p',
        name: 'apply_patch',
        input: '*** Begin Patch\n',
      },
    ]);
    expect(first.final).toEqual({
      type: 'completed',
      responseId: 'script_1',
      usage: {
        input_tokens: 1200,
        cached_input_tokens: 800,
        output_tokens: 40,
        reasoning_output_tokens: 12,
        total_tokens: 1240,
      },
    });

    const second = await ask(provider);
    expect(second.text).toBe('half of');
    expect(second.items).toEqual([]);
    expect(second.final).toEqual({
      type: 'failed',
      kind: 'rate-limit',
      message: 'scripted: slow down',
      isRetryable: true,
      retryAfterMs: 2000,
    });
    expect(slept).toEqual([200]);

    const said = { ...userItem, content: [{ type: 'input_text', text: 'a "quoted" word' }] };
    expect((await ask(provider, requestOf({ items: [said] }))).text).toBe('Done.');
    expect((await ask(provider)).text).toBe('Nothing more.');
    expect((await ask(provider)).final).toMatchObject({ type: 'completed', responseId: 'script_5' });
  });

  it('has the same ids each time it is played, and others at another place of the thread', async () => {
    const idsIn = async (items = [userItem]) => {
      const { items: got } = await ask(await play('tour.yaml', tour), requestOf({ items }));
      return got.map(({ id, call_id }) => [id, call_id]);
    };
    expect(await idsIn()).toEqual(await idsIn());
    expect((await idsIn([userItem, userItem]))[2]).not.toEqual((await idsIn())[2]);
  });

  it('fails where the request is not the one that it expects', async () => {
    const { final } = await ask(await play('expect.yaml', '- expect: goodbye\n  text: x\n'));
    expect(final).toMatchObject({ kind: 'refused', isRetryable: false, message: expect.stringContaining("'goodbye'") });
  });

  it('is a tour that goes on, whatever was declined or aborted before', async () => {
    const script = await readScript(packageFile('tours', 'agent.yaml'));
    const provider = scriptedProvider(script, systemClock);
    for (const _ of script.steps) expect((await ask(provider)).final).toMatchObject({ type: 'completed' });
    expect((await ask(provider)).text).toBe(script.last);
  });

  it('can be NDJSON, with broken arguments and items of any kind', async () => {
    const lines = [
      { calls: [{ name: 'f', arguments: '{"broken' }] },
      { items: [{ type: 'web_search_call', status: 'completed' }] },
      { last: 'over' },
    ];
    const provider = await play('tour.ndjson', lines.map((line) => `${JSON.stringify(line)}\r\n\n`).join(''));
    expect((await ask(provider)).items).toMatchObject([{ arguments: '{"broken' }]);
    expect((await ask(provider)).items).toEqual(lines[1]?.items);
    expect((await ask(provider)).text).toBe('over');
  });

  it('that is cancelled while it waits ends at once', async () => {
    const provider = await play('slow.yaml', '- { delay: 1h, text: x }');
    const started = Date.now();
    const { final, items } = await ask(provider, requestOf(), AbortSignal.timeout(50));
    expect(final).toMatchObject({ kind: 'cancelled' });
    expect(items).toEqual([]);
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it.each([
    ['a.yaml', 'steps:\n  - text: x\n  - txet: y\n', 3, /^column 11: 'txet' is no part of a step/],
    ['b.yaml', '- text: [1]\n', 1, /^column 9: text is a text/],
    ['c.yaml', '- text: x\n- calls:\n    - arguments: {}\n', 3, /a call has a name/],
    ['d.yaml', '- text: "x\n', 2, /^column \d+: not YAML/],
    ['e.yaml', '- fail: { kind: odd }\n', 1, /^column 17: kind is one of unreachable, /],
    ['f.yaml', '- usage: { input: -1 }\n', 1, /usage has input and output/],
    ['g.yaml', '- delay: soon\n', 1, /^column 10: delay is a duration/],
    ['h.yaml', 'steps: 5\n', 1, /^column 8: a script has a list of steps/],
    ['i.yaml', 'text: x\n', 1, /'text' is no part of a script/],
    ['j.yaml', '- just text\n', 1, /^column 3: a step is an object/],
    ['k.yaml', '', 1, /a script is a list of steps/],
    ['l.yaml', '- items:\n    - { type: message }\n', 2, /a message without its role/],
    ['m.yaml', '- calls: [{ name: f, input: a, arguments: {} }]\n', 1, /not both/],
    [
      'n.yaml',
      `a: &a [x]\nb: &b [${'*a,'.repeat(99)}*a]\nc: [${'*b,'.repeat(99)}*b]\n`,
      undefined,
      /not YAML: .*alias/,
    ],
    ['o.ndjson', '{"text":"x"}\n\n{"text":5}\n', 3, /^text is a text$/],
    ['p.ndjson', '{"text":"x"}\n{"text"\n', 2, /^not JSON: /],
    ['q.ndjson', '{"text":"x"}\n{"last":7}\n', 2, /^last is a text$/],
    ['r.jsonl', '[]\n', 1, /^a step is an object$/],
  ])('with a mistake says where: %s %j', async (name, text, line, message) => {
    const path = write(name, text);
    const error = await readScript(path).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'Failure', kind: 'usage', place: { file: path, line } });
    expect(error.message).toMatch(message);
  });

  it('that is no text, or not there, is a failure as well', async () => {
    const path = write('latin1.yaml', Uint8Array.of(0x2d, 0x20, 0xff));
    await expect(readScript(path)).rejects.toMatchObject({ kind: 'usage', message: 'the script is not UTF-8' });
    await expect(readScript(join(root, 'none.yaml'))).rejects.toMatchObject({ kind: 'trouble' });
  });
});
