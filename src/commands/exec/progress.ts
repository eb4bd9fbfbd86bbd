import type { Io } from '../../base/io.ts';
import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import type { ModelItem } from '../../model/history.ts';
import { assistantText, summaryTexts } from '../../runner/recorder/message-text.ts';
import type { RecordedEvent } from '../../runner/recorder/recorder.ts';
import type { SessionEvent } from '../../runner/session-events.ts';
import { describeCall, describeOutcome } from './describe-call.ts';
import { createLiveBlocks } from './live-blocks.ts';
import { createLiveOutput } from './live-output.ts';
import type { Output } from './output.ts';
import type { OutputQueue } from './output-queue.ts';

/**
 * A run for people: what happens on standard error, on a terminal as it happens; the final answer alone on standard output. Where
 * both are one terminal the answer stands there once, as it came.
 */
export function progress(io: Io, queue: OutputQueue, showsAnswer: boolean): Output {
  const isLive = io.stderr.isTTY;
  /** Elsewhere a message waits for what follows: the last one is the answer, which has a place of its own. */
  const streamsText = isLive && (io.sharesTerminal || !showsAnswer);
  const write = (text: string) => queue.add(() => io.stderr.write(text));
  const blocks = createLiveBlocks(write);
  const outputs = createLiveOutput(blocks);
  /** The last thing that the agent said: the answer, unless something follows. */
  let said: string | null = null;
  let tokens: unknown = null;
  /** What came of items that are not complete. */
  let streamed = { text: '', reasoning: '' };

  const say = (text: string) => {
    blocks.end();
    write(`${escapeForTerminal(text)}\n`);
  };
  const sayWaiting = () => {
    if (said !== null) say(`\n${said}`);
    said = null;
  };
  const sayMore = (text: string) => {
    sayWaiting();
    say(text);
  };

  function noteTokens({ body }: RecordedEvent): void {
    if (body.type !== 'EventMsg' || body.msg.type !== 'TokenCount') return;
    tokens = (body.msg.total as { total_tokens?: unknown } | null)?.total_tokens;
  }

  function stream(kind: 'text' | 'reasoning', piece: string): void {
    if (!(kind === 'text' ? streamsText : isLive)) return;
    sayWaiting();
    streamed[kind] += piece;
    blocks.add(kind, { before: '\n', prefix: kind === 'text' ? '' : reasoningPrefix }, piece);
  }

  function showItem(item: ModelItem): void {
    if (item.type === 'message') showMessage(assistantText(item));
    for (const summary of streamed.reasoning === '' ? (summaryTexts(item) ?? []) : []) {
      sayMore(`\n${summary.replace(/^/gm, reasoningPrefix)}`);
    }
    if (item.type === 'reasoning') streamed.reasoning = '';
  }

  function showMessage(text: string | null): void {
    const { text: shown } = streamed;
    streamed.text = '';
    if (text !== null && !streamsText) {
      sayWaiting();
      said = text;
    } else if (text !== null && shown !== '' && text.startsWith(shown)) stream('text', text.slice(shown.length));
    else if (text !== null) say(`\n${text}`);
    streamed.text = '';
    blocks.end();
  }

  function showEnd(event: SessionEvent & { type: 'outcome' }): void {
    const seen = outputs.end(event.call.callId);
    for (const line of describeOutcome(event.outcome, seen)) sayMore(`  ${line}`);
  }

  function tellRetry({ message, delayMs }: SessionEvent & { type: 'retry' }): void {
    const isAgain = streamed.text !== '' || streamed.reasoning !== '';
    streamed = { text: '', reasoning: '' };
    const again = isAgain ? '; the answer begins again' : '';
    sayMore(`sessions: ${oneLine(message)}; trying again in ${delayMs / 1000} s${again}`);
  }

  return {
    async open({ threadId, config, cwd, isEphemeral, history }) {
      const how = isEphemeral ? ' (leaves no trace)' : history ? ' (resumed)' : '';
      say(`session   ${threadId}${how}`);
      say(`model     ${oneLine(config.model)} of ${oneLine(config.provider.name)}`);
      say(`sandbox   ${config.sandboxPolicy.type}, approval ${config.approvalPolicy}`);
      say(`folder    ${oneLine(cwd)}`);
    },
    event(event: SessionEvent) {
      if (event.type === 'record') noteTokens(event.record);
      else if (event.type === 'text_delta') stream('text', event.text);
      else if (event.type === 'reasoning_delta') stream('reasoning', event.text);
      else if (event.type === 'item') showItem(event.item);
      else if (event.type === 'call') {
        sayMore(`\n${describeCall(event.call)}`);
        outputs.begin(event.call.callId);
      } else if (event.type === 'output_delta' && isLive) outputs.add(event.callId, event.text);
      else if (event.type === 'outcome') showEnd(event);
      else if (event.type === 'retry') tellRetry(event);
      else if (event.type === 'note') say(`sessions: ${oneLine(event.message)}`);
    },
    endLine: blocks.end,
    async end(result) {
      blocks.end();
      if (tokens !== null && tokens !== undefined) say(`\ntokens    ${tokens}`);
      const answer = result?.outcome === 'completed' && showsAnswer ? result.lastMessage : null;
      if (answer === null) sayWaiting();
      else if (!streamsText) {
        const text = io.stdout.isTTY ? escapeForTerminal(answer) : answer;
        queue.add(() => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`));
      }
    },
  };
}

const reasoningPrefix = '  . ';
