import { batchWrites } from '../base/batch.ts';
import { Failure } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { escapeForTerminal, escapeJsonForTerminal } from '../base/safe-text.ts';
import { stringify } from '../model/verbatim.ts';
import { type Colours, chooseColours } from './colour.ts';
import { openPager } from './pager.ts';

/** The options that decide how records are written; see `outputOptions` of the commands. */
export interface PrintOptions {
  json: boolean;
  quiet: boolean;
  null: boolean;
  color: boolean;
  pager: boolean;
}

/**
 * Where a command's data goes. Records are batched: what a method returns is to be awaited, and is undefined when there
 * is nothing to wait for. `close` writes the rest and waits for the pager; it must be called, also after a failure.
 */
export interface Printer {
  /** `human` only on a terminal, without `--json` and `-q`. */
  mode: 'human' | 'json' | 'ids';
  colours: Colours;
  columns: number;
  /** One line of NDJSON. */
  record(value: object): Promise<void> | undefined;
  /** One line of NDJSON, of ready JSON text without its LF. */
  line(json: string): Promise<void> | undefined;
  id(id: string): Promise<void> | undefined;
  /** Text for people. The caller has made what comes from outside safe; nothing is added. */
  text(text: string): Promise<void> | undefined;
  /** Exact bytes. The chunk may be reused once the promise has resolved. */
  bytes(chunk: Uint8Array): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Opens stdout in the form that the options and the terminal ask for, through a pager where people read. */
export async function openPrinter(io: Io, options: PrintOptions): Promise<Printer> {
  const mode = chooseMode(io, options);
  const paged = mode === 'human' && options.pager ? openPager(io) : undefined;
  const { add, flush } = batchWrites(paged ?? io.stdout);
  const end = options.null ? '\0' : '\n';
  const safe = io.stdout.isTTY;
  const line = (json: string) => add((safe ? escapeJsonForTerminal(json) : json) + end);
  return {
    mode,
    colours: await chooseColours(io, options.color),
    columns: io.stdout.columns,
    line,
    record: (value) => line(stringify(value)),
    id: (id) => add((safe ? escapeForTerminal(id) : id) + end),
    text: add,
    async bytes(chunk) {
      await flush();
      await io.stdout.write(chunk);
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await paged?.close();
      }
    },
  };
}

/** Raw bytes can change how a terminal behaves, so the user must insist. */
export function refuseRawOnTerminal(io: Io, force: boolean): void {
  if (!io.stdout.isTTY || force) return;
  throw new Failure('refused', 'raw bytes can change how the terminal behaves', {
    hint: 'send them to a file or a pipe, or add --force',
  });
}

function chooseMode(io: Io, options: PrintOptions): Printer['mode'] {
  if (options.json) return 'json';
  if (options.quiet || options.null) return 'ids';
  return io.stdout.isTTY ? 'human' : 'json';
}
