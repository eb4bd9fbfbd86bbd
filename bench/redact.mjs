// npm run bench:redact [-- --seed N] [--seeds N] [--size MB]: recall and precision of the redaction, by kind, over planted secrets and
// texts that look like them, how many megabytes of ordinary session text it goes through in a second, and the time and memory that one
// long line takes. `--verbose` shows what
// was missed or taken by mistake.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kindNames, makeCorpus, rolloutOf } from './redact-corpus.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    seeds: { type: 'string', default: '4' },
    size: { type: 'string', default: '60' },
    verbose: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const tellsPeak =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(`peak ${process.resourceUsage().maxRSS}`))';
const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-redact-'));
try {
  tellFound();
  tellSpeed();
  tellLongLines();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(...args) {
  return start(...args).stdout;
}

/** Runs the program, which says on standard error how much memory it took. */
function start(...args) {
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--import', tellsPeak, join(root, 'bin/sessions.js'), ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 30, env: { ...process.env, CODEX_HOME: folder } },
  );
  // 3: lines that are damaged, as some of those are that secrets were planted in.
  if (![0, 1, 3].includes(status)) throw new Error(stderr);
  return { stdout, stderr };
}

function tellFound() {
  const tally = new Map();
  const count = (name, isRight) => {
    const row = tally.get(name) ?? { all: 0, right: 0 };
    tally.set(name, { all: row.all + 1, right: row.right + (isRight ? 1 : 0) });
  };
  let [planted, found, mistaken, alike] = [0, 0, 0, 0];
  for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.seeds); seed++) {
    const cases = makeCorpus({ seed });
    const path = join(folder, `planted-${seed}.jsonl`);
    writeFileSync(path, rolloutOf(cases));
    const lines = new Set(
      run('secrets', '--json', path)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line).line),
    );
    for (const [index, { kind, place, secret, payload }] of cases.entries()) {
      const isFound = lines.has(index + 2);
      const isRight = isFound === (secret !== null);
      count(kind, isRight);
      count(`in: ${place}`, isRight);
      if (secret !== null) [planted, found] = [planted + 1, found + (isFound ? 1 : 0)];
      else [alike, mistaken] = [alike + 1, mistaken + (isFound ? 1 : 0)];
      if (!isRight && values.verbose)
        console.log(
          `${isFound ? 'mistaken' : 'missed'}: ${kind} in ${place}: ${JSON.stringify(payload).slice(0, 300)}`,
        );
    }
  }
  const share = (part, whole) => (part / whole).toFixed(4);
  const show = (title, names) => {
    console.log(title);
    for (const name of names) {
      const { all, right } = tally.get(name);
      console.log(
        `  ${name.replace('in: ', '').padEnd(22)} ${String(right).padStart(4)} of ${String(all).padStart(4)}`,
      );
    }
  };
  const isKind = (name) => !name.startsWith('in: ');
  show('secrets found, by kind', kindNames);
  show(
    'texts that look like secrets and were left alone, by kind',
    [...tally.keys()].filter((name) => isKind(name) && !kindNames.includes(name)),
  );
  show(
    'right, by place',
    [...tally.keys()].filter((name) => !isKind(name)),
  );
  console.log(
    `recall ${share(found, planted)} (${found} of ${planted}), precision ${share(found, found + mistaken)} (${mistaken} of ${alike} mistaken)`,
  );
}

/** What agents read and print: code, its documentation, and data. */
function tellSpeed() {
  const path = join(folder, 'ordinary.jsonl');
  const text = ordinaryText(Number(values.size) * 1e6);
  const lines = [];
  for (let at = 0; at < text.length; at += 4000) {
    const output = text.slice(at, at + 4000);
    lines.push({ payload: { type: 'function_call_output', call_id: `call_${at}`, output } });
  }
  const content = rolloutOf(lines);
  writeFileSync(path, content);
  const megabytes = Buffer.byteLength(content) / 1e6;
  // Starting, reading and decoding are not what is measured.
  const reading = seconds(() => run('show', '--json', '--type', 'SessionMeta', path));
  for (const args of [
    ['secrets', '-q'],
    ['secrets', '-q', '--personal'],
  ]) {
    const all = seconds(() => run(...args, path));
    const alone = Math.max(0.001, all - reading);
    const speed = (megabytes / alone).toFixed(1);
    console.log(
      `${args.join(' ')}: ${megabytes.toFixed(0)} MB in ${all.toFixed(1)} s of processor, ${reading.toFixed(1)} of them for reading: ${speed} MB/s (target: 20)`,
    );
  }
}

/** One line of 8 MB, made of what takes the most steps: the time and the memory of an export with and without redaction. */
function tellLongLines() {
  const bytes = 8e6;
  const texts = {
    'base64 in lines': randomBytes(bytes * 0.74)
      .toString('base64')
      .replace(/.{76}/g, '$&\n'),
    'JSON of short strings': JSON.stringify(Array.from({ length: bytes / 16 }, (_, at) => `string${at}`)),
    'coloured words': '\u001b[1mab\u001b[m '.repeat(bytes / 20),
    'addresses of e-mail': 'ada.x@acme.net, '.repeat(bytes / 16),
  };
  for (const [name, output] of Object.entries(texts)) {
    const path = join(folder, 'long.jsonl');
    writeFileSync(path, rolloutOf([{ payload: { type: 'function_call_output', call_id: 'c', output } }]));
    const [plain, redacted] = [[], ['--redact']].map((more) => {
      const before = processorSeconds();
      const { stderr } = start(
        'export',
        '-q',
        '--no-validate',
        '-o',
        join(folder, 'long.out'),
        '--force',
        ...more,
        path,
      );
      const megabytes = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
      return { megabytes, seconds: before === null ? Number.NaN : processorSeconds() - before };
    });
    const show = ({ seconds: time, megabytes }) => `${time.toFixed(1)} s, ${megabytes.toFixed(0)} MiB`;
    console.log(`a line of 8 MB, ${name}: ${show(redacted)} (without redaction ${show(plain)}; target: 256 MiB)`);
  }
}

/** Processor time of the programs that something runs, where the system tells; other programs do not count then. */
function seconds(act) {
  const [before, started] = [processorSeconds(), performance.now()];
  act();
  return before === null ? (performance.now() - started) / 1000 : processorSeconds() - before;
}

function processorSeconds() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return null;
  }
}

function ordinaryText(bytes) {
  const parts = [];
  let length = 0;
  const add = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (length >= bytes) return;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) add(inner);
      else if (/\.(?:[cm]?[jt]s|md|json)$/.test(entry.name)) {
        const text = readFileSync(inner, 'utf8').slice(0, 200_000);
        parts.push(text);
        length += text.length;
      }
    }
  };
  for (const name of ['src', 'test', 'schemas', 'node_modules']) add(join(root, name));
  return parts.join('\n').slice(0, bytes);
}
