import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { validateLine } from '../../src/format/schemas.ts';
import type { ModelItem } from '../../src/model/history.ts';
import { newId } from '../../src/model/new-id.ts';
import { openRecorder, type RecorderOptions } from '../../src/runner/recorder/open-recorder.ts';
import type { Recorder, ThreadStart } from '../../src/runner/recorder/recorder.ts';
import { homeAt } from '../../src/store/home.ts';
import { listed, runExec, startAppServer } from './app-server.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { type MockModel, startMockModel } from './mock-model.ts';

const usage = {
  input_tokens: 100,
  cached_input_tokens: 50,
  output_tokens: 10,
  reasoning_output_tokens: 5,
  total_tokens: 110,
};
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

describe.skipIf(!canRunCodex)('a session that we recorded', () => {
  let rig: Rig;
  afterAll(() => rig.remove());

  for (const version of ['0.169.0-linux-x64', '0.120.0-linux-x64']) {
    const isOld = version.startsWith('0.120');
    for (const compress of isOld ? (['never'] as const) : (['never', 'exit'] as const)) {
      describe(`compressed: ${compress}, and resumed by Codex ${version}`, () => {
        let threadId: string;
        let path: string;
        let before: Buffer;

        beforeAll(async () => {
          await rig?.remove();
          rig = await makeRig(version);
          const recorder = await record({ kind: 'new', isEphemeral: false, start: startIn(rig) });
          threadId = recorder.threadId;
          path = recorder.path as string;
          await fullTurn(recorder, 'please tidy up');
          await recorder.barrier();
          before = await readFile(path);
          const end = await recorder.close({ compress });
          expect(end).toEqual({ path: compress === 'exit' ? `${path}.zst` : path, problem: null });
        }, 300_000);

        it('is listed with its first words', async () => {
          const server = await startAppServer(rig);
          const sourceKinds = ['exec', 'cli'];
          const { data } = await server.call('thread/list', { limit: 10, sourceKinds });
          await server.close();
          expect(data.map(({ id, preview }: { id: string; preview: string }) => [id, preview])).toEqual([
            [threadId, 'please tidy up'],
          ]);
        });

        it('is sent to the model as it was: every item, in order', async () => {
          expect(await runExec(rig, 'resume', threadId, 'and now?')).toBe(threadId);
          expect(conversation(rig.model)).toEqual([
            ...conversationOf(itemsOf('please tidy up')),
            ...conversationOf([userText('and now?')]),
          ]);
        });

        it('is gone on with in the same file, behind our bytes', async () => {
          const after = await readFile(path);
          expect(after.subarray(0, before.length).equals(before)).toBe(true);
          expect(after.toString()).toContain('and now?');
        });

        it('is gone on with by us after that, and by Codex again', async () => {
          const recorder = await record({ kind: 'resumed', threadId, path });
          expect([recorder.dialect, recorder.tail]).toEqual(['envelope', null]);
          await shortTurn(recorder, 'third');
          await recorder.close({ compress });
          rig.model.requests.length = 0;
          await runExec(rig, 'resume', threadId, 'fourth');
          expect(conversation(rig.model)).toEqual(
            conversationOf([
              ...itemsOf('please tidy up'),
              userText('and now?'),
              agentText('done'),
              userText('third'),
              agentText('re: third'),
              userText('fourth'),
            ]),
          );
        });

        it('was compacted: Codex sends what took the place of the rest', { timeout: 120_000 }, async () => {
          const recorder = await record({ kind: 'new', isEphemeral: false, start: startIn(rig) });
          await shortTurn(recorder, 'long ago');
          recorder.begin({ turnId: newId(systemClock.now()), contextWindow: 1000 });
          const items = [userText('long ago'), userText('summary: all is well')];
          recorder.compacted({ message: 'summary: all is well', items });
          recorder.endTurn({ outcome: 'completed', lastMessage: null });
          await shortTurn(recorder, 'after');
          await recorder.close({ compress: 'never' });
          rig.model.requests.length = 0;
          await runExec(rig, 'resume', recorder.threadId, 'next');
          expect(conversation(rig.model)).toEqual(
            conversationOf([...items, userText('after'), agentText('re: after'), userText('next')]),
          );
        });

        it('was interrupted, right after a decision: Codex resumes it all the same', { timeout: 120_000 }, async () => {
          const recorder = await record({ kind: 'new', isEphemeral: false, start: startIn(rig) });
          recorder.begin({ turnId: newId(systemClock.now()), contextWindow: 1000 });
          recorder.userMessage({ text: 'try', images: [], localImages: [] });
          recorder.approval({ callId: 'call_x', decision: 'abort', by: 'user', reason: null });
          await recorder.close({ compress: 'never' });
          rig.model.requests.length = 0;
          await runExec(rig, 'resume', recorder.threadId, 'again');
          const said = conversation(rig.model).filter(({ type, text }) => type === 'message' && !text?.startsWith('<'));
          expect(said).toEqual(conversationOf([userText('try'), userText('again')]));
        });
      });
    }
  }

  async function record(thread: RecorderOptions['thread']): Promise<Recorder> {
    return openRecorder({ home: homeAt(rig.home), clock: systemClock, thread });
  }
});

