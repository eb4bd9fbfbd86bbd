import { systemClock } from '../../base/clock.ts';
import { type FailureKind, type Place, toFailure } from '../../base/failure.ts';
import { answerParent } from '../../base/parent-process.ts';
import { type ChangeContext, type Changed, type ChangeQuestion, changeSession } from './change-session.ts';

/*
 * A process that changes one session for `changeApart`: the whole home is looked through for it, during which no key would be heard in
 * the one that draws. It is no thread, because what takes locks can be loaded by one thread alone.
 */
answerParent(async ({ question, env, cwd }: ChildQuestion, signal): Promise<ChangeAnswer> => {
  try {
    return { done: await changeSession(question, { env, cwd, signal, clock: systemClock }) };
  } catch (error) {
    const { kind, message, hint, place } = toFailure(error);
    return { kind, message, details: { ...place, ...(hint === undefined ? {} : { hint }) } };
  }
});

export interface ChildQuestion extends Pick<ChangeContext, 'env' | 'cwd'> {
  question: ChangeQuestion;
}

/** What `changeSession` gives, or the failure that it ends with. */
export type ChangeAnswer =
  | { done: Changed }
  | { kind: FailureKind; message: string; details: Place & { hint?: string } };
