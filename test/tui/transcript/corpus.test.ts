import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSessionPort } from '../../../src/commands/run/session-port.ts';
import { openSessions } from '../../../src/engine/resolve-session.ts';
import type { Event } from '../../../src/model/event.ts';
import { recordedSession } from '../../../src/tui/browse/recorded-session.ts';
import type { TranscriptBlock } from '../../../src/tui/transcript/blocks.ts';
import { needleOf } from '../../../src/tui/transcript/hits.ts';
import { layOut, paragraphsOf } from '../../../src/tui/transcript/layout.ts';
import { paintRow } from '../../../src/tui/transcript/paint-row.ts';
import { TranscriptReader } from '../../../src/tui/transcript/transcript-reader.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { createBlocks } from '../../../src/ui/transcript/blocks.ts';
import { createPage } from '../../../src/ui/transcript/page.ts';
import type { Paragraph } from '../../../src/ui/transcript/paragraph.ts';
import { MemoryIo } from '../../support/memory-io.ts';
import { runHere } from '../../support/run-here.ts';

/** A folder with a home per version of the real Codex, each written by it. */
const corpus = process.env.SESSIONS_CORPUS;
const homes = corpus ? readdirSync(corpus).filter((name) => /^\d/.test(name)) : [];
const columns = 80;
const page = createPage({ columns, colours: noColours });

describe.skipIf(!corpus)('the corpus', () => {
  it('holds homes', () => {
    expect(homes.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!corpus).each(homes)('the sessions of %s in the view of transcripts', (name) => {
  const env = { CODEX_HOME: join(corpus as string, name), PAGER: '', NO_COLOR: '1' };

  it('say what `show` prints, block for block, and in full what `show --all` prints of them', async () => {
    for (const id of await idsOf(env)) {
      const reader = await read(env, id);
      const blocks = Array.from({ length: reader.blocks.count }, (_, at) => reader.blocks.get(at));
      const { out } = await runHere(['show', id], { env, tty: true, columns });
      expect([id, blocks.map(printed).join('')]).toEqual([id, out.toString()]);
      for (const [at, block] of blocks.entries()) {
        if (block.kind === 'agent') {
          const shown = textOf(paragraphsOf(block, columns, true));
          expect([id, words(shown)]).toEqual([id, words(textOf(block.paragraphs))]);
        } else {
          const { rows } = layOut(block, { columns, isPlain: true, withTimes: false, needle: null });
          const drawn = rows.map((row) => `${paintRow(row, { colours: noColours })}\n`).join('');
          expect([id, drawn]).toEqual([id, printed(block, block.joins ? 0 : 1)]);
        }
        if (!block.isCut) continue;
        const full = await reader.readFull(at);
        expect([id, at, textOf(full.paragraphs)]).toEqual([id, at, await fullText(env, id, block)]);
      }
      reader.close();
    }
  });

  it('are found by what was said in them', async () => {
    for (const id of await idsOf(env)) {
      const reader = await read(env, id);
      for (let at = 0; at < reader.blocks.count; at++) {
        const block = reader.blocks.get(at);
        if (block.kind !== 'user') continue;
        const word = /[\p{L}\p{N}]{4,}/u.exec(textOf(block.paragraphs))?.[0];
        const needle = word && needleOf(word);
        if (!needle) continue;
        const hits = await reader.search(needle, true, new AbortController().signal);
        expect([id, word, hits.blocks]).toEqual([id, word, expect.arrayContaining([at])]);
      }
      reader.close();
    }
  });
});

/** As a page has it. */
function printed({ paragraphs, joins, isDimmed }: TranscriptBlock, at: number): string {
  return (joins || at === 0 ? '' : '\n') + page(paragraphs, isDimmed);
}

/** What an event itself shows when all of it is shown. */
async function fullText(env: Record<string, string>, id: string, { seq }: TranscriptBlock): Promise<string> {
  const blocks = createBlocks({ showAll: (event) => event.seq === seq });
  const placed = [];
  for await (const event of eventsOf(env, id)) placed.push(...blocks.add(event));
  placed.push(...blocks.end());
  return textOf(placed.findLast(({ event, origin }) => event.seq === seq && origin === 'event')?.paragraphs ?? []);
}

async function* eventsOf(env: Record<string, string>, id: string): AsyncGenerator<Event> {
  for await (const events of (await sourceOf(env, id)).read(null, new AbortController().signal)) yield* events;
}

async function sourceOf(env: Record<string, string>, id: string) {
  const io = new MemoryIo({ env });
  const { home } = await openSessions(io.env, io.cwd).catalog();
  return recordedSession(createSessionPort(home, io), id);
}

async function read(env: Record<string, string>, id: string): Promise<TranscriptReader> {
  let isRead = () => {};
  const whole = new Promise<void>((resolve) => {
    isRead = resolve;
  });
  const reader = new TranscriptReader(await sourceOf(env, id), new MemoryIo().clock, () => {
    if (!reader.isReading) isRead();
  });
  reader.start();
  await whole;
  expect(reader.failure).toBeNull();
  return reader;
}

async function idsOf(env: Record<string, string>): Promise<string[]> {
  const { code, out } = await runHere(['ls', '-q', '--archived', '--no-index'], { env });
  expect(code).toBe(0);
  return out.toString().split('\n').slice(0, -1);
}

function textOf(paragraphs: readonly Paragraph[]): string {
  return paragraphs.map(({ text }) => text.map((span) => span.text).join('')).join('\n');
}

function words(text: string): string {
  return text.match(/[\p{L}\p{N}]+/gu)?.join(' ') ?? '';
}
