import type { Event } from '../../model/event.ts';
import { createBlockCompressor } from '../../store/zstd-compressor.ts';
import { addTokens, noTokens, type Tokens } from '../stats/tally.ts';
import type {
  DatasetFolder,
  DatasetFormat,
  DatasetWriter,
  EncoderOptions,
  LossCount,
  SessionHead,
  SessionResult,
} from './encoder.ts';
import { LossCounter } from './loss-counter.ts';
import { Cells, dateFolder } from './parquet/cells.ts';
import { eventColumns, sessionColumns } from './parquet/columns.ts';
import { eventRow } from './parquet/event-row.ts';
import { Partitions } from './parquet/partitions.ts';
import { sessionRow } from './parquet/session-row.ts';
import { FactGatherer } from './session-facts.ts';
import { ThreadMeter } from './thread-meter.ts';

/** A dataset that other programs read: `events/date=…/part-….parquet` and `sessions/date=…/part-….parquet`. */
export const parquet: DatasetFormat = { openDataset };

const events = { name: 'events', columns: eventColumns };
const sessions = { name: 'sessions', columns: sessionColumns };

async function openDataset(folder: DatasetFolder, { producer }: EncoderOptions): Promise<DatasetWriter> {
  const library = await import('hyparquet-writer');
  const createdBy = `${producer.name} version ${producer.version}`;
  return new ParquetDataset(
    new Partitions(folder, { library, createdBy, compress: createBlockCompressor(), shared: null }),
  );
}

class ParquetDataset implements DatasetWriter {
  readonly #partitions: Partitions;
  #session: OpenSession | null = null;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  async begin(head: SessionHead): Promise<void> {
    const losses = new LossCounter();
    const [meter, gatherer] = [new ThreadMeter(), new FactGatherer()];
    this.#session = { head, losses, cells: new Cells(losses), meter, gatherer, used: noTokens() };
  }

  event(event: Event): Promise<void> | undefined {
    const { cells, meter, gatherer, used } = this.#session as OpenSession;
    gatherer.add(event);
    const tokens = meter.read(event);
    if (tokens && !event.inherited_from) addTokens(used, tokens);
    const time = cells.time(event.timestamp);
    const row = eventRow(event, time, tokens && { tokens, model: meter.model }, cells);
    return this.#partitions.add(events, dateFolder(time), row);
  }

  async end(result: SessionResult): Promise<void> {
    const { head, cells, gatherer, used } = this.#session as OpenSession;
    const facts = gatherer.facts();
    const created = cells.time(facts.created_at);
    await this.#partitions.add(
      sessions,
      dateFolder(created),
      sessionRow(head, facts, result, { created, used }, cells),
    );
  }

  async close(): Promise<void> {
    const date = dateFolder(null);
    await this.#partitions.close([
      { ...events, date },
      { ...sessions, date },
    ]);
  }

  abandon(): Promise<void> {
    return this.#partitions.abandon();
  }

  losses(): LossCount[] {
    return this.#session?.losses.counts() ?? [];
  }
}

interface OpenSession {
  head: SessionHead;
  losses: LossCounter;
  cells: Cells;
  meter: ThreadMeter;
  gatherer: FactGatherer;
  /** Tokens that the session used itself. */
  used: Tokens;
}
