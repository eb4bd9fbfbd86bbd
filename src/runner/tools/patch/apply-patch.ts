import { withUmask } from '../../../base/umask.ts';
import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import { refuse } from '../shell/ask-for-command.ts';
import type { Tool, ToolContext, ToolOutcome } from '../tool.ts';
import { type FileEdit, parsePatch } from './parse-patch.ts';
import { type PlacedEdit, placeEdits } from './place-edits.ts';
import { type Plan, planChanges } from './plan-changes.ts';
import { sweepTemporaries } from './sweep-temporaries.ts';
import { writeChanges } from './write-changes.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole patch.' } },
  required: ['input'],
  additionalProperties: false,
};

/** Adds, updates, moves and deletes files: all that a patch asks for, or nothing. */
export const applyPatch: Tool = {
  spec: {
    name: 'apply_patch',
    description:
      'Edits files. The input begins with `*** Begin Patch` and ends with `*** End Patch`. In between, for each file, one of ' +
      '`*** Add File: PATH` followed by lines that begin with `+`; `*** Delete File: PATH`; `*** Update File: PATH`, perhaps ' +
      '`*** Move to: NEW PATH`, and hunks. A hunk begins with `@@`, perhaps followed by a line of the file that stands before ' +
      'it, such as the head of a function; its lines begin with a blank (stays), `-` (goes) or `+` (comes). Give three lines ' +
      'of context around each change, hunks in the order of the file, and `*** End of File` after one at the end. Paths are ' +
      'relative to the workspace. Either everything is applied or nothing.',
    parameters: schema,
  },
  hasSideEffects: true,
  async run({ callId, argumentsText }, context) {
    const text = readPatchText(argumentsText);
    if (typeof text !== 'string') return fail(text.problem);
    try {
      const edits = placeEdits(parsePatch(text), context.cwd);
      const refusal = await askForPatch(callId, text, edits, context);
      if (refusal) return refusal;
      if (context.signal.aborted) return { output: 'aborted by user', status: 'aborted' };
      // Whoever was asked may have taken long; that is no work on files.
      const begin = context.clock.now();
      const plan = planChanges(edits, context.cwd);
      sweepTemporaries(
        plan.files.map(({ path }) => path),
        begin,
      );
      withUmask(context.umask, () => writeChanges(plan.files));
      return succeed(callId, edits, plan, Math.max(0, context.clock.now() - begin));
    } catch (error) {
      return fail(`apply_patch verification failed: ${(error as Error).message}\nNothing was changed.`);
    }
  },
};

/** In characters; what a model writes is far below. */
const longestPatch = 16 * 1024 * 1024;

/** Of a function call, or the free text of a custom tool. */
function readPatchText(text: string): string | { problem: string } {
  if (text.length > longestPatch) return { problem: 'apply_patch verification failed: the patch is too large' };
  if (!text.trimStart().startsWith('{')) return text;
  const read = readArguments(text, schema);
  return 'problem' in read ? read : (read.values.input as string);
}

async function askForPatch(
  callId: string,
  text: string,
  edits: PlacedEdit[],
  { approver, sandbox, cwd, signal }: ToolContext,
): Promise<ToolOutcome | null> {
  const places = edits.flatMap(({ path, moveTo }) => (moveTo === null ? [path] : [path, moveTo]));
  const outside = places.filter((path) => !sandbox.mayWrite(path));
  if (outside.length === 0 && approver.policy !== 'untrusted') return null;
  const reason = outside.length > 0 ? `it writes outside of what the sandbox allows: ${outside.join(', ')}` : null;
  const request = { callId, kind: 'patch' as const, summary: text, reason, cwd, unconfined: outside.length > 0 };
  const answer = await approver.ask(request, signal);
  if (answer.decision === 'approved') return null;
  return refuse('patch', { ...answer, reason: [answer.reason, reason].filter(Boolean).join('; ') || null });
}

function succeed(callId: string, edits: PlacedEdit[], { changes }: Plan, durationMs: number): ToolOutcome {
  const lines = (letter: string, type: FileEdit['type']) =>
    edits.flatMap(({ edit }) => (edit.type === type ? [`${letter} ${movedTo(edit) ?? edit.path}\n`] : []));
  const all = [...lines('A', 'add'), ...lines('M', 'update'), ...lines('D', 'delete')].join('');
  const stdout = `Success. Updated the following files:\n${all}`;
  const told = { status: 'completed', success: true, stdout, stderr: '' } as const;
  const note = { type: 'file_change', call_id: callId, changes, ...told } as const;
  const header = `Exit code: 0\nWall time: ${Number((durationMs / 1000).toFixed(3))} seconds\nOutput:\n`;
  return { output: header + stdout, status: 'completed', exitCode: 0, durationMs, note };
}

function movedTo(edit: FileEdit): string | null {
  return edit.type === 'update' ? edit.moveTo : null;
}

function fail(output: string): ToolOutcome {
  return { output, status: 'failed' };
}
