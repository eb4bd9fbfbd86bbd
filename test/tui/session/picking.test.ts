import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { rowOf } from '../picker/rows.ts';
import { start, stops } from './screen-rig.ts';
import { scriptedPorts } from './scripted-ports.ts';

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

describe('a choice of which the folder is gone', () => {
  it('has the list as it was when a choice cannot be opened, and asks no more for a folder that is gone', async () => {
    const ports = scriptedPorts({ workspace: { hasFolder: async () => false } });
    ports.sessions.rows = async function* () {
      yield [rowOf(1, { name: 'the one', cwd: '/gone' }), rowOf(2, { name: 'the other', cwd: '/gone' })];
    };
    const { open } = ports.agents;
    ports.agents.open = () => Promise.reject(new Failure('usage', 'is no folder to work in', { file: '/here' }));
    const run = start({ ports }, { kind: 'pick' });
    await run.shows('No session is like this');
    run.screen.feed('\u0001\u0018\tthe one');
    await run.shows('1 of 1 · all directories · archived too');
    run.screen.feed('\r');
    await run.shows('It worked in /gone, which is gone.');
    await run.shows('c go on here · Esc back');
    expect(run.screen.shown().join('\n')).not.toContain('there');
    run.screen.feed('c');
    await run.shows('/here: is no folder to work in');
    await run.shows('1 of 1 · all directories · archived too');
    for (const kept of ['search: the one▏', 'CREATED']) await run.shows(kept);
    ports.agents.open = open;
    run.screen.feed('\r');
    await run.shows('which is gone');
    run.screen.feed('\r');
    await run.shows('answer 4');
    expect(run.agent().facts.cwd).toBe('/here');
  });

  it('is asked where the folder that is always to be is gone', async () => {
    const ports = scriptedPorts({ workspace: { hasFolder: async () => false, folderChoice: async () => 'session' } });
    ports.sessions.rows = async function* () {
      yield [rowOf(1, { name: 'the one', cwd: '/gone' })];
    };
    const run = start({ ports }, { kind: 'pick' });
    await run.shows('No session is like this');
    run.screen.feed('\u0001');
    await run.shows('the one');
    run.screen.feed('\r');
    await run.shows('It worked in /gone, which is gone.');
    run.screen.feed('\u001b');
    await run.shows('1 of 1 · all directories');
    expect(ports.agents.opened).toEqual([]);
  });
});

describe('rows that come while others are shown', () => {
  it('are shown, though nothing comes after them for long', async () => {
    const ports = scriptedPorts();
    let goOn = () => {};
    ports.sessions.rows = async function* () {
      yield [rowOf(1, { cwd: '/here' })];
      yield [rowOf(2, { cwd: '/here' })];
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield [rowOf(3, { cwd: '/here' })];
    };
    const run = start({ ports }, { kind: 'pick' });
    await run.shows('1 of 2 · loading…');
    goOn();
    await run.shows('1 of 3 · this directory');
  });
});
