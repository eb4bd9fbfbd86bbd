// Homes of many sessions, made when they are first needed and kept for the run.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeRollout } from './generate.mjs';

/** A thousand sessions of 40 to 360 KB, no two at the same time. */
export function largeSessions({ folder }) {
  const home = join(folder, 'thousand');
  if (existsSync(home)) return home;
  for (let index = 0; index < 1000; index++) {
    const begin = Date.UTC(2026, 9, 1 + (index % 28)) + index * 60_000;
    const { path, threadId } = placeOf(home, index, begin);
    writeRollout(path, 40_000 + ((index * 7919) % 1000) * 320, { threadId, begin });
  }
  return home;
}

/** The same sessions, compressed as Codex does it. */
export function packedSessions(context) {
  const home = join(context.folder, 'thousand-packed');
  if (existsSync(home)) return home;
  cpSync(largeSessions(context), home, { recursive: true, filter: (path) => !path.includes('state.db') });
  const files = readdirSync(home, { recursive: true }).filter((name) => name.endsWith('.jsonl'));
  execFileSync('zstd', ['-q', '-3', '--rm', ...files.map((name) => join(home, name))]);
  return home;
}

/**
 * A home of many sessions of one turn each, spread over a year.
 *
 * @param name of the folder: a home for each program, so that none has to do with what the other one writes
 * @param here a directory that one session in fifty belongs to
 */
export function smallSessions({ folder }, count, name, here = '/home/dev/project') {
  const home = join(folder, name);
  if (existsSync(home)) return home;
  for (let index = 0; index < count; index++) {
    const begin = Date.UTC(2026, 0, 1 + (index % 365)) + Math.floor(index / 365) * 60_000;
    const { path, threadId } = placeOf(home, index, begin);
    const cwd = index % 50 === 0 ? here : `/home/dev/p${index % 50}`;
    writeFileSync(path, oneTurn(threadId, begin, cwd, index));
    utimesSync(path, begin / 1000, begin / 1000);
  }
  return home;
}

function oneTurn(threadId, begin, cwd, index) {
  let at = begin;
  const line = (type, payload) => {
    at += 400;
    return `${JSON.stringify({ timestamp: new Date(at).toISOString(), type, payload })}\n`;
  };
  const event = (type, body) => line('event_msg', { type, ...body });
  const item = (type, body) => line('response_item', { type, ...body });
  const text = `please look into case ${index}`;
  const usage = { input_tokens: index, cached_input_tokens: 0, output_tokens: 5, reasoning_output_tokens: 0 };
  const tokens = { ...usage, total_tokens: index + 5 };
  const timestamp = new Date(begin).toISOString();
  const meta = { id: threadId, timestamp, cwd, originator: 'codex_cli_rs', cli_version: '0.120.0', source: 'cli' };
  return [
    line('session_meta', { ...meta, model_provider: 'openai', git: { branch: `b${index % 7}`, commit_hash: 'c' } }),
    event('task_started', { turn_id: `t${index}`, model_context_window: 1000 }),
    line('turn_context', { turn_id: `t${index}`, cwd, approval_policy: 'never', model: 'gpt-5', summary: 'auto' }),
    item('message', { role: 'user', content: [{ type: 'input_text', text }] }),
    event('user_message', { message: text, images: [] }),
    item('function_call', { name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c1' }),
    item('function_call_output', {
      call_id: 'c1',
      output: 'Wall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nx\n',
    }),
    item('message', { role: 'assistant', content: [{ type: 'output_text', text: `done ${index}` }] }),
    event('agent_message', { message: `done ${index}` }),
    event('token_count', { info: { total_token_usage: tokens, last_token_usage: tokens, model_context_window: 1000 } }),
    event('task_complete', { turn_id: `t${index}`, last_agent_message: `done ${index}` }),
  ].join('');
}

/** Where Codex would put a session that begins at this time. */
function placeOf(home, index, begin) {
  const time = new Date(begin).toISOString();
  const hex = begin.toString(16).padStart(12, '0');
  const tail = index.toString(16).padStart(12, '0');
  const threadId = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${tail}`;
  const place = join(home, 'sessions', time.slice(0, 10).replaceAll('-', '/'));
  mkdirSync(place, { recursive: true });
  return { path: join(place, `rollout-${time.slice(0, 19).replaceAll(':', '-')}-${threadId}.jsonl`), threadId };
}
