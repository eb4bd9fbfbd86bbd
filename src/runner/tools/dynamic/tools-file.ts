import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Failure, toFailure } from '../../../base/failure.ts';
import type { DynamicTool } from '../../../model/history.ts';
import { argumentCheck } from './argument-check.ts';
import { problemOfName } from './tool-names.ts';

/**
 * Reads the tools that a caller brings along: a JSON or YAML list of `{name, description, inputSchema, command}`. A relative
 * path to a program starts where the file lies, and is made absolute, so that the tool can be run by whoever resumes the
 * thread from elsewhere.
 *
 * @throws Failure `usage` with the file, and the line where it is known, for everything that is wrong with it
 */
export async function readToolsFile(path: string): Promise<DynamicTool[]> {
  const fail: Fail = (message) => {
    throw new Failure('usage', message, { file: path });
  };
  const value = await parse(await readText(path), path);
  if (!Array.isArray(value)) return fail('a file of tools is a list');
  const tools = value.map((entry, index) => toolOf(entry, `tool ${index + 1}`, dirname(resolve(path)), fail));
  const names = new Set<string>();
  for (const { name, inputSchema } of tools) {
    if (names.has(name)) fail(`there are two tools '${name}'`);
    names.add(name);
    const check = await argumentCheck(inputSchema);
    if ('problem' in check) fail(`the inputSchema of '${name}' ${check.problem}`);
  }
  return tools;
}

type Fail = (message: string) => never;

const keys = new Set(['name', 'description', 'inputSchema', 'command']);

function toolOf(entry: unknown, which: string, folder: string, fail: Fail): DynamicTool {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return fail(`${which} is no object`);
  const { name, description, inputSchema, command } = entry as Record<string, unknown>;
  if (typeof name !== 'string') return fail(`${which} has no name`);
  const problem = problemOfName(name);
  if (problem) return fail(`the name of ${which} ${problem}: ${JSON.stringify(name.slice(0, 100))}`);
  for (const key of Object.keys(entry)) {
    if (!keys.has(key)) fail(`'${key}' of tool '${name}' is not known; there are ${[...keys].join(', ')}`);
  }
  if (typeof description !== 'string' || description.trim() === '') return fail(`tool '${name}' has no description`);
  if (!isArgv(command)) return fail(`the command of tool '${name}' is no list of a program and its arguments`);
  const schema = inputSchema ?? { type: 'object', properties: {} };
  if (typeof schema !== 'object' || Array.isArray(schema) || (schema as { type?: unknown }).type !== 'object') {
    return fail(`the inputSchema of tool '${name}' is no JSON Schema with the type object`);
  }
  const [program, ...args] = command;
  const isRelative = program.includes('/') && !program.startsWith('/');
  return {
    name,
    description,
    inputSchema: schema,
    command: [isRelative ? resolve(folder, program) : program, ...args],
  };
}

function isArgv(value: unknown): value is [string, ...string[]] {
  if (!Array.isArray(value) || value[0] === '' || value.length === 0) return false;
  return value.every((word) => typeof word === 'string' && !word.includes('\0'));
}

const largest = 4 * 1024 * 1024;

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > largest) throw new Failure('usage', `larger than ${largest} bytes`, { file });
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof TypeError) throw new Failure('usage', 'not UTF-8', { file });
    throw toFailure(error);
  }
}

async function parse(text: string, file: string): Promise<unknown> {
  if (/\.json$/i.test(file)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Failure('usage', `not JSON: ${(error as Error).message}`, { file, cause: error });
    }
  }
  const { LineCounter, parseDocument } = await import('yaml');
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const { line, col } = counter.linePos(error.pos[0]);
    throw new Failure('usage', `column ${col}: not YAML: ${error.message}`, { file, line, cause: error });
  }
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases may refer to nothing, or to far too much.
    throw new Failure('usage', `not YAML: ${(cause as Error).message}`, { file, cause });
  }
}
