import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockThreads } from '../../src/store/locks.ts';

// A process that takes the lock of a thread again and again: `node lock-taker.js HOME THREAD ROUNDS`. Under it, it makes a
// file that must not be there, and removes it. Prints how often it had the lock, and fails when it was not alone.
const [home = '', threadId = '', rounds = '0'] = process.argv.slice(2);
const alone = join(home, 'alone');
let taken = 0;
while (taken < Number(rounds)) {
  try {
    const locks = await lockThreads(homeAt(home), [threadId], { clock: systemClock });
    closeSync(openSync(alone, 'wx'));
    if (taken % 3 === 0) await systemClock.sleep(1);
    unlinkSync(alone);
    await locks.release();
    taken++;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'busy') throw error;
  }
}
process.stdout.write(String(taken));
