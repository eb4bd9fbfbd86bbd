import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decompress } from 'zstd-napi';
import { fixtures, HostileHome, hostileCharacters, hostileId, neighbourId, readHostile } from './hostile-home.ts';
import { type HostileRow, hostileRows, type Places } from './hostile-rows.ts';

describe.concurrent('a damaged rollout', () => {
  it('has a row for every fixture', () => {
    const named = hostileRows.map(({ fixture }) => fixture);
    expect([...named].sort()).toEqual(readdirSync(join(fixtures, 'hostile')).sort());
  });

  it.each(hostileRows.map((row) => [row.fixture, row] as const))('%s', async (_fixture, row) => {
    const home = new HostileHome();
    const bytes = readHostile(row.fixture);
    const path = home.add(bytes, row.fixture.endsWith('.zst') ? '.jsonl.zst' : '.jsonl');
    try {
      const before = home.hash();
      await checkShow(home, row);
      await checkList(home, row, path);
      await checkValidate(home, row, path, placesIn(bytes));
      await checkTerminal(home, row);
      expect(home.hash()).toBe(before);
    } finally {
      home.remove();
    }
  });
});

async function checkShow(home: HostileHome, { show, good, unknown = 0, says }: HostileRow): Promise<void> {
  const { code, stderr, records } = await home.run(['show', '--json', hostileId]);
  const known = records.filter(({ type }) => type !== 'Unknown').map((event) => JSON.stringify(event));
  const shown = known.flatMap((item) => [...item.matchAll(/good (\d+)/g)].map(([, number]) => Number(number)));
  expect({ code, shown: [...new Set(shown)] }).toEqual({ code: show, shown: good });
  expect(records.filter(({ type }) => type === 'Unknown')).toHaveLength(unknown);
  if (says) expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at /);
}

async function checkList(home: HostileHome, { damage = [] }: HostileRow, path: string): Promise<void> {
  const { code, stderr, records } = await home.run(['ls', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = new Map(records.map((row) => [row.thread_id, row]));
  expect([...rows.keys()].sort()).toEqual([hostileId, neighbourId].sort());
  expect(rows.get(neighbourId)).toMatchObject({ turns: 1, tool_calls: 1, damage: [] });
  expect(rows.get(hostileId)).toMatchObject({ path, damage });
}

async function checkValidate(home: HostileHome, row: HostileRow, path: string, places: Places): Promise<void> {
  const { code, stderr, records } = await home.run(['validate', '--json', hostileId]);
  const found = records.map(
    ({ rule, severity, line, offset }) => `${rule} ${severity} ${line ?? '-'} ${offset ?? '-'}`,
  );
  expect({ code, found, stderr }).toEqual({ code: row.validate, found: row.findings(places), stderr: '' });
  for (const finding of records)
    expect(finding).toMatchObject({ schema: 'sessions.finding/1', thread_id: hostileId, file: path });
  const whole = await home.run(['validate', '--json', '--severity', 'error']);
  expect(whole.records.every(({ file }) => file === path)).toBe(true);
}

async function checkTerminal(home: HostileHome, { fixture }: HostileRow): Promise<void> {
  const output = await home.runOnTerminal(
    `sessions show --no-pager ${hostileId}; sessions validate --no-pager; sessions ls --no-pager; echo end`,
  );
  expect(output).toMatch(/end\s*$/);
  // On a terminal of 80 columns, the list has the beginning of each id.
  expect(output).toContain(neighbourId.slice(0, 18));
  expect({ fixture, hostile: hostileCharacters(output) }).toEqual({ fixture, hostile: [] });
}

function placesIn(stored: Buffer): Places {
  let content = stored;
  try {
    content = decompress(stored);
  } catch {
    // Not compressed, or damaged; then no row asks for places.
  }
  const starts = [0];
  for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) starts.push(at + 1);
  return {
    line: (number) => starts[number - 1] as number,
    of(wanted, from = 0) {
      const at = content.indexOf(wanted, from);
      if (at < 0) throw new Error(`the fixture does not hold ${String(wanted)}`);
      return at;
    },
  };
}
