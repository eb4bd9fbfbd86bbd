import { describe, expect, it } from 'vitest';
import type { SessionPort } from '../../../src/model/live-session.ts';
import { browseSession } from '../../../src/tui/browse/browse-session.tsx';
import { noColours } from '../../../src/ui/colour.ts';
import { MemoryIo } from '../../support/memory-io.ts';
import { MemoryScreen } from '../../support/memory-screen.ts';
import { lines, Script } from '../transcript/session.ts';

describe('browsing a session', () => {
  it('shows it until the user leaves, and reads a turn again to show all of it', async () => {
    const { screen, controller, read, shown } = browse();
    await settle();
    expect(screen.written()).toContain('> question');
    expect(screen.written()).toContain('… 44 lines');
    screen.feed('JJJo');
    await settle();
    expect(read).toEqual([
      ['an id', null],
      ['an id', { from: 1, to: 2 }],
    ]);
    screen.feed('q');
    await shown;
    expect(controller.signal.aborted).toBe(false);
    expect(screen.isClosed).toBe(false);
  });

  it('ends when the program is asked to stop, and when the terminal is gone', async () => {
    const stopped = browse();
    await settle();
    stopped.controller.abort();
    await stopped.shown;
    const gone = browse();
    await settle();
    gone.screen.feed(null);
    await gone.shown;
    const late = new AbortController();
    late.abort();
    await browse(late).shown;
  });
});

function browse(controller = new AbortController()) {
  const script = new Script().turn('question').runs('c1', 'make', lines(60)).says('done');
  const read: unknown[] = [];
  const sessions = {
    read(threadId: string, turns: Parameters<SessionPort['read']>[1]) {
      read.push([threadId, turns]);
      return script.source().read(turns, controller.signal);
    },
  };
  const screen = new MemoryScreen({ columns: 80, rows: 40 });
  const { clock } = new MemoryIo();
  const { signal } = controller;
  const rest = { colours: noColours, threadId: 'an id', title: 'a title' };
  return { screen, controller, read, shown: browseSession({ screen, ports: { sessions }, clock, signal, ...rest }) };
}

async function settle(): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds++) await new Promise((resolve) => setImmediate(resolve));
}
