import type { Clock, Screen } from '../base/io.ts';
import type { ScreenPorts, WantedThread } from '../model/live-session.ts';
import type { Colours } from '../ui/colour.ts';

export interface RunSessionOptions {
  screen: Screen;
  ports: ScreenPorts;
  clock: Clock;
  colours: Colours;
  /** Fires when the program is asked to stop. */
  signal: AbortSignal;
  /** Where the program was called, absolute: the directory whose sessions the picker begins with. */
  cwd: string;
  /** The folder that the user named with `--cd`, absolute: nobody is asked then. Null for none. */
  workIn: string | null;
  start: WantedThread | { kind: 'pick' };
  /** The picker begins with the sessions of all directories. */
  all: boolean;
  /** The picker has what no person began, too. */
  includeExec: boolean;
  /** What is said first; null for nothing. */
  prompt: string | null;
  /** Images of the first prompt, absolute paths. */
  images: readonly string[];
  altScreen: boolean;
  version: string;
}

export interface SessionEnd {
  /** The session that was open last, of those of which something is recorded if there are any; null when none was open. */
  threadId: string | null;
  /** Whether anything of it is recorded. */
  isStored: boolean;
  exit: number;
}
