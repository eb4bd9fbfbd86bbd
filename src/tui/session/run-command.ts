import type { ApprovalMode } from '../../model/live-session.ts';
import type { Choice } from '../picker/picker.tsx';
import { wordsOf } from '../words.ts';
import type { Conversation } from './conversation.ts';
import { helpParagraphs, statusParagraphs } from './greeting.ts';
import { fresh } from './opening.ts';
import { approvalModes, findSlash, type SlashName } from './slash-commands.ts';
import { withName } from './take-event.ts';

/**
 * Does what a command says, or says why not.
 *
 * @param name that may be of no command
 * @throws Failure what went wrong with it
 */
export async function runCommand(name: string, argument: string, conversation: Conversation): Promise<void> {
  const command = findSlash(name);
  if (!command)
    return conversation.say(
      `there is no command /${name}; /help shows them, and a blank in front makes it a message`,
      true,
    );
  if (!command.isAlways && conversation.state.phase !== 'idle') {
    return conversation.say(`/${name} has to wait until nothing runs; Esc interrupts`, true);
  }
  if (command.argument === null && argument !== '') return conversation.say(`nothing can stand behind /${name}`, true);
  await acts[command.name](conversation, argument);
}

const acts: { [name in SlashName]: (conversation: Conversation, argument: string) => unknown } = {
  resume: (conversation, session) =>
    session === '' ? conversation.show({ kind: 'picker', notice: null }) : resume(conversation, session),
  fork,
  name,
  new: (conversation) =>
    goTo(conversation, async () => ({ thread: { kind: 'new' }, cwd: conversation.options.workIn })),
  compact: (conversation) =>
    conversation.state.session?.isStored ? conversation.compact() : conversation.say(nothingYet, true),
  status: ({ options, state }) => options.printing.tell(statusParagraphs(state, options.version), true),
  model(conversation, model) {
    if (model !== '') return conversation.reopen({ model });
    conversation.say(
      `the model is ${conversation.state.session?.facts.model ?? 'not known yet'}; /model NAME takes another`,
    );
  },
  approvals(conversation, mode) {
    const { session } = conversation.state;
    if (mode === '') return conversation.say(`it asks: ${session?.facts.approvals ?? 'nothing yet'}; ${modesLine}`);
    if (!isMode(mode)) return conversation.say(`'${mode}' is no way of asking; ${modesLine}`, true);
    conversation.reopen({ approvals: mode });
  },
  diff,
  show: (conversation) => conversation.showTranscript(),
  help: ({ options }) => options.printing.tell(helpParagraphs(), true),
  quit: (conversation) => conversation.leave(0),
};

/** What was chosen in the list of sessions. */
export function choose(conversation: Conversation, choice: Choice): void {
  const { opened } = conversation.current;
  conversation.show(null);
  if (!choice) {
    if (!opened) conversation.leave(0);
    return;
  }
  const { act, threadId } = choice;
  if (act === 'resume' && threadId === opened?.live.threadId) {
    conversation.say(isActive);
    return;
  }
  goTo(
    conversation,
    async () => {
      const cwd = conversation.options.workIn ?? choice.cwd;
      const id = act === 'fork' ? (await conversation.options.ports.agents.fork(threadId, null)).threadId : threadId;
      return { thread: { kind: 'resumed', threadId: id }, cwd };
    },
    true,
  );
}

/** Goes on in another session. When that cannot be opened, there is the list again, where it was chosen there or none was open. */
function goTo(
  conversation: Conversation,
  find: () => Promise<Pick<typeof fresh, 'thread' | 'cwd'> | null>,
  isOfList = false,
): void {
  conversation.do('opening', async (signal) => {
    const before = conversation.current.opened;
    try {
      const found = await find();
      if (!found || signal.aborted) return;
      const isOther = found.thread.kind === 'resumed';
      // What was chosen for one session is not meant for one that has its own.
      const chosen = isOther ? fresh : { model: before?.model ?? null, approvals: before?.approvals ?? null };
      await conversation.open({ ...fresh, ...chosen, ...found });
    } catch (error) {
      if (before && (!isOfList || signal.aborted)) throw error;
      conversation.show({ kind: 'picker', notice: wordsOf(error) });
    }
  });
}

function resume(conversation: Conversation, session: string): void {
  goTo(conversation, async () => {
    const threadId = await conversation.options.ports.sessions.resolve(session);
    if (threadId === conversation.current.opened?.live.threadId) {
      conversation.say(isActive);
      return null;
    }
    return { thread: { kind: 'resumed', threadId }, cwd: conversation.options.workIn };
  });
}

function fork(conversation: Conversation): void {
  const again = conversation.current.again();
  const from = conversation.current.opened?.live.threadId;
  if (!again || from === undefined || !conversation.state.session?.isStored) {
    conversation.say(nothingYet, true);
    return;
  }
  conversation.do('opening', async () => {
    const { threadId, turn } = await conversation.options.ports.agents.fork(from, null);
    await conversation.open({ ...again, thread: { kind: 'resumed', threadId } }, true);
    conversation.say(`a fork of ${from}, after its turn ${turn}`);
  });
}

async function name(conversation: Conversation, wanted: string): Promise<void> {
  const { session } = conversation.state;
  if (wanted === '' || !session) return conversation.say('/name NAME gives this session a name', true);
  conversation.wantedName = null;
  if (!session.isStored) {
    conversation.wantedName = wanted;
    return conversation.say(`it will be named ${wanted} as soon as something is said`);
  }
  const said = await conversation.options.ports.sessions.rename(session.threadId, wanted);
  conversation.change((state) => (state.session?.threadId === session.threadId ? withName(state, wanted) : state));
  conversation.say(`named ${wanted}`);
  for (const message of said) conversation.say(message);
}

async function diff(conversation: Conversation): Promise<void> {
  const cwd = conversation.state.session?.facts.cwd;
  if (cwd === undefined) return conversation.say('no session is open', true);
  const text = await conversation.options.ports.workspace.diff(cwd, new AbortController().signal);
  if (text === null) return conversation.say(`${cwd} is in no repository`);
  if (text === '') return conversation.say('nothing was changed since the last commit');
  conversation.show({ kind: 'text', title: 'Changes since the last commit', text });
}

function isMode(mode: string): mode is ApprovalMode {
  return approvalModes.some((each) => each === mode);
}

const modesLine = '/approvals untrusted, on-request or never';
const isActive = 'that is this session';
const nothingYet = 'nothing is recorded yet';
