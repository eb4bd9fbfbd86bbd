import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../../src/commands/command.ts';
import { renderCommandHelp, renderOverview, renderUsage } from '../../../src/commands/frame/render-help.ts';
import { commands } from '../../../src/commands/registry.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';

const plain = { colours: noColours, columns: 80 };

const spec: CommandSpec = {
  name: 'hold add',
  group: 'keep',
  summary: 'put sessions under a hold',
  synopsis: ['[options] SESSION...', '-'],
  description: [
    'Keeps `prune` away from sessions.',
    'Second paragraph, which goes on for long enough that it must be broken into two lines.',
  ],
  operands: [{ name: 'SESSION', min: 1, max: Number.POSITIVE_INFINITY }],
  options: [
    { long: 'until', short: 'u', value: 'T', description: 'Until T.' },
    { long: 'a-very-long-option-name', value: 'PLACEHOLDER', description: 'Has its text below.' },
    { long: 'archived', value: 'only', valueOptional: true, values: ['only'], description: 'Too.' },
    { long: 'sort', value: 'KEY', values: ['a', 'b'], description: 'Order.' },
  ],
  sections: [{ title: 'Kinds of hold', paragraphs: ['There are two.'], entries: [{ term: 'SOFT', text: 'One.' }] }],
  examples: [{ run: 'sessions hold add @last', explains: 'The newest.' }],
  exits: [
    { code: 0, when: 'Held.' },
    { code: 141, when: 'Closed.' },
  ],
  seeAlso: ['sessions-prune(1)'],
};

describe('renderCommandHelp', () => {
  it('lays everything out that the data holds', () => {
    expect(renderCommandHelp(spec, plain)).toBe(`sessions hold add - put sessions under a hold

Usage:
  sessions hold add [options] SESSION...
  sessions hold add -

Keeps prune away from sessions.

Second paragraph, which goes on for long enough that it must be broken into two
lines.

Options:
  -u, --until T           Until T.
      --a-very-long-option-name PLACEHOLDER
                          Has its text below.
      --archived[=only]   Too.
      --sort KEY          Order. One of: a, b.
  -h, --help              Print the help of the command, and nothing else.
  -V, --version           Print the version, and nothing else.

Kinds of hold:
  There are two.

  SOFT  One.

Examples:
  sessions hold add @last
      The newest.

Exit codes:
  0    Held.
  141  Closed.

See also:
  sessions-prune(1)
`);
  });

  it('sets headings in bold where there are colours', () => {
    const help = renderCommandHelp(spec, { ...plain, colours: picocolors.createColors(true) });
    expect(help).toContain('\x1b[1mUsage\x1b[22m:\n');
  });
});

describe('the help of every command', () => {
  it.each(commands.map((command) => [command.spec.name, command.spec]))('%s is complete and fits', (_name, own) => {
    const help = renderCommandHelp(own, plain);
    for (const { long, short } of own.options) {
      expect(help).toMatch(new RegExp(`^ {2}(-${short ?? ' '}, | {4})--${long}\\b`, 'm'));
    }
    expect(own.exits.map(({ code }) => code)).toEqual(expect.arrayContaining([0, 2]));
    for (const line of help.split('\n')) {
      if (!line.startsWith('  sessions ')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  it('uses every option name and letter once', () => {
    for (const { spec: own } of commands) {
      const names = own.options.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
      expect(new Set([...names, 'h', 'V', 'help', 'version']).size).toBe(names.length + 4);
    }
  });
});

describe('the overview', () => {
  it('lists every command with its summary', () => {
    const specs = commands.map((command) => command.spec);
    const overview = renderOverview(specs, plain);
    for (const { name, summary } of specs) expect(overview).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
    for (const { name } of specs) expect(renderUsage(specs)).toContain(name);
  });
});
