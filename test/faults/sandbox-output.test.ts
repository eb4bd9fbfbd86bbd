import { describe, expect, it } from 'vitest';
import { shellCommand } from '../../src/runner/tools/shell/shell-command.ts';
import { full, hasBubblewrap, makeRoom, workspace } from '../runner/sandbox/room.ts';
import { call, contextOf } from '../runner/tools/context.ts';

const mebibyte = 1024 * 1024;

describe.each([workspace, full])('a gigabyte of output with $type', (policy) => {
  it.skipIf(policy === workspace && !hasBubblewrap).each([
    ['in one line', `head -c 1000000000 /dev/zero | tr '\\0' x`],
    ['in lines', 'yes "a line of output" | head -c 1000000000'],
    ['of invalid UTF-8', `head -c 1000000000 /dev/zero | tr '\\0' '\\377'`],
  ])('%s takes constant memory', { timeout: 120_000 }, async (_, command) => {
    const room = makeRoom();
    const context = contextOf(room, { sandbox: policy });
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 20);
    const outcome = await call(shellCommand, context, { command });
    clearInterval(watch);
    expect(outcome).toMatchObject({ status: 'completed', exitCode: 0 });
    expect(outcome.output).toMatch(/\[… 999934\d{3} bytes with \d+ line feeds left out …\]/);
    expect(context.shown.join('').length).toBeLessThan(300 * 1024);
    expect(most - before).toBeLessThan(96 * mebibyte);
  });
});
