import { describe, expect, it } from 'vitest';
import { Secrets } from '../../../src/runner/providers/secrets.ts';
import { cleanTool } from '../../../src/runner/tools/clean-tool.ts';
import type { Tool, ToolContext } from '../../../src/runner/tools/tool.ts';

const key = 'sk-live-0123456789abcdefghij';

describe('a tool that comes upon a key of the provider', () => {
  it('keeps it from the model, from the notes and from who watches', async () => {
    const tool: Tool = {
      spec: { name: 'cat', description: 'd', parameters: {} },
      hasSideEffects: true,
      async run(_call, { onOutput }) {
        const note = { type: 'PlanUpdate', explanation: null, plan: [{ step: key, status: 'pending' }] } as const;
        onOutput(`live ${key}`);
        return { output: `auth: ${key}\nrest`, status: 'completed', exitCode: 0, note };
      },
    };
    const seen: string[] = [];
    const context = { onOutput: (text: string) => void seen.push(text) } as unknown as ToolContext;
    const clean = cleanTool(tool, new Secrets([key, 'ollama']));
    const outcome = await clean.run({ callId: 'c', name: 'cat', argumentsText: '' }, context);
    expect(outcome).toEqual({
      ...{ output: 'auth: [secret]\nrest', status: 'completed', exitCode: 0 },
      note: { type: 'PlanUpdate', explanation: null, plan: [{ step: '[secret]', status: 'pending' }] },
    });
    expect(seen).toEqual(['live [secret]']);
    expect(clean).toMatchObject({ spec: tool.spec, hasSideEffects: true });
  });
});
