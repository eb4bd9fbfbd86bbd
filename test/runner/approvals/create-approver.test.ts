import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  type ApprovalRecord,
  type ApproverOptions,
  createApprover,
} from '../../../src/runner/approvals/create-approver.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../../src/runner/approvals.ts';

const request: ApprovalRequest = { callId: 'c1', kind: 'command', summary: 'rm x', reason: null, cwd: '/w' };
const yes: ApprovalDecision = { decision: 'approved', by: 'user', reason: null };
const calm = new AbortController().signal;

function make(options: Partial<ApproverOptions>) {
  const records: ApprovalRecord[] = [];
  const record = (entry: ApprovalRecord) => void records.push(entry);
  return { records, approver: createApprover({ policy: 'on-request', ask: async () => yes, record, ...options }) };
}

describe('an approver', () => {
  it('asks, and records the decision before it gives it', async () => {
    const { approver, records } = make({});
    expect(await approver.ask(request, calm)).toEqual(yes);
    expect(records).toEqual([{ call_id: 'c1', ...yes }]);
  });

  it('never asks under never', async () => {
    const { approver, records } = make({ policy: 'never', ask: () => Promise.reject(new Error('asked')) });
    expect(await approver.ask(request, calm)).toMatchObject({ decision: 'declined', by: 'policy' });
    expect(records).toHaveLength(1);
  });

  it('declines when there is nobody, or asking fails', async () => {
    const nobody = make({ ask: null });
    const broken = make({ ask: () => Promise.reject(new Error('terminal gone')) });
    expect(await nobody.approver.ask(request, calm)).toMatchObject({ decision: 'declined', by: 'unavailable' });
    expect(await broken.approver.ask(request, calm)).toEqual({
      decision: 'declined',
      by: 'unavailable',
      reason: 'terminal gone',
    });
    expect([...nobody.records, ...broken.records]).toHaveLength(2);
  });

  it('approves nothing that could not be recorded', async () => {
    const { approver } = make({ record: () => Promise.reject(new Error('disk full')) });
    expect(await approver.ask(request, calm)).toMatchObject({ decision: 'declined', by: 'unavailable' });
  });

  it('ends with abort when the turn is interrupted while it asks, or before', async () => {
    const controller = new AbortController();
    const { approver, records } = make({ ask: () => new Promise(() => {}) });
    const asked = approver.ask(request, controller.signal);
    const queued = approver.ask({ ...request, callId: 'c2' }, controller.signal);
    controller.abort();
    expect([(await asked).decision, (await queued).decision]).toEqual(['abort', 'abort']);
    expect(records.map(({ call_id }) => call_id)).toEqual(['c1', 'c2']);
  });

  it('leaves nobody listening to the turn behind a question', async () => {
    const { approver } = make({});
    const { signal } = new AbortController();
    for (let n = 0; n < 3; n++) await approver.ask(request, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('asks one question at a time', async () => {
    let open = 0;
    let most = 0;
    const ask = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return yes;
    };
    const { approver } = make({ ask });
    await Promise.all([1, 2, 3, 4].map((index) => approver.ask({ ...request, callId: `c${index}` }, calm)));
    expect(most).toBe(1);
  });
});
