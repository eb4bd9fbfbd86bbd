import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { toFailure } from '../../src/base/failure.ts';
import { openRecorder } from '../../src/runner/recorder/open-recorder.ts';
import { homeAt } from '../../src/store/home.ts';
import { samplePlan } from './recording-plan.ts';

// A process that records a session: `node recording-run.js PLAN`, the plan as JSON. Prints `written N` and `durable N` for each
// numbered record as soon as it is acknowledged, and ends as the program would: with the failure on standard error and its
// exit code.
const plan = samplePlan(process.argv[2] as string);
const clock = { ...systemClock, now: () => (plan.now === null ? Date.now() : plan.now) };
const start = {
  cwd: '/work',
  source: 'exec' as const,
  version: '0.0.0',
  modelProvider: 'mock',
  baseInstructions: null,
  git: null,
  dynamicTools: [],
  memoryMode: null,
  forkedFrom: null,
};
const thread =
  plan.path === null
    ? { kind: 'new' as const, threadId: plan.threadId, isEphemeral: false, start }
    : { kind: 'resumed' as const, threadId: plan.threadId, path: plan.path };

try {
  const recorder = await openRecorder({ home: homeAt(plan.home), thread, clock });
  let failure: unknown = null;
  try {
    recorder.begin({ turnId: '01980000-0000-7000-8000-00000000aaaa', contextWindow: null });
    for (let n = plan.first; n < plan.first + plan.records; n++) {
      const text = `record ${n} ${'x'.repeat(plan.bytes[n % plan.bytes.length] as number)}`;
      const content = [{ type: 'output_text', text }];
      const ack = recorder.item({ type: 'message', role: 'assistant', content });
      ack.written.then(
        () => process.stdout.write(`written ${n}\n`),
        () => {},
      );
      ack.durable.then(
        () => process.stdout.write(`durable ${n}\n`),
        () => {},
      );
      if (n % plan.barrierEvery === 0) await recorder.barrier();
      else if (plan.pauseMs > 0) await systemClock.sleep(plan.pauseMs);
    }
    recorder.endTurn({ outcome: 'completed', lastMessage: null });
    await recorder.barrier();
  } catch (error) {
    failure = error;
  }
  await recorder.close({ compress: plan.compress }).catch((error: unknown) => {
    failure ??= error;
  });
  if (failure !== null) throw failure;
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.place.file ?? ''}: ${failure.message}\n`);
  process.exitCode = failure.exit;
}
