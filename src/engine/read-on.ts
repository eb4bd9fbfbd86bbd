import { crc32 } from 'node:zlib';
import { openRollout, type RolloutFile } from '../store/rollout-file.ts';
import { Assembler } from './assemble.ts';
import type { Report } from './problem.ts';
import type { Content } from './read-records.ts';
import { type ReadState, WORTH_BYTES } from './read-state.ts';
import { readPartBatches, type ThreadSource } from './read-thread.ts';
import { Summary } from './summary.ts';

/**
 * Summarises a thread, from where an earlier reading ended if its file has only grown since. A thread of several files, a
 * copied fork and a compressed file are read anew: they do not grow, or not for long.
 */
export async function readOn(source: ThreadSource, known: ReadState | undefined, report: Report): Promise<Reading> {
  const [part] = source.parts;
  if (!part || source.parts.length > 1 || source.openPrefix)
    return { summary: await summarise(source, report), state: null };
  const rollout = await openRollout(part.path);
  const from = known && (await continues(rollout, known)) ? known : undefined;
  // Reading closes the file.
  const sums = rollout.identity.size < WORTH_BYTES ? [] : await sumsBefore(rollout, rollout.identity.size);
  const grown = new Growth(rollout, from ?? { offset: 0, lines: 0 });
  const assembler = new Assembler(source.threadId, from?.turns);
  const alone = { ...source, parts: [{ ...part, open: async () => grown }] };
  const summary = await summarise(alone, report, new Summary(from?.summary), assembler);
  const turns = assembler.stateAtEnd;
  const { size } = rollout.identity;
  if (!turns || rollout.content !== 'plain' || !grown.endsWhole || size < WORTH_BYTES) return { summary, state: null };
  const place = { path: part.path, ...identityOf(rollout), sums, offset: size, lines: grown.lines };
  return { summary, state: { ...place, turns, summary: summary.state, damage: from?.damage ?? [] } };
}

export interface Reading {
  summary: Summary;
  state: ReadState | null;
}

async function summarise(
  source: ThreadSource,
  report: Report,
  summary: Summary = new Summary(),
  assembler?: Assembler,
): Promise<Summary> {
  for await (const events of readPartBatches(source, report, assembler)) for (const event of events) summary.add(event);
  return summary;
}

/** A file that has not grown has changed in another way, or would not be read again. */
async function continues(rollout: RolloutFile, known: ReadState): Promise<boolean> {
  const { dev, ino } = identityOf(rollout);
  if (rollout.content !== 'plain' || known.path !== rollout.path || known.dev !== dev || known.ino !== ino)
    return false;
  if (rollout.identity.size <= known.offset) return false;
  return String(await sumsBefore(rollout, known.offset)) === String(known.sums);
}

function identityOf({ identity }: RolloutFile): { dev: string; ino: string } {
  return { dev: String(identity.dev), ino: String(identity.ino) };
}

/**
 * Checksums of some places before an offset: of its head, which holds the session_meta, of its end, and of a few between. Whatever
 * is put in or taken out shows at the end.
 */
async function sumsBefore(rollout: RolloutFile, offset: number): Promise<number[]> {
  const last = Math.max(0, offset - SAMPLE_BYTES);
  const sums: number[] = [];
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const at = Math.floor((last * sample) / SAMPLES);
    sums.push(crc32(await rollout.stored(at, Math.min(SAMPLE_BYTES, offset - at))));
  }
  return sums;
}

/** A rollout from some line on, which notes how many lines went by and whether the last one was whole. */
class Growth implements Content {
  readonly path: string;
  readonly begins: { offset: number; lines: number };
  lines: number;
  endsWhole = true;
  readonly #rollout: RolloutFile;

  constructor(rollout: RolloutFile, begins: { offset: number; lines: number }) {
    this.path = rollout.path;
    this.begins = begins;
    this.lines = begins.lines;
    this.#rollout = rollout;
  }

  get damage() {
    return this.#rollout.damage;
  }

  async *blocks(): AsyncGenerator<Buffer> {
    for await (const block of this.#rollout.blocks(this.begins.offset)) {
      for (let at = block.indexOf(LF); at >= 0; at = block.indexOf(LF, at + 1)) this.lines++;
      this.endsWhole = block[block.length - 1] === LF;
      yield block;
    }
  }

  close(): Promise<void> {
    return this.#rollout.close();
  }
}

const LF = 0x0a;
const SAMPLE_BYTES = 1024;
const SAMPLES = 8;
