// A short tour: lists, shows and checks the sessions of the example homes, on copies of them. `npm run demo`.
//
// Fails when a command ends with a code that its help does not promise for what it was given, or loses a byte.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'bin/sessions.js');
const homes = join(root, 'fixtures/homes');
const onTerminal = process.stdout.isTTY;
const faults = [];

const folder = mkdtempSync(join(tmpdir(), 'sessions-demo-'));
try {
  cpSync(homes, folder, { recursive: true });
  for (const home of readdirSync(folder).sort()) tour(join(folder, home), home);
  say(`\n${faults.length === 0 ? 'Everything behaved.' : faults.join('\n')}`);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = faults.length === 0 ? 0 : 1;

function tour(home, name) {
  say(`\n== the home '${name}'`);
  const rows = capture(home, ['ls', '--json', '--archived'])
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  show(home, ['ls', '--archived'], [0]);
  for (const { thread_id: id, path } of rows.slice(0, 3)) {
    show(home, ['show', '--turn', '1', id], [0, 3]);
    show(home, ['show', '--json', '--item-type', 'tool_call', id], [0, 3]);
    if (path.endsWith('.jsonl')) compareRaw(home, id, path);
  }
  show(home, ['validate'], [0, 1, 3]);
}

function compareRaw(home, id, path) {
  const same = capture(home, ['show', '--raw', id]).equals(readFileSync(path));
  say(`$ sessions show --raw ${id} | cmp - ${path.slice(home.length + 1)}`);
  say(same ? '(identical)' : '(different)');
  if (!same) faults.push(`show --raw ${id} is not what stands in ${path}`);
}

/** Runs a command and shows what it says: all of it on a terminal, the beginning of it elsewhere. */
function show(home, args, allowed) {
  say(`\n$ sessions ${args.join(' ')}`);
  const { status, stdout, stderr } = run(
    home,
    onTerminal ? [...args, '--no-pager'] : args,
    onTerminal ? 'inherit' : 'pipe',
  );
  if (stdout?.length > 0) say(beginning(stdout.toString()));
  if (stderr.length > 0) say(stderr.toString().trimEnd());
  say(`(exit ${status})`);
  if (!allowed.includes(status)) faults.push(`sessions ${args.join(' ')} ended with ${status}`);
  if (/\n\s+at /.test(stderr.toString())) faults.push(`sessions ${args.join(' ')} printed a stack trace`);
}

function capture(home, args) {
  const { status, stdout, stderr } = run(home, args, 'pipe');
  if (![0, 3].includes(status)) faults.push(`sessions ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

function run(home, args, stdout) {
  return spawnSync(process.execPath, [program, ...args], {
    env: { ...process.env, CODEX_HOME: home },
    stdio: ['ignore', stdout, 'pipe'],
    maxBuffer: 1 << 28,
  });
}

function beginning(text) {
  const lines = text.split('\n').filter(Boolean);
  const shown = lines.slice(0, 4).map((line) => (line.length > 150 ? `${line.slice(0, 149)}…` : line));
  return [...shown, ...(lines.length > shown.length ? [`… ${lines.length - shown.length} more lines`] : [])].join('\n');
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
