import { exitCodes } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { warn } from '../base/warn.ts';
import type { Finding } from '../model/finding.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { outputOptions, printOptionsOf } from './options.ts';

const about =
  'The index, `state.db` in the home, holds what `ls` shows, so that a listing of a hundred thousand sessions takes no longer ' +
  'than one of ten. It holds nothing that the files do not: it may be deleted at any time.';

const trust = [
  '`ls` looks, before it prints, at every folder whose time changed (files that were added, removed, renamed or compressed), at ' +
    'the files that were written to in the last two days, and with `--limit` at the files of the sessions that it prints. What ' +
    'was appended to an older file shows after the next full look, which `ls` takes once a minute after printing.',
  'Each row has a checksum that is verified when it is printed, and a listing without `--limit` also counts the rows. What only ' +
    '`index check` finds: a damaged entry of an internal index that hides a row from a listing with `--limit`, and a row that ' +
    'is intact and wrong.',
];

export const indexStatus: Command = {
  spec: {
    name: 'index status',
    group: 'keep',
    summary: 'tell what the index holds',
    synopsis: ['[options]'],
    description: [about, ...trust],
    operands: [],
    options: outputOptions,
    examples: [
      {
        run: 'sessions index status',
        explains: 'How many sessions the index holds, and when all files were last looked at.',
      },
    ],
    exits: [
      { code: 0, when: 'Done.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-check(1)', 'sessions-index-rebuild(1)', 'sessions-ls(1)'],
  },
  async run(invocation, io) {
    const { indexStatus: status } = await import('../engine/listing/index-status.ts');
    const { homeOf } = await import('../engine/listing/list-home.ts');
    const replaced: string[] = [];
    const found = status(homeOf(io.env, io.cwd), (message) => replaced.push(message));
    await withPrinter(invocation, io, async (printer) => {
      if (printer.mode === 'json') await printer.record(found);
      else if (printer.mode === 'ids') await printer.id(found.path);
      else
        for (const [key, value] of Object.entries(found).slice(1))
          await printer.text(`${key.replaceAll('_', ' ').padEnd(18)}${value ?? '-'}\n`);
    });
    for (const message of replaced) await warn(io, `the index was made anew, because ${message}`);
    return 0;
  },
};

export const indexRebuild: Command = {
  spec: {
    name: 'index rebuild',
    group: 'keep',
    summary: 'throw the index away and make it anew from the files',
    synopsis: ['[options]'],
    description: [about],
    operands: [],
    options: outputOptions,
    examples: [{ run: 'sessions index rebuild', explains: 'Read every session once more.' }],
    exits: [
      { code: 0, when: 'Done.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-status(1)', 'sessions-index-check(1)'],
  },
  async run(invocation, io) {
    const { indexStatus: status, rebuildIndex } = await import('../engine/listing/index-status.ts');
    const { homeOf } = await import('../engine/listing/list-home.ts');
    const home = homeOf(io.env, io.cwd);
    const progress = startProgress(io);
    try {
      await rebuildIndex(home, {
        now: io.clock.now(),
        signal: io.signal,
        onProgress: (done, of) => progress.show(`reading sessions: ${done} of ${of}`),
      });
    } finally {
      await progress.stop();
    }
    const found = status(home, () => {});
    await withPrinter(invocation, io, async (printer) => {
      if (printer.mode === 'json') await printer.record(found);
      else if (printer.mode === 'human') await printer.text(`${found.threads} sessions\n`);
    });
    return 0;
  },
};

export const indexCheck: Command = {
  spec: {
    name: 'index check',
    group: 'keep',
    summary: 'compare every row of the index with the files',
    synopsis: ['[options]'],
    description: [
      'Makes every row anew from the files and prints each difference as a finding (schema `finding`). Nothing is mended: ' +
        '`sessions index rebuild` does that.',
      ...trust,
    ],
    operands: [],
    options: outputOptions,
    examples: [{ run: 'sessions index check', explains: 'Is the index right?' }],
    exits: [
      { code: 0, when: 'Every row is what the files say.' },
      { code: 1, when: 'Some are not.' },
      { code: 2, when: 'There is no home, or no index can be made in it.' },
    ],
    seeAlso: ['sessions-index-rebuild(1)', 'sessions-index-status(1)'],
  },
  async run(invocation, io) {
    const { checkIndex } = await import('../engine/listing/check-index.ts');
    const { homeOf } = await import('../engine/listing/list-home.ts');
    const progress = startProgress(io);
    const replaced: string[] = [];
    let findings = 0;
    await withPrinter(invocation, io, async (printer) => {
      const checks = checkIndex(homeOf(io.env, io.cwd), {
        now: io.clock.now(),
        signal: io.signal,
        onProgress: (done, of) => progress.show(`checking sessions: ${done} of ${of}`),
        onReplaced: (message) => replaced.push(message),
      });
      for await (const found of checks) {
        findings++;
        await progress.stop();
        await printFinding(found, printer);
      }
      await progress.stop();
      if (findings === 0 && printer.mode === 'human') await printer.text('the index agrees with the files\n');
    });
    for (const message of replaced) await warn(io, `the index was made anew, because ${message}`);
    return findings > 0 ? exitCodes.findings : 0;
  },
};

async function printFinding(found: Finding, printer: Printer): Promise<void> {
  const { oneLine } = await import('../base/safe-text.ts');
  if (printer.mode === 'json') await printer.record(found);
  else if (printer.mode === 'ids') await printer.id(found.thread_id ?? '-');
  else await printer.text(`${found.rule}  ${found.thread_id ?? ''}${found.pointer ?? ''}  ${oneLine(found.message)}\n`);
}

async function withPrinter(invocation: Invocation, io: Io, print: (printer: Printer) => Promise<void>): Promise<void> {
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    await print(printer);
  } finally {
    await printer.close();
  }
}
