import { formatDuration, groupDigits } from '../../../base/amounts.ts';
import { ownCopy } from '../../../base/own-copy.ts';
import { parseTime } from '../../../base/time.ts';
import type { Event } from '../../../model/event.ts';
import { type Fields, numberOf, objectOf, textOf } from '../../../model/fields.ts';
import { plain } from '../../../model/verbatim.ts';
import { fact, tokensOf } from './facts.ts';

/** What a session comes to, told when all of it was seen; of memory, a few values. */
export class SessionSummary {
  readonly #models = new Set<string>();
  #turns = 0;
  #calls = 0;
  #failed = 0;
  #tokens: Fields | null = null;
  #first: number | null = null;
  #last: number | null = null;

  add(event: Event): void {
    this.#turns = Math.max(this.#turns, numberOf(event.turn) ?? 0);
    const time = parseTime(textOf(event.timestamp) ?? '');
    this.#first ??= time;
    this.#last = time ?? this.#last;
    if (event.type === 'TurnContext') this.#addModel(textOf(objectOf(event.context).model));
    else if (event.type === 'SessionMeta') this.#addModel(textOf(objectOf(event.meta).model));
    else if (event.type === 'ResponseItem') this.#addItem(objectOf(event.item));
    else if (event.type === 'EventMsg' && event.msg.type === 'TokenCount' && plain(event.msg.total))
      this.#tokens = objectOf(event.msg.total);
  }

  html(): string {
    const failed = this.#failed === 0 ? '' : ` (${groupDigits(this.#failed)} failed)`;
    const known = [
      this.#models.size === 0 ? '' : fact('Model', [...this.#models].join(', ')),
      fact('Turns', groupDigits(this.#turns)),
      fact('Tool calls', `${groupDigits(this.#calls)}${failed}`),
      this.#tokens === null ? '' : `<div><dt>Tokens</dt><dd>${tokensOf(this.#tokens)}</dd></div>\n`,
      this.#first === null || this.#last === null || this.#last <= this.#first
        ? ''
        : fact('Lasted', formatDuration(this.#last - this.#first)),
    ].join('');
    return `<section id="summary" aria-labelledby="summary-h">\n<h2 id="summary-h">Summary</h2>\n<dl>\n${known}</dl>\n</section>\n`;
  }

  #addItem(item: Fields): void {
    if (item.type === 'tool_call') this.#calls++;
    if (item.type !== 'tool_result') return;
    if (item.status === 'failed' || (numberOf(item.exit_code) ?? 0) !== 0) this.#failed++;
  }

  #addModel(model: string | null): void {
    if (model !== null && this.#models.size < MOST_MODELS) this.#models.add(ownCopy(model, LONGEST_MODEL));
  }
}

const MOST_MODELS = 8;
const LONGEST_MODEL = 100;