describe.skipIf(!canRunCodex)('a paginated session of Codex 0.169', () => {
  let rig: Rig;
  let threadId: string;
  let path: string;
  beforeAll(async () => {
    rig = await makeRig('0.169.0-linux-x64');
    threadId = await runExec(rig, 'theirs');
    const files = await readdir(join(rig.home, 'sessions'), { recursive: true, withFileTypes: true });
    const file = files.find((entry) => entry.name.endsWith('.jsonl'));
    path = join(file?.parentPath as string, file?.name as string);
  }, 300_000);
  afterAll(() => rig.remove());

  it('holds our turns and its own after both have gone on with it, numbered and valid', {
    timeout: 120_000,
  }, async () => {
    const expected = [userText('theirs'), agentText('done')];
    for (const round of [1, 2, 3]) {
      const thread = { kind: 'resumed' as const, threadId, path };
      const recorder = await openRecorder({ home: homeAt(rig.home), clock: systemClock, thread });
      expect(recorder.dialect).toBe('paginated');
      const text = `ours ${round}`;
      if (round === 3) {
        recorder.begin({ turnId: newId(systemClock.now()), contextWindow: 1000 });
        recorder.compacted({ message: 'short', items: [userText('short')] });
        recorder.endTurn({ outcome: 'completed', lastMessage: null });
        expected.splice(0, expected.length, userText('short'));
      }
      await fullTurn(recorder, text);
      expected.push(...itemsOf(text));
      await recorder.close({ compress: round === 2 ? 'exit' : 'never' });
      rig.model.requests.length = 0;
      await runExec(rig, 'resume', threadId, `theirs ${round}`);
      expected.push(userText(`theirs ${round}`));
      expect(conversation(rig.model)).toEqual(conversationOf(expected));
      expected.push(agentText('done'));
    }
    const lines = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ ordinal }) => ordinal)).toEqual(lines.map((_, index) => index));
    expect(lines.filter((line) => !validateLine('paginated', line).ok)).toEqual([]);
    const server = await startAppServer(rig);
    expect(Object.keys(await listed(server))).toEqual([threadId]);
    const { thread } = await server.call('thread/read', { threadId, includeTurns: true });
    await server.close();
    const shown = thread.turns.flatMap(({ items }: { items: { type: string }[] }) => items.map(({ type }) => type));
    expect(shown.filter((type: string) => type === 'userMessage')).toHaveLength(7);
    expect(shown.filter((type: string) => type === 'commandExecution')).toHaveLength(3);
    expect(shown.filter((type: string) => type === 'fileChange')).toHaveLength(3);
  });
});

interface Rig {
  codex: string;
  root: string;
  home: string;
  model: MockModel;
  remove(): Promise<void>;
}

async function makeRig(version: string): Promise<Rig> {
  const codex = await codexBinary(version);
  const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
  const home = join(root, 'home');
  await mkdir(join(root, 'work'));
  await mkdir(home, { mode: 0o700 });
  const model = await startMockModel([]);
  const config = [
    'model = "gpt-5.1-codex"',
    'model_provider = "mock"',
    '[model_providers.mock]',
    'name = "mock"',
    `base_url = "${model.url}"`,
    'wire_api = "responses"',
    'env_key = "MOCK_KEY"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
  ];
  await writeFile(join(home, 'config.toml'), config.join('\n'));
  const remove = async () => {
    await model.close();
    await rm(root, { recursive: true, force: true });
  };
  return { codex, root, home, model, remove };
}

function startIn(rig: Rig): ThreadStart {
  return {
    cwd: join(rig.root, 'work'),
    source: 'exec',
    version: '0.1.0',
    modelProvider: 'mock',
    baseInstructions: 'Be brief.',
    git: { commit: '0a445958f991c7f1b0d4c72a77a982654d6830fb', branch: 'main', url: null },
    dynamicTools: [
      {
        name: 'lookup',
        description: 'Looks up',
        inputSchema: { type: 'object', properties: {} },
        command: ['./lookup'],
      },
    ],
    memoryMode: 'disabled',
    forkedFrom: null,
  };
}

