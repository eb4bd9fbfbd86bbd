import { Failure } from '../../base/failure.ts';
import type { Tool, ToolContext, ToolOutcome, ToolRequest } from './tool.ts';

/**
 * Runs a call by the name that the model gave. A name that nobody has, and whatever a tool throws, become outcomes that the
 * model is told; what it is told never names more than the message of the error.
 * @throws Failure `refused` where the whole run must end
 */
export async function callTool(
  tools: readonly Tool[],
  request: ToolRequest,
  context: ToolContext,
): Promise<ToolOutcome> {
  const tool = tools.find(({ spec }) => spec.name === request.name);
  if (!tool) {
    const names = tools.map(({ spec }) => spec.name).join(', ');
    const name = request.name.slice(0, 200);
    return { output: `unsupported call: ${name}\nThe tools are: ${names}`, status: 'failed' };
  }
  if (context.signal.aborted) return { output: 'aborted by user', status: 'aborted' };
  try {
    return await tool.run(request, context);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') throw error;
    if (context.signal.aborted) return { output: 'aborted by user', status: 'aborted' };
    return { output: `err: ${error instanceof Error ? error.message : String(error)}`, status: 'failed' };
  }
}
