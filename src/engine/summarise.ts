import { stat } from 'node:fs/promises';
import { Failure } from '../base/failure.ts';
import { formatTime, parseTime } from '../base/time.ts';
import { isObject } from '../format/record.ts';
import type { Event, TokenUsage } from '../model/event.ts';
import type { ThreadRow } from '../model/thread-row.ts';
import { plain } from '../model/verbatim.ts';
import { NotRegular } from '../store/rollout-file.ts';
import type { Catalog } from './catalog.ts';
import { openThread } from './open-thread.ts';
import type { Problem } from './problem.ts';
import { readHead } from './read-head.ts';
import { readParts } from './read-thread.ts';

/**
 * One row of `ls`, from the files of a thread.
 *
 * @param context.now milliseconds; times after it are in the future and give no age
 */
export async function summarise(catalog: Catalog, threadId: string, context: SummaryContext): Promise<ThreadRow> {
  const files = catalog.thread(threadId);
  const first = files[0];
  const current = files[files.length - 1];
  if (!first || !current) throw new Error(`no file of thread ${threadId}`);
  const damage = new Set<string>();
  const summary = new Summary();
  let size = 0;
  let mtime: number | null = null;
  let dialect: ThreadRow['dialect'] = null;
  let forkedFrom: string | null = null;
  try {
    const facts = await stat(current.path);
    size = facts.size;
    mtime = facts.mtimeMs;
    dialect = (await readHead(current.path)).dialect;
    forkedFrom = (await readHead(first.path)).forkedFrom;
    const report = (problem: Problem) => void damage.add(problem.rule);
    const source = await openThread(catalog, threadId, report);
    for await (const event of readParts(source, report)) summary.add(event);
    // Only the meta of a bare file has a time, which is that of its beginning.
    if (dialect === 'bare') summary.lastTime = null;
    if (summary.events === 0 && damage.size === 0) damage.add('EMPTY');
  } catch (error) {
    // A file that cannot be read is a row with a mark; a fault of this program is not hidden behind one.
    if (!(error instanceof Failure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    damage.add(error instanceof NotRegular ? error.rule : 'UNREADABLE');
  }
  const updatedAt = summary.lastTime ?? (mtime === null ? null : formatTime(mtime));
  return {
    schema: 'sessions.thread/1',
    thread_id: threadId,
    name: context.names.get(threadId) ?? null,
    ...summary.row(),
    forked_from_id: forkedFrom,
    updated_at: updatedAt,
    age_at: ageAt(updatedAt, mtime, context.now),
    archived: current.archived,
    live: context.isLive(threadId),
    dialect,
    path: current.path,
    size_bytes: size,
    damage: [...damage].sort(),
  };
}

export interface SummaryContext {
  names: Map<string, string>;
  isLive(threadId: string): boolean | null;
  now: number;
}

/** What a row takes from a thread's events; of memory, a few values. */
class Summary {
  events = 0;
  lastTime: string | null = null;
  #metaId: string | null = null;
  #createdAt: string | null = null;
  #meta: { [key: string]: unknown } = {};
  #model: string | null = null;
  #firstMessage: string | null = null;
  #tokens: number | null = null;
  #turns = 0;
  #toolCalls = 0;

  add(event: Event): void {
    this.events++;
    this.#turns = event.turn;
    if (event.timestamp) this.lastTime = event.timestamp;
    switch (event.type) {
      case 'SessionMeta':
        // What a fork inherits says nothing about the fork.
        if (!event.inherited_from) this.#addMeta(plain(event.meta), event.timestamp);
        break;
      case 'TurnContext':
        this.#model = text((plain(event.context) as { model?: unknown }).model) ?? this.#model;
        break;
      case 'ResponseItem':
        if (event.item.type === 'tool_call') this.#toolCalls++;
        break;
      case 'EventMsg':
        if (event.msg.type === 'UserMessage') this.#firstMessage ??= String(event.msg.text);
        if (event.msg.type === 'TokenCount' && event.msg.total) {
          this.#tokens = Number((event.msg.total as TokenUsage).total_tokens);
        }
    }
  }

  row(): Omit<
    ThreadRow,
    | 'schema'
    | 'thread_id'
    | 'name'
    | 'forked_from_id'
    | 'updated_at'
    | 'age_at'
    | 'archived'
    | 'live'
    | 'dialect'
    | 'path'
    | 'size_bytes'
    | 'damage'
  > {
    const meta = this.#meta;
    const git = isObject(meta.git) ? meta.git : {};
    const spawn = spawnOf(meta.source);
    return {
      first_message: this.#firstMessage,
      cwd: text(meta.cwd),
      git_branch: text(git.branch),
      git_sha: text(git.commit_hash),
      model: this.#model,
      model_provider: text(meta.model_provider),
      source: sourceOf(meta.source),
      created_at: this.#createdAt,
      tokens_used: this.#tokens,
      turns: this.#turns,
      tool_calls: this.#toolCalls,
      parent_thread_id: text(meta.parent_thread_id) ?? text(spawn.parent_thread_id),
    };
  }

  /** The first meta is the identity; a later one with the same id carries what changed, such as the branch. */
  #addMeta(value: unknown, timestamp: string | null): void {
    if (!isObject(value)) return;
    const id = text(value.id)?.toLowerCase() ?? null;
    if (this.#metaId === null) {
      this.#metaId = id;
      this.#createdAt = utc(text(value.timestamp)) ?? timestamp;
    } else if (id !== this.#metaId) return;
    this.#meta = { ...this.#meta, ...value };
  }
}

function ageAt(updatedAt: string | null, mtime: number | null, now: number): string | null {
  const times = [updatedAt === null ? null : parseTime(updatedAt), mtime].filter((time) => time !== null);
  if (times.length === 0) return null;
  const latest = Math.max(...times);
  return latest > now ? null : formatTime(latest);
}

/** `exec`, `cli`, `vscode`; a sub-agent's source is an object, of which the kind is what tells. */
function sourceOf(source: unknown): string | null {
  if (typeof source === 'string') return source;
  if (!isObject(source)) return null;
  const [kind, detail] = Object.entries(source)[0] ?? [];
  if (kind === undefined) return null;
  const inner = typeof detail === 'string' ? detail : isObject(detail) ? Object.keys(detail)[0] : undefined;
  return inner ? `${kind}:${inner}` : kind;
}

function spawnOf(source: unknown): { [key: string]: unknown } {
  const subagent = isObject(source) ? source.subagent : undefined;
  const spawn = isObject(subagent) ? subagent.thread_spawn : undefined;
  return isObject(spawn) ? spawn : {};
}

function utc(time: string | null): string | null {
  const ms = time === null ? null : parseTime(time);
  return ms === null ? null : formatTime(ms);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
