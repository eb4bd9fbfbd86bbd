import type { Clock } from '../../base/io.ts';
import type { ModelItem } from '../../model/history.ts';
import { keepContract } from './contract.ts';
import { failed } from './failed.ts';
import { type IdMaker, idMaker } from './made-ids.ts';
import { playAnswer } from './play-answer.ts';
import type { ModelRequest, Provider, ProviderEvent } from './provider.ts';
import type { Script, ScriptStep } from './script.ts';
import { Secrets } from './secrets.ts';

/** A provider that plays a script: without a network, a key or chance. It counts the requests of its whole life. */
export function scriptedProvider(script: Script, clock: Clock, name = 'scripted'): Provider {
  let count = 0;
  return {
    name,
    stream(request, signal) {
      const n = ++count;
      const step = script.steps[n - 1] ?? lastStep(script);
      const about = { name, secrets: new Secrets([]), signal };
      return keepContract(about, () => play(step, { n, request, clock, signal }));
    },
  };
}

interface Turn {
  n: number;
  request: ModelRequest;
  clock: Clock;
  signal: AbortSignal;
}

async function* play(step: ScriptStep, { n, request, clock, signal }: Turn): AsyncGenerator<ProviderEvent> {
  if (step.delayMs > 0) await clock.sleep(step.delayMs, signal);
  if (step.expect !== null && !JSON.stringify(request.items.at(-1) ?? null).includes(inJson(step.expect))) {
    yield failed(
      'refused',
      `step ${n} of the script expects '${step.expect}', which the last item of the request has not`,
    );
    return;
  }
  const items = itemsOf(step, idMaker(request));
  if (step.fail) {
    for (const event of playAnswer(items)) if (event.type !== 'item') yield event;
    yield step.fail;
    return;
  }
  yield* playAnswer(items);
  yield { type: 'completed', responseId: `script_${n}`, usage: step.usage };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function itemsOf({ reasoning, text, calls, items }: ScriptStep, idOf: IdMaker): ModelItem[] {
  const found: ModelItem[] = [];
  if (reasoning !== null) {
    found.push({ type: 'reasoning', id: idOf('rs', 0), summary: [{ type: 'summary_text', text: reasoning }] });
  }
  if (text !== null) {
    const content = [{ type: 'output_text', text }];
    found.push({ type: 'message', id: idOf('msg', 0), role: 'assistant', content });
  }
  for (const [place, { kind, name, input, id }] of calls.entries()) {
    const call_id = id ?? idOf('call', place);
    if (kind === 'function') {
      found.push({ type: 'function_call', id: idOf('fc', place), name, arguments: input, call_id });
    } else {
      found.push({ type: 'custom_tool_call', id: idOf('ctc', place), status: 'completed', call_id, name, input });
    }
  }
  return [...found, ...items];
}

function lastStep({ last }: Script): ScriptStep {
  return { expect: null, delayMs: 0, reasoning: null, text: last, calls: [], items: [], usage: null, fail: null };
}
