// Run by build.mjs with the path of the built program: keeps what V8 has compiled of it after the commands that are run most.
'use strict';
const { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { loadCompiled } = require('../bin/load-compiled.js');

const [, , path] = process.argv;
const { exports: program, script } = loadCompiled(path);

// One session, so that a listing has something to list.
const folder = join(process.env.CODEX_HOME, 'sessions/2026/01/02');
const id = '01900000-0000-7000-8000-000000000000';
const line = (type, payload) => `${JSON.stringify({ timestamp: '2026-01-02T03:04:05.678Z', type, payload })}\n`;
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, `rollout-2026-01-02T03-04-05-${id}.jsonl`),
  line('session_meta', { id, timestamp: '2026-01-02T03:04:05.678Z', cwd: '/', source: 'exec' }) +
    line('event_msg', { type: 'user_message', message: 'hello' }),
);

// What they print is of no interest here.
closeSync(1);
openSync('/dev/null', 'w');

const lines = [['ls'], ['ls', '--here'], ['ls', '-q', '--limit', '1'], ['show', id], ['version']];

/** A model that says one word. */
const model = createServer((request, response) => {
  request.resume();
  const content = [{ type: 'output_text', text: 'hello' }];
  const item = { type: 'response.output_item.done', item: { type: 'message', role: 'assistant', content } };
  const end = { type: 'response.completed', response: { id: 'r', usage: null } };
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
  response.end([item, end].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
});

(async () => {
  await new Promise((resolve) => model.listen(0, '127.0.0.1', resolve));
  const address = `base_url="http://127.0.0.1:${model.address().port}/v1"`;
  const provider = ['--provider', 'm', '-c', `model_providers.m={${address},wire_api="responses"}`, '-m', 'm'];
  const agent = ['exec', ...provider, '-s', 'danger-full-access', '--json', '--cd', process.env.CODEX_HOME, 'hello'];
  for (const argv of [...lines, agent]) {
    const code = await program.main(argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  }
  model.close();
  const kept = `${path}.compiled`;
  writeFileSync(kept, script.createCachedData());
  // The program makes its own files private, and this one is for all who may run it.
  chmodSync(kept, 0o644);
})();
