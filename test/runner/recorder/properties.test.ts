import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../../src/engine/validate/check-file.ts';
import type { Recorder } from '../../../src/runner/recorder/recorder.ts';
import { envelope, makeHome, paginated, record, type TestHome, turn } from '../../builders.ts';
import { makeClock, openIn, settings, startTime, threadId } from './recording.ts';

type Step =
  | {
      do: 'user' | 'agent' | 'reasoning' | 'compacted' | 'tokens' | 'barrier' | 'context' | 'command' | 'patch';
      text: string;
    }
  | { do: 'call'; text: string; isApproved: boolean };

interface Session {
  dialect: 'new' | 'envelope' | 'paginated';
  runs: { turns: { steps: Step[]; isAborted: boolean }[]; compress: 'exit' | 'never'; tail: string }[];
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constant('x'.repeat(3000)),
  fc.constant('half \ud800'),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('user', 'agent', 'reasoning', 'compacted', 'tokens', 'barrier', 'context', 'command', 'patch'),
    text,
  }),
  fc.record({ do: fc.constant('call' as const), text, isApproved: fc.boolean() }),
);
const session: fc.Arbitrary<Session> = fc.record({
  dialect: fc.constantFrom('new', 'envelope', 'paginated'),
  runs: fc.array(
    fc.record({
      turns: fc.array(fc.record({ steps: fc.array(step, { maxLength: 8 }), isAborted: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
      compress: fc.constantFrom('exit', 'never'),
      // What a killed run of somebody else may leave at the end.
      tail: fc.constantFrom('', '', '{"timestamp":"2026-'),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

describe('any session that is recorded', () => {
  it('is found valid, but for the pieces that others left', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(session, async ({ dialect, runs }) => {
        const home = makeHome();
        let path = begin(home, dialect);
        let pieces = 0;
        let time = startTime;
        let calls = 0;
        for (const { turns, compress, tail } of runs) {
          const thread = path === null ? {} : { thread: { kind: 'resumed' as const, threadId, path } };
          const recorder = await openIn(home, { clock: makeClock(time), ...thread });
          for (const { steps, isAborted } of turns) {
            recorder.begin({ turnId: `turn-${time}`, contextWindow: 1000 });
            for (const one of steps) calls = await take(recorder, one, calls);
            recorder.endTurn(
              isAborted ? { outcome: 'aborted', reason: 'interrupted' } : { outcome: 'completed', lastMessage: null },
            );
          }
          const end = await recorder.close({ compress });
          expect(end.problem).toBe(null);
          path = end.path as string;
          time += 3_600_000;
          if (tail !== '' && compress === 'never') {
            appendFileSync(path, tail);
            pieces++;
          }
        }
        const findings = await findingsIn(path as string);
        const bad = findings.filter((finding) => !/^(BAD-JSON|TORN-TAIL) /.test(finding));
        expect(bad).toEqual([]);
        expect(findings).toHaveLength(pieces);
      }),
      { numRuns: 60 },
    );
  });
});

function begin(home: TestHome, dialect: Session['dialect']): string | null {
  if (dialect === 'new') return null;
  const meta = (more: object) => record.meta(threadId, { ...more, source: 'exec' });
  const content =
    dialect === 'envelope'
      ? envelope(meta({}), ...turn('before'))
      : paginated(0, meta({ history_mode: 'paginated', session_id: threadId }));
  return home.rollout(threadId, content);
}

async function take(recorder: Recorder, one: Step, calls: number): Promise<number> {
  const { text: words } = one;
  const item = (role: string, type: string) => ({ type: 'message', role, content: [{ type, text: words }] });
  const usage = {
    input_tokens: 1,
    cached_input_tokens: 0,
    output_tokens: 1,
    reasoning_output_tokens: 0,
    total_tokens: 2,
  };
  switch (one.do) {
    case 'user':
      recorder.userMessage({ text: words, images: [], localImages: [] });
      break;
    case 'agent':
      recorder.item(item('assistant', 'output_text'));
      break;
    case 'reasoning':
      recorder.item({ type: 'reasoning', summary: [{ type: 'summary_text', text: words }], encrypted_content: null });
      break;
    case 'compacted':
      recorder.compacted({ message: words, items: [item('user', 'input_text')] });
      break;
    case 'tokens':
      recorder.tokens({ total: usage, last: usage, contextWindow: null });
      break;
    case 'context':
      recorder.context(settings);
      break;
    case 'barrier':
      await recorder.barrier();
      break;
    case 'command': {
      const run = { callId: words, argv: [words], cwd: '/', output: words, durationMs: 0.5 };
      recorder.command({ ...run, exitCode: 0, status: 'completed' });
      break;
    }
    case 'patch': {
      const changes = { '/a': { type: 'add' as const, content: words } };
      recorder.fileChange({ callId: words, changes, status: 'declined', stdout: '', stderr: words });
      break;
    }
    case 'call': {
      const callId = `call-${calls}`;
      recorder.item({ type: 'function_call', name: 'shell', arguments: words, call_id: callId });
      const decision = one.isApproved ? 'approved' : 'declined';
      await recorder.approval({ callId, decision, by: 'user', reason: words }).durable;
      recorder.item({ type: 'function_call_output', call_id: callId, output: words });
      return calls + 1;
    }
  }
  return calls;
}

async function findingsIn(path: string): Promise<string[]> {
  const findings: string[] = [];
  const options = { now: startTime + 86_400_000, signal: new AbortController().signal };
  for await (const { rule, severity, line, message } of checkFile(
    { path, file: path, threadId, home: null },
    options,
  )) {
    findings.push(`${rule} ${severity} ${line} ${message}`);
  }
  return findings;
}
