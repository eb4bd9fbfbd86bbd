import { spawn } from 'node:child_process';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';

/**
 * Starts the `codex` on the PATH as a server that answers requests (JSON-RPC, a line each, on its standard streams), and
 * introduces this program. Close it.
 *
 * @throws Failure `usage` when there is none on the PATH; `trouble` when it does not answer
 */
export async function startCodexServer(home: string, options: CodexOptions): Promise<CodexServer> {
  const server = new CodexServer(home, options);
  try {
    const params = { clientInfo: { name: 'sessions', version: '1' }, capabilities: { experimentalApi: true } };
    const { error } = await server.ask('initialize', params);
    if (error) throw new Failure('trouble', `codex app-server: ${error.message}`);
    server.tell('initialized');
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

export interface CodexOptions {
  /** Of this process: PATH, and what Codex itself reads. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

export interface CodexAnswer {
  id?: number;
  method?: string;
  error?: { message: string };
}

export class CodexServer {
  readonly #child;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: CodexAnswer | Error) => void>();
  readonly #ended: Promise<void>;
  #over: Error | null = null;
  #last = 0;
  #text = '';

  constructor(home: string, { env, clock }: CodexOptions) {
    this.#clock = clock;
    const child = spawn(PROGRAM, ['app-server'], {
      cwd: home,
      env: { ...env, CODEX_HOME: home },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        this.#end(error.code === 'ENOENT' ? new Failure('usage', 'there is no codex on the PATH') : error);
        resolve();
      });
      child.on('close', (code) => {
        this.#end(new Failure('trouble', `codex app-server ended (${code}) without an answer`));
        resolve();
      });
    });
    // A pipe that broke tells less than the end of the process, which follows.
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#receive(chunk));
  }

  /** @throws Failure `trouble` when it ends, or takes longer than a minute */
  async ask(method: string, params: object): Promise<CodexAnswer> {
    if (this.#over) throw this.#over;
    const id = ++this.#last;
    const answered = new AbortController();
    const answer = new Promise<CodexAnswer | Error>((resolve) => this.#waiting.set(id, resolve));
    const tooLong = this.#clock.sleep(LONGEST_ANSWER_MS, answered.signal).then(
      () => new Failure('trouble', 'codex app-server does not answer'),
      () => new Error('not waited for'),
    );
    this.#send({ jsonrpc: '2.0', id, method, params });
    const result = await Promise.race([answer, tooLong]);
    answered.abort();
    if (result instanceof Error) throw result;
    return result;
  }

  tell(method: string): void {
    this.#send({ jsonrpc: '2.0', method });
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    const done = new AbortController();
    const patience = this.#clock.sleep(LONGEST_END_MS, done.signal).then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    );
    await this.#ended;
    done.abort();
    await patience;
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #receive(chunk: string): void {
    const lines = (this.#text + chunk).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const answer = parse(line);
      if (answer?.id === undefined || answer.method !== undefined) continue;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }

  #end(error: Error): void {
    this.#over ??= error;
    for (const resolve of this.#waiting.values()) resolve(this.#over);
    this.#waiting.clear();
  }
}

function parse(line: string): CodexAnswer | null {
  try {
    return JSON.parse(line) as CodexAnswer | null;
  } catch {
    return null;
  }
}

const PROGRAM = 'codex';
const LONGEST_ANSWER_MS = 60_000;
const LONGEST_END_MS = 5000;
