import { count } from '../../../base/amounts.ts';
import type { Event } from '../../../model/event.ts';
import { objectOf, textOf } from '../../../model/fields.ts';
import { RecentCalls } from '../../../model/recent-calls.ts';
import { SpokenInput } from '../../../model/spoken-input.ts';
import type { EncoderOptions, SessionHead, SessionResult } from '../encoder.ts';
import { countLoneSurrogates } from '../lone-surrogates.ts';
import { LossCounter } from '../loss-counter.ts';
import { pageScript } from './browser/page-script.ts';
import { pageStyle } from './browser/page-style.ts';
import type { Memory } from './events/block.ts';
import { showEvent } from './events/show-event.ts';
import { fact, sessionFacts } from './facts.ts';
import { closePage, controls, openPage } from './frame.ts';
import { SessionSummary } from './summary.ts';
import { escapeLine, safe } from './text/escape.ts';
import { showMarks } from './text/marks.ts';
import { Turns } from './turns.ts';

/** The page of one session, piece by piece: the contents stand behind the turns, and the style puts them beside. */
export class SessionPage {
  readonly losses = new LossCounter();
  readonly #options: EncoderOptions;
  readonly #turns = new Turns();
  readonly #summary = new SessionSummary();
  readonly #memory: Memory = { calls: new RecentCalls(), folder: null, lastCall: null, compactionToldBy: null };
  readonly #input = new SpokenInput();
  #hasFacts = false;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  header({ threadId, name, path, archived }: SessionHead): string[] {
    const { name: program, version } = this.#options.producer;
    const title = name ?? `Session ${threadId ?? path}`;
    const heading = name === null ? `Session <code>${escapeLine(threadId ?? path)}</code>` : escapeLine(name);
    const known = [
      threadId === null || name === null ? '' : fact('Session', threadId),
      fact('File', path).replace('<div>', '<div class="wide">'),
      archived ? fact('Archived', 'yes') : '',
      this.#options.isRedacted ? fact('Redacted', 'secrets were replaced by marks') : '',
    ];
    const producer = `${program} ${version}`;
    return [
      openPage({ title, style: pageStyle, script: pageScript, images: true, producer }),
      '<a class="skip" href="#main">Skip to the session</a>\n',
      `<header class="top"><p class="title">${escapeLine(title)}</p>\n`,
      controls('Search this session', foldButtons),
      '</header>\n<main id="main">\n',
      this.#marked(`<section class="about" id="about">\n<h1 dir="auto">${heading}</h1>\n<dl class="facts">\n`),
      ...known.map((each) => this.#marked(each)),
      '</dl>\n',
    ];
  }

  event(event: Event): string[] {
    this.#summary.add(event);
    return this.#input.add(event).flatMap((each) => this.#showMarked(each));
  }

  #showMarked(event: Event): string[] {
    const out = this.#show(event);
    countLoneSurrogates(event, out, this.losses);
    return out.map((piece) => this.#marked(piece));
  }

  #show(event: Event): string[] {
    const facts = this.#ownFacts(event);
    // They belong to the head of the page; those that come later stand where they come.
    if (facts !== null && !this.#turns.isInTurn) return facts;
    const opening = this.#turns.enter(event);
    const isCounted = this.#turns.count(event);
    const shown = facts ?? showEvent(event, this.#memory, this.losses);
    if (shown === null && !isCounted && !this.#input.repeats(event)) this.losses.omit(event);
    if (shown === null) return opening;
    this.#memory.lastCall = isCall(event) ? textOf(event.item.call_id) : null;
    return [...opening, ...this.#turns.show(event, shown)];
  }

  end({ events, problems, lost, hasGrown }: SessionResult): string[] {
    const notes = problems.map(
      ({ rule, line, message }) =>
        `<li><b>${escapeLine(rule)}</b>${line === null ? '' : ` line ${line}`}: ${safe(message)}</li>\n`,
    );
    const left = this.#input.end().flatMap((each) => this.#showMarked(each));
    this.losses.add('message', 'omitted', this.#input.unsaidAnswers);
    return [
      ...left,
      ...this.#turns.close(),
      '<footer class="end">\n',
      notes.length === 0 ? '' : this.#marked(`<h2>What was wrong with the file</h2>\n<ul>\n${notes.join('')}</ul>\n`),
      lost === 0 ? '' : `<p class="bad">${count(lost, 'part')} of it could not be read, and is not here.</p>\n`,
      hasGrown ? '<p>Somebody was writing to it: this is how it was when it was opened.</p>\n' : '',
      `<p>${count(events, 'event')}. Times are UTC. The numbers at the right are those of the events.</p>\n`,
      '</footer>\n</main>\n',
      `<div id="side">\n${this.#marked(this.#summary.html() + this.#turns.contents.html())}</div>\n`,
      closePage,
    ];
  }

  /** The session's own first record, for the head of the page; null for every other event. */
  #ownFacts(event: Event): string[] | null {
    if (this.#hasFacts || event.type !== 'SessionMeta' || event.inherited_from !== undefined) return null;
    this.#hasFacts = true;
    const meta = objectOf(event.meta);
    this.#memory.folder = textOf(meta.cwd);
    return [sessionFacts(meta)];
  }

  #marked(html: string): string {
    return this.#options.isRedacted ? showMarks(html) : html;
  }
}

function isCall(event: Event): event is Event & { type: 'ResponseItem' } {
  return event.type === 'ResponseItem' && event.item.type === 'tool_call';
}

const foldButtons =
  '<button type="button" id="unfold">Unfold all</button>\n<button type="button" id="fold">Fold all</button>\n';
