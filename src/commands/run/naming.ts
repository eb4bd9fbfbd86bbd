import { toFailure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';

/** Gives a session its name as soon as there is something to name. */
export class Naming {
  readonly #take: () => string | null;
  readonly #io: Io;
  readonly #say: (message: string) => void;
  #naming: Promise<void> | null = null;
  /** Null before it is open. */
  threadId: string | null = null;

  /** @param take gives the name, from `checkName`, once; null for none */
  constructor(take: () => string | null, io: Io, say: (message: string) => void) {
    this.#take = take;
    this.#io = io;
    this.#say = say;
  }

  begin(): void {
    if (this.#naming || this.threadId === null) return;
    const name = this.#take();
    if (name !== null) this.#naming = this.#give(name, this.threadId);
  }

  async end(): Promise<void> {
    await this.#naming;
  }

  async #give(name: string, threadId: string): Promise<void> {
    try {
      for (const message of await rename(threadId, name, this.#io)) this.#say(message);
    } catch (error) {
      this.#say(`the session has no name: ${toFailure(error).message}`);
    }
  }
}

/** @returns what the user should know. @throws Failure as `renameSession` */
export async function rename(threadId: string, name: string, io: Io): Promise<string[]> {
  const { checkName, renameSession } = await import('../../engine/naming.ts');
  const { openSessions } = await import('../../engine/resolve-session.ts');
  // What was known of the home before may not have the session.
  const sessions = openSessions(io.env, io.cwd);
  const { signal } = new AbortController();
  return renameSession(sessions, threadId, checkName(name), { clock: io.clock, signal });
}
