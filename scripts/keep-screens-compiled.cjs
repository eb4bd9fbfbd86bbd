// Run by build.mjs with the path of the built screens: keeps what V8 has compiled of them after a session was begun, and after the list
// of sessions was shown.
'use strict';
const { chmodSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { loadCompiled } = require('../bin/load-compiled.js');

const [, , path] = process.argv;
const { exports: screens, script } = loadCompiled(path);

const none = async () => [];
const threadId = '01900000-0000-7000-8000-000000000000';
const row = {
  ...{ thread_id: threadId, name: 'naïve 名 😀', first_message: null, cwd: '/', git_branch: 'main', source: 'cli' },
  ...{ created_at: '2026-01-02T03:04:05.678Z', updated_at: '2026-01-02T03:04:05.678Z', turns: 1, archived: false },
  ...{ live: false, forked_from_id: null, parent_thread_id: null, damage: [] },
};
const facts = {
  ...{ model: 'm', provider: 'p', sandbox: 'read-only', approvals: 'never', cwd: '/', contextWindow: null, name: null },
  turns: 0,
};
const ports = {
  agents: {
    open: async () => ({ threadId, facts, compact: async () => null, close: none }),
  },
  sessions: {
    async *rows() {
      yield Array.from({ length: 30 }, (_, at) => ({ ...row, thread_id: `${threadId.slice(0, -2)}${at + 10}` }));
    },
    async *read() {},
    preview: none,
  },
  workspace: { branch: async () => 'main', files: none, prompts: none, folderChoice: async () => 'ask' },
};
const plain = (text) => text;
const colours = new Proxy({}, { get: () => plain });
const clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};

/** Shows one, has a key pressed, and takes it away again. */
async function show(start) {
  const controller = new AbortController();
  const { signal } = controller;
  let press = () => {};
  const screen = {
    ...{ columns: 100, rows: 30, write() {}, onRedraw: () => () => {} },
    onInput(listener) {
      press = listener;
      return () => {};
    },
  };
  const how = { cwd: '/', workIn: null, start, all: true, includeExec: false, prompt: null, images: [] };
  const ended = screens.runSession({
    ...{ screen, ports, clock, colours, signal, altScreen: false, version: '' },
    ...how,
  });
  await sleep(150);
  press(Buffer.from('a'));
  await sleep(150);
  controller.abort(new Error('that is all'));
  await ended;
}

(async () => {
  await screens.ready;
  await show({ kind: 'pick' });
  await show({ kind: 'new' });
  const kept = `${path}.compiled`;
  writeFileSync(kept, script.createCachedData());
  chmodSync(kept, 0o644);
})();
