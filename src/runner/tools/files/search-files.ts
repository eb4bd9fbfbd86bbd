import { resolve } from 'node:path';
import { findProgram } from '../../sandbox/find-program.ts';
import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import { childEnv } from '../shell/child-env.ts';
import type { Tool } from '../tool.ts';
import { createMatchLines } from './match-lines.ts';
import { grepArguments, type Query, ripgrepArguments } from './search-arguments.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: {
    pattern: { type: 'string', description: 'What to look for.' },
    path: { type: 'string', description: 'A folder or a file; the workspace by default.' },
    regex: { type: 'boolean', description: 'The pattern is a regular expression; else it is taken literally.' },
    ignore_case: { type: 'boolean' },
    glob: { type: 'string', description: 'Only files whose name fits, such as `*.ts`.' },
    limit: { type: 'integer', minimum: 1, description: 'How many lines; 200 by default, at most 2000.' },
  },
  required: ['pattern'],
  additionalProperties: false,
};

const timeoutMs = 30_000;

/** Lines of files that contain something. It is done by ripgrep, or else by grep, within the sandbox. */
export const searchFiles: Tool = {
  spec: {
    name: 'search_files',
    description:
      'Looks for a text or a regular expression in files. Gives `path:line:text`. Binary files and `.git` are left out.',
    parameters: schema,
  },
  hasSideEffects: false,
  async run({ argumentsText }, { cwd, env, sandbox, signal }) {
    const read = readArguments(argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const { limit = 200, ...query } = read.values as unknown as Query & { limit?: number };
    if (/[\n\0]/.test(query.pattern)) return { output: 'err: the pattern must be one line', status: 'failed' };
    const folder = resolve(cwd, query.path ?? '.');
    if (!sandbox.mayRead(folder)) return { output: `err: ${query.path}: reading it is not allowed`, status: 'failed' };
    const program = findProgram('rg', env) ?? findProgram('grep', env);
    if (program === null) return { output: 'err: neither rg nor grep is installed', status: 'failed' };
    const argv = program.endsWith('/rg') ? ripgrepArguments(query) : grepArguments(query);
    const enough = new AbortController();
    const matches = createMatchLines(Math.min(limit, 2000), () => enough.abort());
    let problem = '';
    const result = await sandbox.run([program, ...argv], {
      ...{ cwd, env: childEnv(env), timeoutMs, input: null, unconfined: false },
      signal: AbortSignal.any([signal, enough.signal]),
      onOutput(chunk, stream) {
        if (stream === 'stdout') matches.add(chunk);
        else if (problem.length < 2000) problem += Buffer.from(chunk).toString('utf8');
      },
    });
    if (signal.aborted) return { output: 'aborted by user', status: 'aborted' };
    const { text, isCut } = matches.end();
    if (text === '' && result.end === 'exited' && result.exitCode === 1 && problem === '') {
      return { output: 'No matches.', status: 'completed' };
    }
    if (text === '') return { output: `err: ${problem.trim() || result.message || result.end}`, status: 'failed' };
    const late = result.end === 'timeout' ? '\n[… the search was ended after 30 seconds …]' : '';
    return { output: text + (isCut ? '\n[… there is more …]' : late), status: 'completed' };
  },
};
