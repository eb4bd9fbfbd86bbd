// Measures the recorder, in a process of its own, bundled. Arguments: FOLDER ROUNDS. Prints, as JSON, how many records a second
// are acknowledged when all come at once, and the seconds of each round of records that are waited for one by one, beside those
// of a bare loop.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { openRecorder } from '../src/runner/recorder/open-recorder.ts';
import { homeAt } from '../src/store/home.ts';

const [folder, rounds] = process.argv.slice(2);
const AT_ONCE = 20_000;
const A_ROUND = 100;

const recorder = await openRecorder({ home: homeAt(folder), clock: systemClock, thread: newThread() });
recorder.item(output(0));
await recorder.barrier();
const written = await perSecond('written');
const durable = await perSecond('durable');
const file = await open(join(folder, 'bare.jsonl'), 'ax');
const lines = Array.from({ length: A_ROUND }, (_, number) => lineOf(output(number)));
const times = { ours: [], theirs: [] };
for (let round = -1; round < Number(rounds); round++) {
  const ours = await secondsOf(recordEach);
  const theirs = await secondsOf(writeEach);
  if (round < 0) continue;
  times.ours.push(ours);
  times.theirs.push(theirs);
}
await file.close();
await recorder.close({ compress: 'never' });
console.log(JSON.stringify({ written, durable, times }));

async function perSecond(acknowledgement) {
  const seconds = await secondsOf(() =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, number) => recorder.item(output(number))[acknowledgement])),
  );
  await recorder.barrier();
  return AT_ONCE / seconds;
}

async function recordEach() {
  for (let number = 0; number < A_ROUND; number++) {
    recorder.item(output(number));
    await recorder.barrier();
  }
}

async function writeEach() {
  for (const line of lines) {
    await file.write(line);
    await file.datasync();
  }
}

async function secondsOf(act) {
  const begun = process.hrtime.bigint();
  await act();
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

/** One line of about 2 KB. */
function output(number) {
  const text = 'src/session.ts:12: const line = "what a command prints";\n'.repeat(30);
  return { type: 'function_call_output', call_id: `call_${number}`, output: text };
}

function lineOf(payload) {
  return `${JSON.stringify({ timestamp: new Date().toISOString(), type: 'response_item', payload })}\n`;
}

function newThread() {
  const nothing = { baseInstructions: null, git: null, dynamicTools: [], memoryMode: null, forkedFrom: null };
  const start = { cwd: '/home/dev/project', source: 'exec', version: '0.0.0', modelProvider: 'mock', ...nothing };
  return { kind: 'new', isEphemeral: false, start };
}
