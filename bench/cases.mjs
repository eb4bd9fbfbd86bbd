// The measured cases, one for each target of the project.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeRollout } from './generate.mjs';
import { median, medianRatio, runShell, runWatched, timeInTurn } from './pair.mjs';

export const cases = [
  {
    id: 'B1',
    title: 'show --raw of a .zst into a pipe, against zstd -dc into the same pipe',
    target: '<= 1.15 times its time, at 1 GB: --size 1000',
    needs: ['zstd'],
    measure: ({ sessions, zst, rounds }) =>
      slower(timeInTurn(`${sessions} show --raw ${zst} | cat >/dev/null`, `zstd -dc ${zst} | cat >/dev/null`, rounds)),
  },
  {
    id: 'B2',
    title: 'show --raw --type response_item of a .zst (half of the lines), against zstd -dc | jq -c select',
    target: '>= 10 times faster',
    needs: ['zstd', 'jq'],
    measure: (context) => filtered(context, context.zst, 'response_item'),
  },
  {
    id: 'B2b',
    title: 'the same for a rare type (compacted)',
    target: '>= 7 times faster',
    needs: ['zstd', 'jq'],
    measure: (context) => filtered(context, context.zst, 'compacted'),
  },
  {
    id: 'B3',
    title: 'show --raw --type response_item of a plain file, against jq -c select',
    target: '>= 25 times faster',
    needs: ['jq'],
    measure: (context) => filtered(context, context.plain, 'response_item'),
  },
  {
    id: 'B4',
    title: 'show --json (every event, normalised) of a .zst, against the jq pipeline that only selects',
    target: '>= 2 times faster',
    needs: ['zstd', 'jq'],
    measure: ({ sessions, zst, rounds }) =>
      faster(timeInTurn(`${sessions} show --json ${zst} | cat >/dev/null`, jqPipeline(zst, 'response_item'), rounds)),
  },
  {
    id: 'B5',
    title: 'validate of a plain file',
    target: '>= 150 MB/s, and >= 10 times ajv-cli',
    measure: validation,
  },
  {
    id: 'B10',
    title: 'peak memory of show and validate, on a large file, a 700 MB line and a 2 GB line of zeros in a small .zst',
    target: '<= 256 MiB; the large file has 9 GB: --large 9',
    needs: ['zstd'],
    measure: memory,
  },
];

function jqPipeline(path, type) {
  const select = `jq -c 'select(.type=="${type}")'`;
  return path.endsWith('.zst') ? `zstd -dc ${path} | ${select} | cat >/dev/null` : `${select} ${path} | cat >/dev/null`;
}

function filtered({ sessions, rounds }, path, type) {
  return faster(
    timeInTurn(`${sessions} show --raw --type ${type} ${path} | cat >/dev/null`, jqPipeline(path, type), rounds),
  );
}

async function faster(timing) {
  const times = await timing;
  return `${medianRatio(times).toFixed(1)} times faster: ${seconds(times.ours)} against ${seconds(times.theirs)}`;
}

async function slower(timing) {
  const times = await timing;
  return `${(1 / medianRatio(times)).toFixed(2)} times its time: ${seconds(times.ours)} against ${seconds(times.theirs)}`;
}

function seconds(values) {
  return `${median(values).toFixed(2)} s`;
}

async function validation({ sessions, plain, rounds, folder, schemas }) {
  const { ours } = await timeInTurn(`${sessions} validate ${plain} >/dev/null`, undefined, rounds);
  const rate = statSync(plain).size / 1e6 / median(ours);
  // ajv-cli reads whole documents: the same lines as one array, and few enough for it to end.
  const sample = join(folder, 'sample.jsonl');
  writeRollout(sample, 20e6);
  const array = join(folder, 'sample.json');
  writeFileSync(array, `[${readFileSync(sample, 'utf8').trim().split('\n').join(',')}]`);
  const schema = join(folder, 'array.schema.json');
  const line = JSON.parse(readFileSync(join(schemas, 'rollout-line.schema.json'), 'utf8'));
  writeFileSync(schema, JSON.stringify({ $schema: line.$schema, type: 'array', items: { $ref: line.$id } }));
  const ajv = `npx --yes --package ajv-cli@5 ajv validate --spec=draft2020 --strict=false -s ${schema} -r '${schemas}*.schema.json' -d ${array}`;
  const theirs = await runShell(ajv);
  const said = `${rate.toFixed(0)} MB/s`;
  if (theirs.code !== 0) return `${said}; ajv-cli: ${theirs.talk.trim().split('\n')[0] || `exit ${theirs.code}`}`;
  const theirRate = statSync(array).size / 1e6 / theirs.seconds;
  return `${said}, ${(rate / theirRate).toFixed(1)} times ajv-cli (${theirRate.toFixed(1)} MB/s, its start included)`;
}

async function memory({ sessions, folder, plain, largeGigabytes }) {
  const [node, program] = sessions.split(' ');
  const large = join(folder, 'large.jsonl');
  copyFileSync(plain, large);
  while (statSync(large).size < largeGigabytes * 1e9)
    await pipeline(createReadStream(plain), createWriteStream(large, { flags: 'a' }));
  const long = join(folder, 'long.jsonl');
  writeFileSync(long, readFileSync(plain).subarray(0, 4096).toString().split('\n')[0]);
  appendFileSync(
    long,
    '\n{"timestamp":"2026-01-01T00:00:00.000Z","ordinal":1,"type":"response_item","payload":{"type":"message","text":"',
  );
  for (let i = 0; i < 700; i++) appendFileSync(long, 'x'.repeat(1e6));
  appendFileSync(long, '"}}\n');
  const zeros = join(folder, 'zeros.jsonl.zst');
  execFileSync('bash', ['-c', `head -c 2000000000 /dev/zero | zstd -q -o ${zeros}`]);
  const results = [];
  for (const [name, path] of [
    ['large', large],
    ['long line', long],
    ['zeros', zeros],
  ]) {
    for (const command of [
      ['show', '--json'],
      ['show', '--raw'],
      ['validate', '--json'],
    ]) {
      const { code, peak } = await runWatched([node, program, ...command, path]);
      results.push(`${name} ${command.join(' ')}: ${peak.toFixed(0)} MiB, exit ${code}`);
    }
  }
  return results.join('; ');
}
