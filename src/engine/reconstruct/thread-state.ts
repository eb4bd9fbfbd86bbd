import type { JsonObject } from '../../format/decode-line.ts';
import { toTokenCount } from '../../format/events/token-count.ts';
import { isObject } from '../../format/record.ts';
import type { TokenUsage } from '../../model/event.ts';
import type { DynamicTool, History } from '../../model/history.ts';
import type { Report } from '../problem.ts';
import { isUserBoundary } from './contextual.ts';
import { EffectiveItems, isSaidByModel } from './effective-items.ts';
import { toModelItem } from './model-item.ts';
import type { Step } from './step.ts';
import { appliedSettings, contextSettings, metaSettings, SettingsLog } from './thread-settings.ts';
import { CompactionMarks } from './undone-compactions.ts';
import { UnreadLine } from './unread-line.ts';

/** What a thread has come to, while its records go by. */
export class ThreadState {
  readonly marks = new CompactionMarks();
  readonly #undone: ReadonlySet<number>;
  readonly #items = new EffectiveItems();
  readonly #settings = new SettingsLog();
  readonly #identity: Pick<History, 'dynamicTools' | 'memoryMode' | 'baseInstructions'> = {
    dynamicTools: [],
    memoryMode: null,
    baseInstructions: null,
  };
  #tokens: History['tokens'] = { total: null, last: null, contextWindow: null };
  #hasMeta = false;
  /** Where only the last one counts, the others need not be read. */
  #lastCount: UnreadLine | null = null;
  #isPaginated = false;
  #knowsStarts = false;
  #last: 'begun' | 'ended' | 'cut' | 'said' = 'ended';

  /** @param undone replacements of the history that a later rollback takes back, by number */
  constructor(undone: ReadonlySet<number>) {
    this.#undone = undone;
  }

  apply(step: Step, turn: number): void {
    switch (step.kind) {
      case 'item':
        this.#items.add(step.item, turn);
        if (!(step.item instanceof UnreadLine) && isUserBoundary(step.item)) this.marks.user();
        if (!this.#knowsStarts) this.#last = 'said';
        break;
      case 'tokens':
        this.#lastCount = step.line;
        break;
      case 'compacted':
        this.#compact(step.payload, turn);
        break;
      case 'rolled-back':
        this.#rollBack(step.turns);
        break;
      case 'event':
        this.#event(step.payload, turn);
        break;
      case 'context':
        this.marks.turn(step.payload.turn_id);
        this.#settings.set(contextSettings(step.payload), turn);
        break;
      case 'meta':
        if (step.isFirst) this.#settings.set(metaSettings(step.payload), turn);
        this.#hasMeta = true;
        this.#identify(step.payload);
        break;
      case 'tools':
        this.#identity.dynamicTools = toolsOf(step.tools);
        break;
    }
  }

  /** Whether the thread's own session_meta went by; where it inherits, that stands behind what it inherits. */
  get hasMeta(): boolean {
    return this.#hasMeta;
  }

  /** What the thread's own session_meta says, of a thread that is looked at before it had one. */
  identifyBefore(meta: JsonObject): void {
    this.#settings.setFirst(metaSettings(meta));
    this.#identify(meta);
  }

  toHistory(
    report: Report,
  ): Pick<History, 'items' | 'state' | 'settings' | 'tokens' | 'dynamicTools' | 'memoryMode' | 'baseInstructions'> {
    this.#readCount(report);
    return {
      items: this.#items.toItems(report),
      state: this.#isCutOff() ? 'interrupted' : 'idle',
      settings: this.#settings.current(),
      tokens: this.#tokens,
      ...this.#identity,
    };
  }

  #compact(payload: JsonObject, turn: number): void {
    const { replacement_history: replacement, message } = payload;
    // Where no ends of turns are recorded, a compaction is the end of what it compacts.
    if (!this.#knowsStarts) this.#last = 'ended';
    if (!Array.isArray(replacement)) {
      this.marks.summary();
      this.#items.summarise(typeof message === 'string' ? message : '', turn);
      return;
    }
    const isBarrier = this.#isPaginated && typeof payload.window_number === 'number';
    if (this.#undone.has(this.marks.replacement(isBarrier))) return;
    this.#items.replace(
      replacement.filter(isObject).flatMap((item) => toModelItem(item) ?? []),
      turn,
    );
  }

  #rollBack(turns: number): void {
    this.marks.rollback(turns);
    const left = this.#items.rollBack(turns);
    if (left === null) return;
    this.#settings.rollBackTo(left);
    this.#last = 'ended';
  }

  #event(payload: JsonObject, turn: number): void {
    switch (payload.type) {
      case 'task_started':
      case 'turn_started':
        this.marks.start(payload.turn_id);
        this.#knowsStarts = true;
        this.#last = 'begun';
        this.#tokens.contextWindow = numberOf(payload.model_context_window) ?? this.#tokens.contextWindow;
        break;
      case 'task_complete':
      case 'turn_complete':
        this.marks.turn(payload.turn_id);
        this.#last = 'ended';
        break;
      case 'turn_aborted':
        this.marks.turn(payload.turn_id);
        this.#last = 'cut';
        break;
      case 'user_message':
        this.marks.user();
        break;
      case 'token_count':
        this.#count(payload);
        break;
      case 'thread_settings_applied':
        if (isObject(payload.thread_settings)) this.#settings.set(appliedSettings(payload.thread_settings), turn);
    }
  }

  #readCount(report: Report): void {
    const record = this.#lastCount?.read(report);
    if (record) this.#count(record.payload);
  }

  #count(payload: JsonObject): void {
    const { total, last, model_context_window } = toTokenCount(payload);
    if (!total) return;
    const contextWindow = numberOf(model_context_window) ?? this.#tokens.contextWindow;
    this.#tokens = { total: total as TokenUsage, last: last as TokenUsage | null, contextWindow };
  }

  #identify(meta: JsonObject): void {
    this.#isPaginated = meta.history_mode === 'paginated';
    if (meta.memory_mode === 'enabled' || meta.memory_mode === 'disabled') this.#identity.memoryMode = meta.memory_mode;
    if (Array.isArray(meta.dynamic_tools)) this.#identity.dynamicTools = toolsOf(meta.dynamic_tools);
    const base = meta.base_instructions;
    if (isObject(base) && typeof base.text === 'string') this.#identity.baseInstructions = base.text;
  }

  #isCutOff(): boolean {
    if (this.#last === 'cut') return true;
    if (this.#knowsStarts) return this.#last === 'begun';
    // Where no ends are recorded, a turn that did not come to an answer was cut off.
    const last = this.#items.last;
    return this.#last === 'said' && last !== null && !isSaidByModel(last);
  }
}

function toolsOf(tools: readonly unknown[]): DynamicTool[] {
  return tools.filter(isObject).flatMap(({ name, description, inputSchema, command }) => {
    if (typeof name !== 'string') return [];
    const tool: DynamicTool = { name, description: typeof description === 'string' ? description : '', inputSchema };
    if (Array.isArray(command) && command.every((word) => typeof word === 'string')) tool.command = command;
    return [tool];
  });
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
