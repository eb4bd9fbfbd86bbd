import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { type EventFilter, parseEventFilter } from '../../engine/event-filter.ts';
import { isDirect } from '../../engine/export/direct-output.ts';
import type { EncoderOptions, Table } from '../../engine/export/encoder.ts';
import { type Format, formats } from '../../engine/export/formats.ts';
import { lossesBeside } from '../../engine/export/loss-report.ts';
import { type EndpointSettings, endpointSettings } from '../../engine/export/otlp/endpoint-settings.ts';
import { RecordCheck } from '../../engine/export/record-check.ts';
import type { Redactor } from '../../engine/redact/redactor.ts';
import { chooseColours } from '../../ui/colour.ts';
import { createTranscript } from '../../ui/transcript/transcript.ts';
import type { GivenOptions } from '../frame/given-options.ts';
import { isRedacting, openChosenRedactor } from '../redact/rule-options.ts';

export interface ExportSettings {
  format: Format;
  /** Absolute; null for standard output. */
  path: string | null;
  /** Where spans are sent to instead; null for none. */
  endpoint: EndpointSettings | null;
  isSplit: boolean;
  force: boolean;
  encoding: EncoderOptions;
  filter: EventFilter;
  redactor: Redactor | null;
  /** Where losses are reported, apart from the output: absolute; null for nowhere. */
  lossFile: string | null;
  showsProgress: boolean;
}

/** What the options of an export ask for. @throws Failure `usage` where they do not go together */
export async function readSettings(options: GivenOptions, io: Io): Promise<ExportSettings> {
  const format = readFormat(options);
  const output = options.text('output');
  const path = output === undefined || output === '-' ? null : resolve(io.cwd, output);
  checkFormatOptions(options, format);
  const endpoint = readEndpoint(options, io);
  return {
    format,
    endpoint,
    path,
    isSplit: options.flag('split'),
    force: options.flag('force'),
    encoding: await readEncoding(options, io),
    filter: parseEventFilter({
      types: options.texts('type'),
      msgTypes: options.texts('msg-type'),
      itemTypes: options.texts('item-type'),
      turns: options.text('turn'),
    }),
    redactor: await readRedactor(options, io),
    lossFile: await readLossFile(options, format, path, io),
    showsProgress: path !== null || endpoint !== null || !io.stdout.isTTY,
  };
}

/** Beside the file of a format that loses something, unless another place is given; in folders it has a place of its own. */
async function readLossFile(options: GivenOptions, format: Format, path: string | null, io: Io) {
  const given = options.text('losses');
  if (given !== undefined) {
    const lossFile = resolve(io.cwd, given);
    if (lossFile === path) throw new Failure('usage', '--losses and --output name the same file', { file: lossFile });
    return lossFile;
  }
  const isBeside = 'isLossy' in format && format.isLossy && !options.flag('split') && !options.flag('quiet');
  return path !== null && isBeside && !(await isDirect(path)) ? lossesBeside(path) : null;
}

/** Options that say something to some formats only. */
const formatOptions: readonly [long: string, formats: readonly string[]][] = [
  ['table', ['csv', 'tsv']],
  ['csv-raw', ['csv', 'tsv']],
  ['content', ['otlp']],
  ['endpoint', ['otlp']],
  ['key', ['bundle']],
];

function checkFormatOptions(options: GivenOptions, { name }: Format): void {
  for (const [long, formats] of formatOptions) {
    if (!options.has(long) || formats.includes(name)) continue;
    throw new Failure('usage', `--${long} goes with ${formats.join(' and ')}, not with ${name}`);
  }
}

function readEndpoint(options: GivenOptions, io: Io): EndpointSettings | null {
  const given = options.text('endpoint');
  if (given === undefined) return null;
  for (const long of ['output', 'split'])
    if (options.has(long)) throw new Failure('usage', `--endpoint and --${long} are two places to write to`);
  return endpointSettings(given, io.env);
}

function readFormat(options: GivenOptions): Format {
  const given = options.word('format');
  if (options.flag('raw') && given !== undefined && given !== 'raw')
    throw new Failure('usage', `--raw and --format ${given} are two formats`);
  const name = options.flag('raw') ? 'raw' : (given ?? 'ndjson');
  return formats.find((row) => row.name === name) as Format;
}

async function readEncoding(options: GivenOptions, io: Io): Promise<EncoderOptions> {
  // Colours are for terminals only.
  const isRedacted = isRedacting(options);
  const colours = await chooseColours(io, false);
  const showAll = options.flag('all');
  return {
    table: options.word<Table>('table') ?? 'calls',
    rawCells: options.flag('csv-raw'),
    hasContent: options.flag('content'),
    createTranscript: () => createTranscript({ colours, columns: Number.POSITIVE_INFINITY, showAll }),
    isRedacted,
    producer: { name: 'agent-sessions', version: packageVersion() },
    check: options.flag('no-validate') ? null : new RecordCheck(),
  };
}

async function readRedactor(options: GivenOptions, io: Io): Promise<Redactor | null> {
  return isRedacting(options) ? openChosenRedactor(options, io, options.text('redact-rules')) : null;
}
