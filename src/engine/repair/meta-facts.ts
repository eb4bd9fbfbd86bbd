import { formatTime } from '../../base/time.ts';
import type { JsonObject } from '../../format/decode-line.ts';
import { isObject } from '../../format/record.ts';
import { type CodexFacts, readCodexThread } from '../../index/codex-thread.ts';
import type { Home } from '../../store/home.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { environmentCwd } from '../fork/environment-cwd.ts';
import { readLineBlocks } from '../read-records.ts';
import type { HeadSurvey } from './survey-head.ts';

/** What a session_meta must say, and what else is known, for one that is missing or incomplete. */
export interface MetaFacts {
  /** The members in the order in which they are written. */
  values: JsonObject;
  /** Payload of a later session_meta of the same session, as text; such updates are whole. */
  copied: string | null;
  /** Where the values are from, for the mark and the report. */
  from: string[];
}

export interface MetaContext {
  /** Null for a file that lies in no home. */
  home: Home | null;
  /** Version of this program. */
  version: string;
  /** A folder for a session that names none. */
  fallbackCwd: string;
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
}

/** Gathers what is known of a session elsewhere than in its session_meta. Null when not even its id is. */
export async function gatherMetaFacts(
  rollout: RolloutFile,
  { name, first, head }: HeadSurvey,
  context: MetaContext,
): Promise<MetaFacts | null> {
  const id = name?.threadId ?? head.threadId;
  if (!id) return null;
  const from = new Set<string>(name ? ['file name'] : []);
  const known = context.home ? await codexFacts(context.home, id) : null;
  const inFile = await factsInFile(rollout, id);
  const pick = <Value>(...choices: [source: string, value: Value | null | undefined][]): Value | null => {
    const found = choices.find(([, value]) => value !== null && value !== undefined && value !== '');
    if (found) from.add(found[0]);
    return found?.[1] ?? null;
  };
  const recorded = head.meta?.timestamp;
  const values: JsonObject = {
    id,
    timestamp:
      pick(
        ["Codex's database", known?.createdMs ? formatTime(known.createdMs) : null],
        ['the session', typeof recorded === 'string' ? recorded : null],
        ['the session', first?.timestamp],
        ['file name', localTime(name?.localTime ?? null)],
      ) ?? (formatTime(context.now) as string),
    cwd:
      pick(
        ["Codex's database", known?.cwd],
        ['the session', inFile.cwd],
        ['the session', await environmentCwd(rollout)],
      ) ?? context.fallbackCwd,
    originator: pick(["Codex's database", known?.originator]) ?? 'sessions',
    cli_version: pick(["Codex's database", known?.cliVersion]) ?? context.version,
  };
  const source = pick(["Codex's database", known?.source]);
  if (source !== null) values.source = source;
  const provider = pick(["Codex's database", known?.modelProvider]);
  if (provider !== null) values.model_provider = provider;
  if (known?.memoryMode === 'disabled') values.memory_mode = 'disabled';
  if (inFile.meta !== null) from.add('a later session_meta');
  return { values, copied: inFile.meta, from: [...from] };
}

async function factsInFile(rollout: RolloutFile, id: string): Promise<{ meta: string | null; cwd: string | null }> {
  let cwd: string | null = null;
  for await (const lines of readLineBlocks(rollout)) {
    for (const { record, line } of lines) {
      if (record?.dialect === 'bare' || record?.dialect === 'event') continue;
      if (record?.type === 'turn_context') cwd ??= textOf(record.payload.cwd);
      if (record?.type !== 'session_meta' || line.number === 1) continue;
      const { payload } = record;
      const isOwn = typeof payload.id === 'string' && payload.id.toLowerCase() === id;
      if (isOwn && requiredKeys.every((key) => typeof payload[key] === 'string') && !isObject(payload.history_base)) {
        return { meta: record.payloadText().text, cwd };
      }
    }
  }
  return { meta: null, cwd };
}

/** What Codex 0.120 and 0.169 need to read a session. */
export const requiredKeys = ['id', 'timestamp', 'cwd', 'originator', 'cli_version'] as const;

/** Codex's database is a help, not a need. */
async function codexFacts(home: Home, id: string): Promise<CodexFacts | null> {
  try {
    return await readCodexThread(home.path, id);
  } catch {
    return null;
  }
}

/** The time in a file name is that of the machine; it is taken as this one's. */
function localTime(text: string | null): string | null {
  if (text === null) return null;
  const ms = new Date(text.replace(/T(\d\d)-(\d\d)-(\d\d)$/, 'T$1:$2:$3')).getTime();
  return Number.isNaN(ms) ? null : formatTime(ms);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
