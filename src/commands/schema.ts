import { Failure } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { listPackageFolder, readPackageFile } from '../base/package-files.ts';
import { openPrinter } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { suggest } from './frame/nearest.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const schema: Command = {
  spec: {
    name: 'schema',
    group: 'audit',
    summary: 'list or print the schemas of what sessions reads and writes',
    synopsis: ['[options]', 'NAME'],
    description: [
      'Without NAME, lists the published schemas with their versions. With NAME, prints that schema: JSON Schema, ' +
        'draft 2020-12. The first version number changes only when something is removed or changes its meaning.',
    ],
    operands: [{ name: 'NAME', min: 0, max: 1, completes: 'schema' }],
    options: outputOptions,
    examples: [
      { run: 'sessions schema', explains: 'What there is.' },
      { run: 'sessions schema event > event.schema.json', explains: 'The schema of what sessions show writes.' },
    ],
    exits: [
      { code: 0, when: 'Done.' },
      { code: 2, when: 'There is no such schema.' },
    ],
    seeAlso: ['sessions-events(5)', 'sessions-rollout(5)'],
  },
  async run(invocation, io) {
    const [name] = invocation.operands;
    if (name === undefined) await printList(invocation, io);
    else await io.stdout.write(await readSchema(name));
    return 0;
  },
};

/** One line of the list. Schema: `schemas/schema-entry.schema.json`. */
interface SchemaEntry {
  schema: 'sessions.schema-entry/1';
  name: string;
  version: number;
  title: string;
}

const folder = 'schemas';
const ending = '.schema.json';

async function listNames(): Promise<string[]> {
  const files = await listPackageFolder(folder);
  return files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
}

async function readSchema(name: string): Promise<string> {
  const names = await listNames();
  if (names.includes(name)) return readPackageFile(folder, name + ending);
  const hint = suggest(name, names) ?? `one of: ${names.join(', ')}`;
  throw new Failure('usage', `there is no schema '${name}'`, { hint });
}

async function readEntry(name: string): Promise<SchemaEntry> {
  const { 'x-version': version, title } = JSON.parse(await readSchema(name));
  return { schema: 'sessions.schema-entry/1', name, version, title };
}

async function printList(invocation: Invocation, io: Io): Promise<void> {
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    const entries = await Promise.all((await listNames()).map(readEntry));
    const width = Math.max(...entries.map(({ name }) => name.length)) + 2;
    for (const entry of entries) {
      const { name, version, title } = entry;
      if (printer.mode === 'json') await printer.record(entry);
      else if (printer.mode === 'ids') await printer.id(name);
      else await printer.text(`${name.padEnd(width)}${String(version).padEnd(4)}${title}\n`);
    }
  } finally {
    await printer.close();
  }
}
