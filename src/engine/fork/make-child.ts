import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { JsonObject } from '../../format/decode-line.ts';
import { readCodexMemoryOff } from '../../index/codex-db.ts';
import type { LineageNote } from '../../store/lineage.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import type { Catalog } from '../catalog.ts';
import type { ForkOptions } from '../fork.ts';
import type { Report } from '../problem.ts';
import { readLineBlocks } from '../read-records.ts';
import { bareToEnvelope } from './bare-to-envelope.ts';
import { ChildContent, type CopiedRange, readRanges } from './child-content.ts';
import { childMetaText } from './child-meta.ts';
import { environmentCwd } from './environment-cwd.ts';
import type { CutFile, CutThread } from './find-cut.ts';
import type { ForkMethod } from './fork-method.ts';

interface Making extends ForkOptions {
  threadId: string;
  parentId: string;
  now: number;
  method: ForkMethod;
}

/** The content of a fork; its note is known once the content was read. */
export async function makeChild(
  catalog: Catalog,
  cut: CutThread,
  making: Making,
): Promise<{ content: ChildContent; note: () => LineageNote }> {
  const { method, threadId, parentId, now } = making;
  const time = formatTime(now) as string;
  const last = cut.files.at(-1) as CutFile;
  const parent = cut.meta ? await readMeta(cut.meta) : { text: '{}', value: {} };
  const isNumbered = parent.value.history_mode === 'paginated' && cut.place.ordinal !== null;
  const ordinal = cut.place.ordinal as number;
  const copiedMetas = cut.files.length - 1;
  const known = making.cwd ?? cut.state.settings.cwd ?? textOf(parent.value.cwd);
  const cwd = known ?? (await environmentCwd(last.rollout)) ?? making.fallbackCwd;
  const payload = childMetaText(parent, {
    ...{ childId: threadId, parentId, time, version: making.version, cwd, state: cut.state },
    isMoved: making.cwd !== null,
    memoryMode: await memoryMode(catalog, cut, parentId, making.report),
    base: method === 'reference' ? { rolloutId: last.rolloutId, endOrdinal: ordinal, endByte: last.end } : null,
  });
  const lineOf = (type: string, text: string, number: number) => {
    const place = isNumbered ? `"ordinal":${number},` : '';
    return `{"timestamp":"${time}",${place}"type":"${type}","payload":${text}}\n`;
  };
  const head = lineOf('session_meta', payload, method === 'reference' ? ordinal : 0);
  const context = movedContext(cut, making.cwd);
  const tail = context && method === 'copy' ? lineOf('turn_context', context, ordinal - copiedMetas) : '';
  const content = new ChildContent(head, method === 'reference' ? nothing() : copied(cut, making, time), tail);
  return { content, note: () => noteOf(cut, making, time, content) };
}

function copied({ files, head }: CutThread, { signal, now }: Making, time: string): AsyncIterable<Buffer> {
  if (head.dialect === 'bare') {
    const { rollout, end } = files.at(-1) as CutFile;
    const recorded = head.meta?.timestamp;
    return bareToEnvelope(rollout, end, { recorded: typeof recorded === 'string' ? recorded : time, now });
  }
  const isPaginated = head.meta?.history_mode === 'paginated';
  // The fork's own session_meta has the ordinal of the first one. Of a later one Codex would believe that a history begins
  // there, so those are left out, and what stands behind them moves up.
  const ranges = files.map(({ rollout, firstEnd, end }, index): CopiedRange => {
    return isPaginated ? { rollout, start: firstEnd, end, lowered: index } : { rollout, start: 0, end, lowered: 0 };
  });
  return readRanges(ranges, signal);
}

async function* nothing(): AsyncGenerator<Buffer> {}

function noteOf(cut: CutThread, { threadId, parentId }: Making, time: string, content: ChildContent): LineageNote {
  const { rolloutId, end: parentEnd } = cut.files.at(-1) as CutFile;
  const { start, end, sha256 } = content.copied();
  return {
    schema: 'sessions.lineage-note/1',
    thread_id: threadId,
    forked_from_id: parentId,
    parent_rollout_id: rolloutId,
    parent_end_byte: parentEnd,
    turn: cut.turn,
    copy_begins_at: start,
    own_records_at: end,
    sha256,
    created_at: time,
  };
}

/** In a copy, what was last said of the folder is what counts: not the session_meta. */
function movedContext({ state }: CutThread, cwd: string | null): string | null {
  const { context } = state;
  return cwd === null || context === null || context.cwd === cwd ? null : JSON.stringify({ ...context, cwd });
}

/** Where Codex does not say it in the session, it stands in its database; who cannot know it keeps the fork out, too. */
async function memoryMode(catalog: Catalog, cut: CutThread, parentId: string, report: Report) {
  try {
    if ((await readCodexMemoryOff(catalog.home.path)).has(parentId)) return 'disabled';
  } catch (error) {
    const message = `the memory of the fork is switched off: that of its parent cannot be read: ${(error as Error).message}`;
    report({ rule: 'INDEX', weight: 'note', file: null, line: null, offset: null, message });
    return 'disabled';
  }
  return cut.state.memoryMode;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

async function readMeta({ rollout, offset }: { rollout: RolloutFile; offset: number }): Promise<{
  text: string;
  value: JsonObject;
}> {
  for await (const lines of readLineBlocks(rollout)) {
    for (const { line, record } of lines) {
      if (line.offset < offset || record?.type !== 'session_meta') continue;
      return { text: record.payloadText().text, value: record.payload };
    }
  }
  throw new Failure('trouble', 'has no session_meta any more', { file: rollout.path });
}
