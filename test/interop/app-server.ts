import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What the real Codex is run with: a home, and the folder around it. */
export interface CodexRig {
  codex: string;
  /** Holds `home` and `work`. */
  root: string;
  home: string;
}

/** A real Codex that answers requests of the app-server protocol (JSON-RPC on its standard streams). */
export interface AppServer {
  pid: number;
  call(method: string, params?: object): Promise<Answer>;
  /** Starts a turn and waits for its end. */
  turn(threadId: string, text: string): Promise<void>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: what Codex answers is looked at as it is
export type Answer = any;

interface Message {
  id?: number;
  method?: string;
  params?: { threadId?: string };
  result?: Answer;
  error?: { message: string };
}

export async function startAppServer({ codex, root, home }: CodexRig): Promise<AppServer> {
  const child = spawn(codex, ['app-server'], {
    cwd: `${root}/work`,
    env: { PATH: process.env.PATH, HOME: root, CODEX_HOME: home, MOCK_KEY: 'none' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map<number, (message: Message) => void>();
  const ended = new Map<string, () => void>();
  let text = '';
  let last = 0;
  child.stdout.on('data', (chunk) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() as string;
    for (const line of lines) receive(JSON.parse(line) as Message);
  });
  function receive(message: Message): void {
    if (message.method === 'turn/completed') ended.get(message.params?.threadId as string)?.();
    if (message.id !== undefined && !message.method) waiting.get(message.id)?.(message);
  }
  const call = (method: string, params: object = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ error, result }) => (error ? reject(new Error(error.message)) : resolve(result)));
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await call('initialize', { clientInfo: { name: 'test', version: '1' }, capabilities: { experimentalApi: true } });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'initialized' })}\n`);
  return {
    pid: child.pid as number,
    call,
    async turn(threadId, words) {
      const end = new Promise<void>((resolve) => ended.set(threadId, resolve));
      await call('turn/start', { threadId, input: [{ type: 'text', text: words }] });
      await end;
    },
    async close() {
      const closed = once(child, 'close');
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Does something with an app server of its own, which is gone afterwards. */
export async function inServer<Result>(rig: CodexRig, act: (server: AppServer) => Promise<Result>): Promise<Result> {
  const server = await startAppServer(rig);
  try {
    return await act(server);
  } finally {
    await server.close();
  }
}

/** Runs `codex exec` and returns the id of the session that it used. */
export async function runExec({ codex, root, home }: CodexRig, ...args: string[]): Promise<string> {
  const child = spawn(codex, ['exec', '--skip-git-repo-check', '-s', 'danger-full-access', ...args], {
    cwd: `${root}/work`,
    env: { PATH: process.env.PATH, HOME: root, CODEX_HOME: home, MOCK_KEY: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  const id = /session id: (\S+)/.exec(said)?.[1];
  if (code !== 0 || !id) throw new Error(`codex exec ${args.join(' ')} ended with ${code}:\n${said}`);
  return id;
}

/** Every session that Codex lists, by id. */
export async function listed(server: AppServer, archived = false): Promise<{ [id: string]: string | null }> {
  return Object.fromEntries((await listThreads(server, archived)).map(({ id, name }) => [id, name ?? null]));
}

/** Every session that Codex lists, archived or not, of whatever source and model provider. */
export async function listEverything(server: AppServer): Promise<(CodexThread & { archived: boolean })[]> {
  const lists = [false, true].map(async (archived) =>
    (await listThreads(server, archived)).map((thread) => ({ ...thread, archived })),
  );
  return (await Promise.all(lists)).flat();
}

/** Of one of its two lists, every session of whatever source and model provider, from all pages. */
async function listThreads(server: AppServer, archived: boolean): Promise<CodexThread[]> {
  const threads: CodexThread[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer = await server.call('thread/list', {
      limit: 20,
      modelProviders: [],
      sourceKinds,
      archived,
      cursor,
    });
    threads.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return threads;
}

/** A session as `thread/list` gives it, as far as the tests look. */
export interface CodexThread {
  id: string;
  /** Absent up to 0.98, which lists no names. */
  name?: string | null;
  /** The first thing the user typed. */
  preview: string;
  cwd: string;
  modelProvider: string;
  /** Unix seconds. */
  createdAt: number;
  /** Unix seconds. */
  updatedAt: number;
  path: string;
  forkedFromId?: string | null;
  gitInfo: { sha: string | null; branch: string | null } | null;
}

/** When none is given, Codex lists what it calls interactive and leaves `exec` out. */
const sourceKinds = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'subAgentReview',
  'subAgentCompact',
  'subAgentThreadSpawn',
  'subAgentOther',
  'unknown',
];