/** Everything that a turn can hold. */
async function fullTurn(recorder: Recorder, text: string): Promise<void> {
  const [user, ...rest] = itemsOf(text) as [ModelItem, ...ModelItem[]];
  recorder.begin({ turnId: newId(systemClock.now()), contextWindow: 258_400 });
  recorder.item({ type: 'message', role: 'developer', content: [{ type: 'input_text', text: '<rules>' }] });
  recorder.context({
    cwd: '/tmp',
    model: 'gpt-5.1-codex',
    approvalPolicy: 'on-request',
    sandboxPolicy: { type: 'workspace-write', writableRoots: ['/tmp/more'], network: false },
    reasoningEffort: 'low',
    reasoningSummary: null,
    timezone: 'Europe/Vienna',
    userInstructions: 'Be brief.',
  });
  recorder.userMessage({ text, images: [], localImages: [{ path: '/tmp/pixel.png', url: pixel }], item: user });
  for (const item of rest) {
    if (item.type === 'function_call_output') {
      recorder.command({
        callId: String(item.call_id),
        argv: ['bash', '-lc', 'ls'],
        cwd: '/tmp',
        output: 'a\n',
        exitCode: 0,
        status: 'completed',
        durationMs: 12.5,
      });
    }
    if (item.type === 'custom_tool_call_output') {
      recorder.fileChange({
        callId: String(item.call_id),
        changes: {
          '/tmp/a': { type: 'add', content: 'x\n' },
          '/tmp/b': { type: 'update', unified_diff: '@@ -1 +1 @@\n-a\n+b\n', move_path: null },
          '/tmp/c': { type: 'delete', content: 'gone\n' },
        },
        status: 'completed',
        stdout: 'Success',
        stderr: '',
      });
    }
    recorder.item(item);
    if (item.type === 'function_call') {
      recorder.approval({ callId: String(item.call_id), decision: 'approved', by: 'user', reason: 'fine' });
      await recorder.barrier();
    }
  }
  recorder.tokens({ total: usage, last: usage, contextWindow: 258_400 });
  await recorder.endTurn({ outcome: 'completed', lastMessage: 'All is tidy.' }).durable;
}

async function shortTurn(recorder: Recorder, text: string): Promise<void> {
  recorder.begin({ turnId: newId(systemClock.now()), contextWindow: 258_400 });
  recorder.userMessage({ text, images: [], localImages: [], item: userText(text) });
  recorder.item(agentText(`re: ${text}`));
  await recorder.endTurn({ outcome: 'completed', lastMessage: `re: ${text}` }).durable;
}

/** The user's message, and what came of it. */
function itemsOf(text: string): ModelItem[] {
  const call = text.replaceAll(' ', '_');
  return [
    userText(text),
    { type: 'reasoning', summary: [{ type: 'summary_text', text: '**Looking**' }], encrypted_content: 'bW9jaw==' },
    { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: `call_${call}` },
    { type: 'function_call_output', call_id: `call_${call}`, output: 'a\n' },
    {
      type: 'custom_tool_call',
      call_id: `patch_${call}`,
      name: 'apply_patch',
      input: '*** Begin Patch',
      status: 'completed',
    },
    { type: 'custom_tool_call_output', call_id: `patch_${call}`, output: 'Success' },
    agentText('All is tidy.'),
  ];
}

function userText(text: string): ModelItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function agentText(text: string): ModelItem {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
}

interface Said {
  type: string;
  role?: string;
  text?: string;
  call?: string;
}

/** What the last request says, without the context that Codex adds. */
function conversation(model: MockModel): Said[] {
  return conversationOf((model.requests.at(-1)?.input ?? []) as ModelItem[]);
}

function conversationOf(items: readonly ModelItem[]): Said[] {
  return items
    .filter(({ type, role }) => type !== 'message' || role === 'user' || role === 'assistant')
    .filter((item) => type(item) !== 'additional_tools' && !isContext(item))
    .map((item) => {
      const parts = (item.content ?? item.summary ?? []) as { text?: string }[];
      const text = parts.map((part) => part.text ?? '').join('') || String(item.output ?? item.arguments ?? item.input);
      return {
        type: item.type,
        ...(item.role !== undefined && { role: String(item.role) }),
        text,
        call: String(item.call_id),
      };
    });
}

function type(item: ModelItem): string {
  return item.type;
}

function isContext(item: ModelItem): boolean {
  const [first] = (item.content ?? []) as { text?: string }[];
  return item.role === 'user' && /^(<environment_context>|# AGENTS\.md)/.test(first?.text ?? '');
}
