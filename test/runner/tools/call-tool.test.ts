import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { builtinTools } from '../../../src/runner/tools/builtin.ts';
import { callTool } from '../../../src/runner/tools/call-tool.ts';
import type { Tool } from '../../../src/runner/tools/tool.ts';
import { updatePlan } from '../../../src/runner/tools/update-plan.ts';
import { full, makeRoom } from '../sandbox/room.ts';
import { call, contextOf } from './context.ts';

function throwing(error: unknown): Tool {
  const run = () => Promise.reject(error);
  return { spec: { name: 'bad', description: '', parameters: {} }, hasSideEffects: false, run };
}

describe('calling a tool', () => {
  const request = { callId: 'c', name: 'bad', argumentsText: '{}' };

  it('tells the model of a name that nobody has', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const outcome = await callTool(builtinTools, { ...request, name: 'format_disk' }, context);
    expect(outcome.status).toBe('failed');
    expect(outcome.output).toMatch(/^unsupported call: format_disk\nThe tools are: shell_command, apply_patch, /);
  });

  it('turns what a tool throws into an outcome, but for a refusal', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const wrong = await callTool([throwing(new TypeError('a bug'))], request, context);
    expect(wrong).toEqual({ output: 'err: a bug', status: 'failed' });
    const refused = new Failure('refused', 'no sandbox');
    await expect(callTool([throwing(refused)], request, context)).rejects.toBe(refused);
  });

  it('does not begin once the turn is aborted', async () => {
    const context = contextOf(makeRoom(), { sandbox: full, signal: AbortSignal.abort() });
    expect(await callTool([throwing(new Error('x'))], request, context)).toEqual({
      output: 'aborted by user',
      status: 'aborted',
    });
  });

  it('describes every tool by a schema of an object', () => {
    for (const { spec } of builtinTools) {
      expect(spec.name).toMatch(/^[a-z_]{1,64}$/);
      expect(spec.parameters).toMatchObject({ type: 'object', properties: expect.anything() });
    }
    expect(builtinTools.filter((tool) => tool.hasSideEffects).map(({ spec }) => spec.name)).toEqual([
      'shell_command',
      'apply_patch',
    ]);
  });
});

describe('update_plan', () => {
  it('notes the plan', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const plan = [
      { step: 'look', status: 'completed' },
      { step: 'leap', status: 'in_progress' },
    ];
    expect(await call(updatePlan, context, { plan, explanation: null })).toEqual({
      output: 'Plan updated',
      status: 'completed',
      note: { type: 'PlanUpdate', explanation: null, plan },
    });
    const doing = [
      { step: 'a', status: 'in_progress' },
      { step: 'b', status: 'in_progress' },
    ];
    expect((await call(updatePlan, context, { plan: doing })).output).toContain('at most one step');
    const odd = await call(updatePlan, context, { plan: [{ step: 'a', status: 'maybe' }, 'b'] });
    expect(odd.output).toBe(
      "failed to parse function arguments: 'plan[0].status' must be one of pending, in_progress, completed; 'plan[1]' must be an object, not a string",
    );
  });
});
