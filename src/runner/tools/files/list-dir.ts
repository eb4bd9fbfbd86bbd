import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemReason } from '../../../base/system-error.ts';
import { type ArgumentSchema, readArguments } from '../read-arguments.ts';
import type { Tool, ToolContext } from '../tool.ts';

const schema: ArgumentSchema = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The folder; the workspace by default.' },
    depth: { type: 'integer', minimum: 1, description: 'How many levels; 2 by default, at most 8.' },
    limit: { type: 'integer', minimum: 1, description: 'How many entries; 200 by default, at most 2000.' },
  },
  additionalProperties: false,
};

/** What is in a folder and below it, sorted. */
export const listDir: Tool = {
  spec: {
    name: 'list_dir',
    description:
      'Lists a folder and what is below it, sorted by name: folders end with `/`, links with `@`. `.git` is not entered.',
    parameters: schema,
  },
  hasSideEffects: false,
  async run({ argumentsText }, context) {
    const read = readArguments(argumentsText, schema);
    if ('problem' in read) return { output: read.problem, status: 'failed' };
    const { path = '.', depth = 2, limit = 200 } = read.values as { path?: string; depth?: number; limit?: number };
    const root = resolve(context.cwd, path);
    if (!context.sandbox.mayRead(root)) return { output: `err: ${path}: reading it is not allowed`, status: 'failed' };
    const listing: Listing = { lines: [], left: Math.min(limit, 2000), isCut: false };
    try {
      await list(root, 0, Math.min(depth, 8), listing, context);
    } catch (error) {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      return { output: `err: ${path}: ${reason}`, status: 'failed' };
    }
    const more = listing.isCut ? ['[… there is more …]'] : [];
    return { output: [`${root}:`, ...listing.lines, ...more].join('\n'), status: 'completed' };
  },
};

interface Listing {
  lines: string[];
  left: number;
  isCut: boolean;
}

/** So many entries of one folder are looked at; which of them is up to the system. */
const mostEntries = 20_000;

async function list(
  folder: string,
  level: number,
  depth: number,
  listing: Listing,
  context: ToolContext,
): Promise<void> {
  for (const entry of await readEntries(folder, listing)) {
    context.signal.throwIfAborted();
    if (listing.left <= 0) {
      listing.isCut = true;
      return;
    }
    listing.left -= 1;
    listing.lines.push(`${'  '.repeat(level + 1)}${showName(entry)}`);
    const inner = join(folder, entry.name);
    if (!entry.isDirectory() || entry.name === '.git' || level + 1 >= depth || !context.sandbox.mayRead(inner))
      continue;
    await list(inner, level + 1, depth, listing, context).catch((error) => {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      listing.lines.push(`${'  '.repeat(level + 2)}[${reason}]`);
    });
  }
}

async function readEntries(folder: string, listing: Listing): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) {
    if (entries.length >= mostEntries) {
      listing.isCut = true;
      break;
    }
    entries.push(entry);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function showName(entry: Dirent): string {
  const name = entry.name.replace(/[\n\r\t]/g, (character) => JSON.stringify(character).slice(1, -1));
  return name + (entry.isDirectory() ? '/' : entry.isSymbolicLink() ? '@' : '');
}
