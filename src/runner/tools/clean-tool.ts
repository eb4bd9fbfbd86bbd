import type { Secrets } from '../providers/secrets.ts';
import type { Tool } from './tool.ts';

/** The same tool, with keys taken out of what it gives: a command may find them in a file, or in another process. */
export function cleanTool(tool: Tool, secrets: Pick<Secrets, 'withoutLongSecrets' | 'cleanValue'>): Tool {
  return {
    ...tool,
    async run(call, context) {
      const onOutput = (text: string) => context.onOutput(secrets.withoutLongSecrets(text));
      return secrets.cleanValue(await tool.run(call, { ...context, onOutput }));
    },
  };
}
