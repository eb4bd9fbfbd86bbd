import type { Choice } from '../composer/choices-view.tsx';
import { completableAt, matching } from '../composer/completion.ts';
import type { Composer } from '../composer/composer-state.ts';
import { findSlash, type Names, slashCommands } from './slash-commands.ts';
import type { Completion, SessionState } from './state.ts';

/** What is to be looked for. `isFresh` when nothing was offered before. */
export type Lookup =
  | { kind: 'find-files'; letters: string }
  | { kind: 'find-names'; names: Names; letters: string; isFresh: boolean };

/** What is offered for what is typed; files and names are looked for. */
export function completionOf(composer: Composer, before: Completion | null): [Completion | null, ...Lookup[]] {
  const at = completableAt(composer);
  if (!at) return [null];
  if (at.kind === 'command') {
    const names = slashCommands.map(({ name }) => name);
    return [offered(at, matching(names, at.letters).map(choiceOf), 0)];
  }
  // Those of before stay until there are others, so that the list does not come and go.
  const known = before?.at.kind === at.kind ? before.choices : [];
  const { letters } = at;
  if (at.kind === 'file')
    return [
      { at, choices: known, chosen: 0 },
      { kind: 'find-files', letters },
    ];
  const command = findSlash(at.command);
  const values = command?.values ?? [];
  if (command?.names) {
    return [
      { at, choices: matchingChoices(known, letters), chosen: none },
      { kind: 'find-names', names: command.names, letters, isFresh: before?.at.kind !== 'argument' },
    ];
  }
  const isWhole = values.includes(letters);
  return [isWhole ? null : offered(at, matching(values, letters).map(plainChoice), none)];
}

/** What was found for some letters, if it is still wanted. */
export function offer(
  state: SessionState,
  kind: 'file' | 'argument',
  letters: string,
  choices: readonly Choice[],
): SessionState {
  const { completion } = state;
  if (completion?.at.kind !== kind || completion.at.letters !== letters) return state;
  return { ...state, completion: { ...completion, choices, chosen: kind === 'file' ? 0 : none } };
}

export function moveChoice(completion: Completion, by: -1 | 1): Completion {
  const { choices, chosen } = completion;
  const from = chosen === none && by < 0 ? 0 : chosen;
  return { ...completion, chosen: (from + by + choices.length) % choices.length };
}

export function plainChoice(name: string): Choice {
  return { name, about: '' };
}

/** Those whose name has the letters. */
export function matchingChoices(choices: readonly Choice[], letters: string): Choice[] {
  const found = matching(
    choices.map(({ name }) => name),
    letters,
  );
  return found.flatMap((name) => choices.find((choice) => choice.name === name) ?? []);
}

function offered(at: Completion['at'], choices: readonly Choice[], chosen: number): Completion | null {
  return choices.length === 0 ? null : { at, choices, chosen };
}

function choiceOf(name: string): Choice {
  const command = slashCommands.find((each) => each.name === name);
  return { name, about: [command?.argument, command?.help].filter(Boolean).join('  ') };
}

/** Of an argument nothing is chosen before one has looked: what is typed may be all of it. */
const none = -1;
