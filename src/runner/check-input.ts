import { Failure } from '../base/failure.ts';
import { defaultLimits } from '../format/limits.ts';
import { userItem } from './recorder/message-text.ts';
import type { UserInput } from './recorder/recorder.ts';

/**
 * Makes sure that what the user says can be recorded: it becomes one line, and a longer one than the limit is not read back.
 * @throws Failure `usage`
 */
export function checkInput(input: UserInput): void {
  const bytes = Buffer.byteLength(JSON.stringify(userItem(input)));
  if (bytes <= most) return;
  const hint = 'name a file instead: the agent can read it, and look at an image';
  throw new Failure('usage', `the prompt and its images are too large together: ${bytes} bytes of ${most}`, { hint });
}

/** What stands beside it in the line is a part of a kilobyte. */
const most = defaultLimits.lineBytes - 64 * 1024;
