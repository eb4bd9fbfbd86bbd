import type { PlanNote } from './note.ts';
import { type ArgumentSchema, readArguments } from './read-arguments.ts';
import type { Tool } from './tool.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: {
    explanation: { type: 'string', description: 'Why the plan changed.' },
    plan: {
      type: 'array',
      description: 'All steps, in order.',
      items: {
        type: 'object',
        properties: {
          step: { type: 'string' },
          status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
        },
        required: ['step', 'status'],
        additionalProperties: false,
      },
    },
  },
  required: ['plan'],
  additionalProperties: false,
};

/** Notes the plan of the agent, for people to see. */
export const updatePlan: Tool = {
  spec: {
    name: 'update_plan',
    description: 'Sets the plan for the task: short steps, each with a status, one at most `in_progress`.',
    parameters: schema,
  },
  hasSideEffects: false,
  async run({ argumentsText }) {
    const read = readArguments(argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const { explanation = null, plan } = read.values as { explanation?: string; plan: PlanNote['plan'] };
    if (plan.filter(({ status }) => status === 'in_progress').length > 1) {
      return { output: 'failed to parse function arguments: at most one step can be in_progress', status: 'failed' };
    }
    return { output: 'Plan updated', status: 'completed', note: { type: 'PlanUpdate', explanation, plan } };
  },
};
