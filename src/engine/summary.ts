import { formatTime, parseTime } from '../base/time.ts';
import { isObject } from '../format/record.ts';
import type { StoredRow } from '../index/thread-table.ts';
import type { Event, TokenUsage } from '../model/event.ts';
import { plain } from '../model/verbatim.ts';

/** What a row takes from a thread's events; of memory, a few values. */
export class Summary {
  readonly #state: SummaryState;

  constructor(state?: SummaryState) {
    this.#state = state ? { ...state } : { ...emptyState };
  }

  get state(): SummaryState {
    return this.#state;
  }

  add(event: Event): void {
    this.#state.events++;
    this.#state.turns = event.turn;
    if (event.timestamp) this.#state.lastTime = event.timestamp;
    switch (event.type) {
      case 'SessionMeta':
        // What a fork inherits says nothing about the fork.
        if (!event.inherited_from) this.#addMeta(plain(event.meta), event.timestamp);
        break;
      case 'TurnContext':
        this.#state.model = text((plain(event.context) as { model?: unknown }).model) ?? this.#state.model;
        break;
      case 'ResponseItem':
        if (event.item.type === 'tool_call') this.#state.toolCalls++;
        break;
      case 'EventMsg':
        if (event.msg.type === 'UserMessage') this.#state.firstMessage ??= String(event.msg.text);
        if (event.msg.type === 'TokenCount' && event.msg.total) {
          this.#state.tokens = Number((event.msg.total as TokenUsage).total_tokens);
        }
        if (event.msg.type === 'ThreadSettingsApplied') {
          const settings = plain(event.msg.thread_settings);
          this.#state.model = (isObject(settings) ? text(settings.model) : null) ?? this.#state.model;
        }
    }
  }

  /** Whether the session is to leave no trace in what is remembered of sessions. */
  get isMemoryOff(): boolean {
    return this.#state.meta.memory_mode === 'disabled';
  }

  row(): SummaryRow {
    const meta = this.#state.meta;
    const git = isObject(meta.git) ? meta.git : {};
    const spawn = spawnOf(meta.source);
    return {
      first_message: this.#state.firstMessage,
      cwd: text(meta.cwd),
      git_branch: text(git.branch),
      git_sha: text(git.commit_hash),
      model: this.#state.model,
      model_provider: text(meta.model_provider),
      source: sourceOf(meta.source),
      created_at: this.#state.createdAt,
      tokens_used: this.#state.tokens,
      turns: this.#state.turns,
      tool_calls: this.#state.toolCalls,
      parent_thread_id: text(meta.parent_thread_id) ?? text(spawn.parent_thread_id),
    };
  }

  /** The first meta is the identity; a later one with the same id carries what changed, such as the branch. */
  #addMeta(value: unknown, timestamp: string | null): void {
    if (!isObject(value)) return;
    const id = text(value.id)?.toLowerCase() ?? null;
    if (this.#state.metaId === null) {
      this.#state.metaId = id;
      this.#state.createdAt = utc(text(value.timestamp)) ?? timestamp;
    } else if (id !== this.#state.metaId) return;
    for (const key of metaKeys) if (key in value) this.#state.meta = { ...this.#state.meta, [key]: value[key] };
  }
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

/** The part of a row that the events tell. */
export type SummaryRow = Pick<
  StoredRow,
  | 'first_message'
  | 'cwd'
  | 'git_branch'
  | 'git_sha'
  | 'model'
  | 'model_provider'
  | 'source'
  | 'created_at'
  | 'tokens_used'
  | 'turns'
  | 'tool_calls'
  | 'parent_thread_id'
>;

/** As much as goes on from later; it can be written as JSON. */
export interface SummaryState {
  events: number;
  /** Time of the last record that has one. */
  lastTime: string | null;
  metaId: string | null;
  createdAt: string | null;
  /** What the row takes of the session's own metas, the later over the earlier. */
  meta: { [key: string]: unknown };
  model: string | null;
  firstMessage: string | null;
  tokens: number | null;
  turns: number;
  toolCalls: number;
}

/** A meta also holds the model's instructions, which are long. */
const metaKeys = ['cwd', 'git', 'model_provider', 'source', 'parent_thread_id', 'memory_mode'];

const emptyState: SummaryState = {
  events: 0,
  lastTime: null,
  metaId: null,
  createdAt: null,
  meta: {},
  model: null,
  firstMessage: null,
  tokens: null,
  turns: 0,
  toolCalls: 0,
};
