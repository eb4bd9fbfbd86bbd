import type { DynamicTool } from '../../../model/history.ts';
import type { DynamicNote } from '../note.ts';
import type { Tool, ToolOutcome, ToolRequest } from '../tool.ts';
import { type ArgumentCheck, argumentCheck } from './argument-check.ts';
import { type CommandPlace, problemOfCommand } from './find-command.ts';
import { runCommand } from './run-command.ts';
import { problemOfName } from './tool-names.ts';

/**
 * The tools that a caller brought along, or that were recorded when it did. A command runs within the sandbox, like any that
 * the model could write itself, so that a thread from elsewhere cannot do more by its tools than by its text. A recorded tool
 * without a command, such as those of Codex's clients, and one whose program is gone, answer that they cannot be run here.
 *
 * @param place where the programs are looked for
 */
export function dynamicTools(list: readonly DynamicTool[], place: CommandPlace, hear: Hear = {}): Tool[] {
  const names = new Set<string>();
  return list.flatMap((tool) => {
    const problem = names.has(tool.name) ? 'is that of another tool' : problemOfName(tool.name);
    if (problem) {
      hear.onLeftOut?.(`tool ${JSON.stringify(tool.name.slice(0, 100))} is left out: its name ${problem}`);
      return [];
    }
    names.add(tool.name);
    const [program] = tool.command ?? [];
    if (!tool.command || !program) {
      return [absent(tool, 'the client that brought it along is not connected, and it has no command')];
    }
    const missing = problemOfCommand(program, place);
    if (missing === null) return [runnable(tool, tool.command)];
    hear.onMissing?.(
      `tool ${JSON.stringify(tool.name)} cannot be run: its program ${JSON.stringify(program)} ${missing}`,
    );
    return [absent(tool, `its program ${program} ${missing}`)];
  });
}

/** Each takes a line for people. */
interface Hear {
  /** Of a tool whose name cannot be used, or is that of another one. */
  onLeftOut?(note: string): void;
  /** Of a tool whose program is not there. */
  onMissing?(note: string): void;
}

function runnable(tool: DynamicTool, command: readonly string[]): Tool {
  let compiled: Promise<ArgumentCheck> | undefined;
  return {
    spec: specOf(tool),
    hasSideEffects: true,
    async run(request, context) {
      compiled ??= argumentCheck(tool.inputSchema);
      const read = readArguments(request, await compiled);
      if ('problem' in read) return { output: read.problem, status: 'failed' };
      const outcome = await runCommand(command, read.text, request, context);
      return { ...outcome, note: noteOf(tool, outcome) };
    },
  };
}

function absent(tool: DynamicTool, why: string): Tool {
  return {
    spec: specOf(tool),
    hasSideEffects: false,
    async run(): Promise<ToolOutcome> {
      const output = `err: ${tool.name} cannot be run here: ${why}`;
      const outcome = { output, status: 'failed' as const };
      return { ...outcome, note: noteOf(tool, outcome) };
    },
  };
}

function specOf({ name, description, inputSchema }: DynamicTool): Tool['spec'] {
  const isObject = inputSchema !== null && typeof inputSchema === 'object' && !Array.isArray(inputSchema);
  return { name, description, parameters: isObject ? inputSchema : { type: 'object', properties: {} } };
}

function noteOf({ name }: DynamicTool, { status }: ToolOutcome): DynamicNote {
  return { type: 'DynamicToolCall', tool: name, status, success: status === 'completed' };
}

function readArguments({ argumentsText }: ToolRequest, check: ArgumentCheck): { text: string } | { problem: string } {
  const text = argumentsText.trim() === '' ? '{}' : argumentsText;
  if ('problem' in check) return { problem: `err: the schema of this tool ${check.problem}` };
  try {
    const problem = check.check(JSON.parse(text));
    // The text itself goes to the program: numbers keep all of their digits.
    return problem === null ? { text } : { problem: `failed to parse function arguments: ${problem}` };
  } catch (error) {
    return { problem: `failed to parse function arguments: ${(error as Error).message}` };
  }
}
