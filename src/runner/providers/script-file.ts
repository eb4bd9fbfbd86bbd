import { readFile, stat } from 'node:fs/promises';
import { Failure, toFailure } from '../../base/failure.ts';
import type { Script } from './script.ts';
import { type ScriptFault, stepOf } from './script-step.ts';
import { parseScriptText } from './script-text.ts';

/**
 * Reads a script: YAML, or NDJSON when the name ends in `.ndjson` or `.jsonl`. YAML is a list of steps, or an object of
 * `steps` and `last`; NDJSON has a step a line, and may have a line `{"last": "…"}`. A mistake in it is a `Failure` of kind
 * `usage` with file and line, and the column in its message where it is known.
 *
 *     steps:
 *       - reasoning: Look around first.
 *         text: I will list the files.
 *         calls:
 *           - name: shell
 *             arguments: { command: [ls] }
 *         usage: { input: 1200, cached: 800, output: 40, reasoning: 12 }
 *       - delay: 200ms
 *         fail: { kind: rate-limit, message: slow down, retry: true, after: 2s }
 *       - expect: README.md
 *         text: Done.
 *     last: The script is over.
 */
export async function readScript(file: string): Promise<Script> {
  const text = await readText(file);
  const { value, lineOf } = await parseScriptText(text, file);
  const fail = ({ path, message }: ScriptFault): never => {
    const place = lineOf(path);
    throw new Failure('usage', place.column ? `column ${place.column}: ${message}` : message, {
      file,
      line: place.line,
    });
  };
  const { steps, last } = partsOf(value, fail);
  return { steps: steps.map(({ path, step }) => stepOf(step, path, fail)), last };
}

type Fail = (fault: ScriptFault) => never;

const defaultLast = 'The script is over.';

function partsOf(value: unknown, fail: Fail) {
  if (Array.isArray(value)) return { steps: value.map((step, n) => ({ step, path: [n] })), last: defaultLast };
  if (value === null || typeof value !== 'object') return fail({ path: [], message: 'a script is a list of steps' });
  const { steps, last = defaultLast, ...rest } = value as Record<string, unknown>;
  for (const key of Object.keys(rest)) fail({ path: [key], message: `'${key}' is no part of a script` });
  if (!Array.isArray(steps)) return fail({ path: ['steps'], message: 'a script has a list of steps' });
  if (typeof last !== 'string') return fail({ path: ['last'], message: 'last is a text' });
  return { steps: steps.map((step, n) => ({ step, path: ['steps', n] })), last };
}

const largest = 32 * 1024 * 1024;

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > largest) throw new Failure('usage', `a script is no larger than ${largest} bytes`, { file });
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof TypeError) throw new Failure('usage', 'the script is not UTF-8', { file });
    throw toFailure(error);
  }
}
