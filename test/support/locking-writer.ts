import { appendFileSync, utimesSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockThreads } from '../../src/store/locks.ts';
import { makePlain } from '../../src/store/writer/plain-form.ts';

// A process that goes on with a session again and again, as Codex does: `node locking-writer.js HOME ID PATH SECONDS`. It takes the
// lock, makes the file plain, appends a few lines, and gives the lock back. A line is printed once it is in the file. The
// time of the file is set to one long ago, so that nobody leaves it alone because it is young.
const [path = '', id = '', file = '', seconds = '1'] = process.argv.slice(2);
const home = homeAt(path);
const old = new Date('2026-01-03T04:05:06.789Z');
const end = Date.now() + Number(seconds) * 1000;
for (let n = 0; Date.now() < end; ) {
  try {
    const locks = await lockThreads(home, [id], { clock: systemClock });
    try {
      const plain = await makePlain(home, id, file);
      for (let count = 0; count < 3; count++) {
        const line = `{"n":${n++},"text":"${'y'.repeat(n % 3000)}"}`;
        appendFileSync(plain, `${line}\n`);
        utimesSync(plain, old, old);
        process.stdout.write(`${line}\n`);
        await sleep(Math.random() * 20);
      }
    } finally {
      await locks.release();
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'busy') throw error;
  }
  await sleep(Math.random() * 400);
}
