import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { readHead } from '../../src/engine/read-head.ts';
import { listTrash } from '../../src/engine/trash/trash-rows.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockThreads } from '../../src/store/locks.ts';
import { pruneHere, restoreHere } from './keep-here.ts';
import { createRandom } from './random.ts';

// One of many processes at work in a home: `node racing-run.js HOME ROLE NUMBER ROUNDS ID,...`. A writer (`w`) adds a line to
// a session under its lock and prints the line once it is written; a pruner (`p`) removes sessions and brings them back, and
// prints what became of each; a reader (`r`) reads them all.
const [path = '', role = '', number = '0', count = '0', ids = ''] = process.argv.slice(2);
const home = homeAt(path);
const sessions = ids.split(',');
const random = createRandom(Number(number) + 1);
const MOST_REPEATS = 500;
const say = (text: string) => void process.stdout.write(`${text}\n`);
for (let round = 0, kept = 0; round < Number(count); round++) {
  try {
    if (role === 'w') await write(round);
    else if (role === 'p') await prune(round);
    else await read();
  } catch (error) {
    // Somebody else is at it. A pruner who never had its turn would have shown nothing.
    if (!(error instanceof Failure) || !['busy', 'usage'].includes(error.kind)) throw error;
    if (role === 'p' && kept++ < MOST_REPEATS) round--;
  }
  await systemClock.sleep(random() * 12);
}

async function write(round: number): Promise<void> {
  for (let line = 0; line < 6; line++) {
    const id = sessions[Math.floor(random() * sessions.length)] as string;
    const locks = await lockThreads(home, [id], { clock: systemClock }).catch((error) => {
      if (error instanceof Failure && error.kind === 'busy') return null;
      throw error;
    });
    if (!locks) continue;
    try {
      const file = (await loadCatalog(home)).thread(id).at(-1);
      if (!file) continue;
      await systemClock.sleep(random() * 4);
      const text = JSON.stringify({
        timestamp: '2026-01-02T03:04:05.000Z',
        type: 'x',
        payload: { number, round, line },
      });
      appendFileSync(file.path, `${text}\n`, { flag: 'a' });
      say(text);
    } finally {
      await locks.release();
    }
  }
}

async function prune(round: number): Promise<void> {
  const catalog = await loadCatalog(home);
  const live = sessions.filter((id) => catalog.thread(id).length > 0);
  const chosen = live.filter(() => random() < 0.6);
  if (chosen.length > 0) {
    const { results } = await pruneHere(
      path,
      chosen.map((id) => [id]),
    );
    for (const { result } of results) say(result);
  }
  await systemClock.sleep(random() * 10);
  if (round % 2 === 1) for (const { result } of await restoreHere(path, 'all')) say(result);
}

async function read(): Promise<void> {
  listTrash(home);
  const catalog = await loadCatalog(home);
  for (const id of catalog.threadIds) {
    for (const file of catalog.thread(id)) await readHead(file.path);
  }
}
