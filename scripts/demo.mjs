// A short tour: an agent makes a session, offline, by a script that plays the model; then sessions are listed, shown and
// checked: that one, and those of copies of the example homes. `npm run demo`.
//
// Fails when a command ends with a code that its help does not promise for what it was given, or loses a byte.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
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
  agentTour(join(folder, 'agent'));
  cpSync(homes, join(folder, 'homes'), { recursive: true });
  for (const home of readdirSync(join(folder, 'homes')).sort()) {
    tour(join(folder, 'homes', home), home);
    keepTour(join(folder, 'homes', home));
  }
  say(`\n${faults.length === 0 ? 'Everything behaved.' : faults.join('\n')}`);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = faults.length === 0 ? 0 : 1;

/** An agent without a network: a plan, commands, a patch, and approvals, which nobody gives where nobody can be asked. */
function agentTour(folder) {
  const home = join(folder, 'home');
  const work = join(folder, 'work');
  mkdirSync(home, { recursive: true });
  mkdirSync(work);
  say('== an agent, played by a script');
  const mode = hasSandbox(home, join(folder, 'probe'), work) ? 'workspace-write' : 'danger-full-access';
  const given = ['--provider', 'scripted', '--sandbox', mode];
  show(home, ['exec', ...given, '--name', 'the tour', 'Show me around'], [0], work);
  const second = `model_providers.scripted.script="${join(root, 'tours/approval.yaml')}"`;
  const asking = ['-c', second, '--ask-for-approval', 'untrusted', 'the tour', 'Add a line, but ask first'];
  show(home, ['exec', 'resume', ...given, ...asking], [0], work);
  tour(home, 'of the agent');
  show(home, ['show', '--json', '--item-type', 'approval', 'the tour'], [0]);
  const fork = capture(home, ['fork', '--at', '1', '--name', 'another way', 'the tour']).toString().trim();
  say(`\n$ sessions fork --at 1 --name 'another way' 'the tour'\n${fork}`);
  const third = ['-c', 'model_providers.recorded.session="the tour"', '--provider', 'recorded', '--sandbox', mode];
  show(home, ['exec', 'resume', ...third, fork, 'Try it another way'], [0], work);
  show(home, ['ls', '--tree'], [0]);
  show(home, ['diff', 'the tour', fork], [1]);
  show(home, ['replay', '--no-wait', '--from', '2', 'another way'], [0]);
  show(home, ['replay', '--format', 'asciicast', 'another way'], [0]);
  exportTour(home, folder);
}

/** What others get: exports, without secrets; seals, and a bundle that can be checked. */
function exportTour(home, folder) {
  const to = (name) => join(folder, name);
  show(home, ['secrets'], [0]);
  show(home, ['export', '--format', 'markdown', 'the tour'], [0]);
  show(home, ['export', '-o', to('events.jsonl.zst'), 'the tour'], [0]);
  show(home, ['export', '--format', 'html', '--split', '--redact', '--source', 'exec', '-o', to('pages')], [0]);
  show(home, ['export', '--format', 'csv', '--table', 'turns', 'the tour'], [0]);
  show(home, ['seal', '--unsigned'], [0]);
  show(home, ['verify'], [0]);
  show(home, ['export', '--format', 'bundle', '-o', to('bundle.tar'), 'the tour'], [0]);
  const other = to('imported');
  mkdirSync(other);
  show(other, ['import', to('bundle.tar')], [0]);
  const [before, after] = [home, other].map((each) => capture(each, ['show', '--raw', 'the tour']));
  if (!before.equals(after)) faults.push('what was imported is not what was exported');
}

/** Without a sandbox, this one fixed script is run without it, in a folder that is thrown away. Nothing else ever is. */
function hasSandbox(home, probed, work) {
  mkdirSync(probed);
  const probe = [
    'exec',
    '--provider',
    'scripted',
    '--sandbox',
    'workspace-write',
    '--ephemeral',
    'Is there a sandbox?',
  ];
  const { status, stderr } = run(home, probe, 'pipe', probed);
  if (status !== 4) return true;
  say(`${stderr.toString().trimEnd()}\nSo the script of this demo runs without a sandbox, in ${work}.`);
  return false;
}

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

/** What is old goes to the trash, and comes back as it was. */
function keepTour(home) {
  const before = rolloutsOf(home);
  const old = new Date(Date.now() - 60 * 86_400_000);
  for (const path of before.keys()) utimesSync(path, old, old);
  show(home, ['prune', '--older-than', '30d', '--dry-run'], [0, 4]);
  show(home, ['prune', '--older-than', '30d', '--allow-mass', '50'], [0]);
  if (rolloutsOf(home).size === before.size) faults.push(`prune left everything in ${home}`);
  show(home, ['restore', '--all'], [0]);
  const after = rolloutsOf(home);
  const isSame = after.size === before.size && [...before].every(([path, bytes]) => after.get(path)?.equals(bytes));
  if (!isSame) faults.push(`restore did not bring back what prune took in ${home}`);
}

/** The rollouts of a home by path. */
function rolloutsOf(home) {
  const entries = readdirSync(join(home, 'sessions'), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.sort().map((path) => [path, readFileSync(path)]));
}

function compareRaw(home, id, path) {
  const same = capture(home, ['show', '--raw', id]).equals(readFileSync(path));
  say(`$ sessions show --raw ${id} | cmp - ${path.slice(home.length + 1)}`);
  say(same ? '(identical)' : '(different)');
  if (!same) faults.push(`show --raw ${id} is not what stands in ${path}`);
}

/** Runs a command and shows what it says: all of it on a terminal, the beginning of it elsewhere. */
function show(home, args, allowed, cwd) {
  say(`\n$ sessions ${args.map(quoted).join(' ')}`);
  const { status, stdout, stderr } = run(
    home,
    onTerminal && args[0] !== 'exec' ? [...args, '--no-pager'] : args,
    onTerminal ? 'inherit' : 'pipe',
    cwd,
  );
  // An agent tells what it does before it answers.
  const isAgent = args[0] === 'exec';
  if (isAgent && stderr.length > 0) say(stderr.toString().trimEnd());
  if (stdout?.length > 0) say(beginning(stdout.toString()));
  if (!isAgent && stderr.length > 0) say(stderr.toString().trimEnd());
  say(`(exit ${status})`);
  if (!allowed.includes(status)) faults.push(`sessions ${args.join(' ')} ended with ${status}`);
  if (/\n\s+at /.test(stderr.toString())) faults.push(`sessions ${args.join(' ')} printed a stack trace`);
}

function capture(home, args) {
  const { status, stdout, stderr } = run(home, args, 'pipe');
  if (![0, 3].includes(status)) faults.push(`sessions ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

function run(home, args, stdout, cwd) {
  return spawnSync(process.execPath, [program, ...args], {
    cwd,
    // What is remembered of a home goes where the demo does.
    env: { ...process.env, CODEX_HOME: home, XDG_STATE_HOME: join(folder, 'state') },
    // In a session of its own an agent has no terminal to ask on.
    detached: args[0] === 'exec',
    stdio: ['ignore', stdout, 'pipe'],
    maxBuffer: 1 << 28,
  });
}

function beginning(text) {
  const lines = text.split('\n').filter(Boolean);
  const shown = lines.slice(0, 4).map((line) => (line.length > 150 ? `${line.slice(0, 149)}…` : line));
  return [...shown, ...(lines.length > shown.length ? [`… ${lines.length - shown.length} more lines`] : [])].join('\n');
}

/** As it can be typed. */
function quoted(word) {
  return /^[\w@.,:/=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
