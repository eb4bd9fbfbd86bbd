import { putBefore, recalled } from '../composer/composer-state.ts';
import { wordsOf } from '../words.ts';
import { found } from './backtrack.ts';
import type { Conversation } from './conversation.ts';
import type { Lookups } from './lookups.ts';

/** Finds what the user said, while that is waited for. Says why there is nothing. */
export async function findMessages(conversation: Conversation, lookups: Lookups): Promise<void> {
  const { session } = conversation.state;
  const isWanted = () => conversation.state.backtrack !== null;
  try {
    const messages = session?.isStored ? await lookups.messages(session.threadId, isWanted) : [];
    if (messages.length === 0 && isWanted()) {
      const wasSaid = session?.isStored && session.turns > 0;
      conversation.say(wasSaid ? 'what was said is not there any more' : 'nothing was said yet', wasSaid);
    }
    const backtrack = messages.length === 0 ? null : found(messages);
    conversation.change((state) => (state.backtrack?.messages === null ? { ...state, backtrack } : state));
  } catch (error) {
    conversation.say(wordsOf(error), true);
    conversation.change((state) => ({ ...state, backtrack: null }));
  }
}

/** Goes on in a fork that ends before a turn, with its message to be said again. */
export function forkBefore(conversation: Conversation, turn: number, text: string): void {
  const again = conversation.current.again();
  const from = conversation.current.opened?.live.threadId;
  if (!again || from === undefined) return;
  conversation.do('opening', async () => {
    // Before the first turn there is nothing to fork.
    const isFirst = turn <= 1;
    const { threadId } = isFirst ? { threadId: from } : await conversation.options.ports.agents.fork(from, turn);
    await conversation.open({
      ...again,
      thread: isFirst ? { kind: 'new', like: from } : { kind: 'resumed', threadId },
    });
    conversation.change((state) => ({ ...state, composer: putBefore(recalled(text), state.composer) }));
  });
}
