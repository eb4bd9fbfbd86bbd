import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import type { Tool } from '../tool.ts';
import { openRegular } from './open-regular.ts';
import { readLines } from './read-lines.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The file; relative to the workspace, or absolute.' },
    offset: { type: 'integer', minimum: 1, description: 'Number of the first line; 1 by default.' },
    limit: { type: 'integer', minimum: 1, description: 'How many lines; 2000 by default and at most.' },
  },
  required: ['path'],
  additionalProperties: false,
};

const mostLines = 2000;
const mostBytes = 64 * 1024;

/** Lines of a text file, each with its number in front. */
export const readFile: Tool = {
  spec: {
    name: 'read_file',
    description: 'Reads lines of a text file. Each is given as `L<number>: <text>`; long lines are cut.',
    parameters: schema,
  },
  hasSideEffects: false,
  async run({ argumentsText }, context) {
    const read = readArguments(argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const { path, offset = 1, limit = mostLines } = read.values as { path: string; offset?: number; limit?: number };
    const opened = await openRegular(path, context);
    if ('problem' in opened) return { output: opened.problem, status: 'failed' };
    try {
      const count = Math.min(limit, mostLines);
      const result = await readLines(opened.file, { offset, count, mostBytes, signal: context.signal });
      if (result.isBinary) {
        return { output: `err: ${path}: is a binary file of ${opened.size} bytes`, status: 'failed' };
      }
      if (result.lines.length === 0 && offset > 1) {
        return { output: `err: ${path}: has only ${result.passed} lines`, status: 'failed' };
      }
      const numbered = result.lines.map((line, index) => `L${offset + index}: ${line}`);
      const more = result.hasMore ? [`[… more from line ${offset + result.lines.length} on …]`] : [];
      return { output: [...numbered, ...more].join('\n'), status: 'completed' };
    } finally {
      await opened.close();
    }
  },
};
