import type { Event } from '../../model/event.ts';
import { plain } from '../../model/verbatim.ts';
import { noTokens, type Outcome, type Tokens, tokenKeys } from '../stats/tally.ts';
import { TouchedFiles } from './touched-files.ts';
import { type DiffTurn, TurnFold } from './turn-fold.ts';

/** The calls of one tool, by how they ended. */
export interface ToolCount extends Record<Outcome, number> {
  name: string;
  calls: number;
}

/** Counts what one side did from the parting on; of memory, a few values for each tool and file. */
export class AfterFold {
  readonly files = new TouchedFiles();
  readonly tools = new Map<string, ToolCount>();
  readonly tokens: Tokens = noTokens();
  readonly turnList: DiffTurn[] = [];
  turns = 0;
  rolledBackTurns = 0;
  durationMs = 0;
  firstAt: string | null = null;
  lastAt: string | null = null;
  lastMessage: string | null = null;
  /** How many events were compared and belong to this side alone. */
  events = 0;
  /** Whether the turn that was begun together goes on here. */
  continuesTurn = false;
  readonly #commonTurn: number;
  readonly #isTurnOpen: boolean;
  readonly #keepsTurns: boolean;
  readonly #open = new Map<string, ToolCount>();
  #turn: TurnFold | null = null;
  #ended: TurnFold['ended'] | null = null;

  /**
   * @param commonTurn number of the last turn in common
   * @param isTurnOpen whether the end of that turn is not in common
   */
  constructor(commonTurn: number, isTurnOpen: boolean, keepsTurns: boolean) {
    this.#commonTurn = commonTurn;
    this.#isTurnOpen = isTurnOpen;
    this.#keepsTurns = keepsTurns;
  }

  /** How the last turn ended; null when there is none. */
  get ended(): TurnFold['ended'] | null {
    return this.#ended;
  }

  add(event: Event, folder: string | null, used: Tokens | null): void {
    this.firstAt ??= event.timestamp;
    this.lastAt = event.timestamp ?? this.lastAt;
    if (used) for (const key of tokenKeys) this.tokens[key] += used[key];
    this.#addTurn(event);
    if (event.type === 'EventMsg' && event.msg.type === 'AgentMessage') this.lastMessage = String(event.msg.text);
    if (event.type !== 'ResponseItem') return;
    const { item } = event;
    const callId = typeof item.call_id === 'string' ? item.call_id : null;
    if (item.type === 'tool_call') {
      this.#call(callId, String(item.name));
      this.files.call(callId, item, folderOf(item, folder));
    } else if (item.type === 'tool_result' && callId !== null) {
      this.#result(callId, item.status as Outcome);
      this.files.result(callId, item.status);
    } else if (item.type === 'file_change') this.files.change(item, folder);
  }

  /** Nothing more comes. */
  finish(): void {
    const turn = this.#turn;
    this.#turn = null;
    if (!turn) return;
    this.turns++;
    if (turn.isRolledBack) this.rolledBackTurns++;
    this.durationMs += turn.durationMs;
    this.#ended = turn.ended;
    if (this.#keepsTurns) this.turnList.push(turn.result());
  }

  #addTurn(event: Event): void {
    if (event.turn < this.#commonTurn || event.turn === 0) return;
    if (event.turn === this.#commonTurn) {
      // Between two turns there is what belongs to none.
      if (!this.#isTurnOpen || (!this.continuesTurn && !isOfTurn(event))) return;
      this.continuesTurn = true;
    }
    if (this.#turn?.turn !== event.turn) {
      this.finish();
      this.#turn = new TurnFold(event);
    }
    this.#turn?.add(event);
  }

  #call(callId: string | null, name: string): void {
    let tool = this.tools.get(name);
    if (!tool) {
      tool = { name, calls: 0, completed: 0, failed: 0, declined: 0, aborted: 0, unfinished: 0 };
      this.tools.set(name, tool);
    }
    tool.calls++;
    tool.unfinished++;
    if (callId !== null && this.#open.size < MOST_OPEN) this.#open.set(callId, tool);
  }

  #result(callId: string, status: Outcome): void {
    const tool = this.#open.get(callId);
    if (!tool) return;
    this.#open.delete(callId);
    tool.unfinished--;
    tool[status]++;
  }
}

/** What an agent does within a turn, or ends it with. */
function isOfTurn(event: Event): boolean {
  if (event.type === 'ResponseItem') return event.item.type !== 'message' || event.item.role === 'assistant';
  return event.type === 'EventMsg' && turnMessages.has(event.msg.type);
}

const turnMessages = new Set(['UserMessage', 'AgentMessage', 'AgentReasoning', 'TurnComplete', 'TurnAborted']);

function folderOf(item: { [key: string]: unknown }, folder: string | null): string | null {
  const { workdir } = (plain(item.arguments) ?? {}) as { workdir?: unknown };
  return typeof workdir === 'string' && workdir.startsWith('/') ? workdir : folder;
}

const MOST_OPEN = 10_000;
