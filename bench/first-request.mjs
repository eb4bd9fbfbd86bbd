// A model on this machine, and how long a run of the agent takes to ask it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

/** Starts a model that answers everything with one word. `seconds(argv)` runs `exec` with more arguments once. */
export async function startModel({ sessions }, home) {
  let asked = null;
  const server = createServer((request, response) => {
    asked ??= process.hrtime.bigint();
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
      response.end(answer.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `base_url="http://127.0.0.1:${server.address().port}/v1"`;
  const provider = ['--provider', 'mock', '-c', `model_providers.mock={${address},wire_api="responses"}`, '-m', 'mock'];

  /** From the start of the program until its first request is there. */
  async function seconds(command, ...argv) {
    asked = null;
    const begun = process.hrtime.bigint();
    const [node, program] = sessions.split(' ');
    const child = spawn(node, [program, ...command, ...provider, '--cd', home, ...argv], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CODEX_HOME: home },
    });
    let talk = '';
    child.stderr.on('data', (chunk) => {
      talk += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0 || asked === null) throw new Error(`exit ${code}: ${talk.trim().split('\n').at(-1)}`);
    return Number(asked - begun) / 1e9;
  }

  return { seconds, close: () => server.close() };
}

const answer = [
  {
    type: 'response.output_item.done',
    item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hello' }] },
  },
  { type: 'response.completed', response: { id: 'r', usage: null } },
];
