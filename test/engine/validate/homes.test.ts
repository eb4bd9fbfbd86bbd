import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { validateHome } from '../../../src/engine/validate/validate.ts';
import { homeAt } from '../../../src/store/home.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/homes', import.meta.url));
const corpus = process.env.SESSIONS_CORPUS ?? '';

/** `RULE severity path:line`, without what depends on how the home was copied. */
async function findingsIn(path: string): Promise<string[]> {
  const options = {
    now: Date.parse('2027-01-01T00:00:00Z'),
    signal: new AbortController().signal,
    strictPermissions: false,
  };
  const findings: string[] = [];
  for await (const { rule, severity, file, line } of validateHome(await loadCatalog(homeAt(path)), options)) {
    if (rule !== 'PERMS') findings.push(`${rule} ${severity} ${relative(path, file ?? '')}:${line ?? '-'}`);
  }
  return findings.sort();
}

describe('the example homes', () => {
  it.each(readdirSync(fixtures))('are sound: %s', async (home) => {
    const archived = 'archived_sessions/rollout-2026-03-01T09-00-00-019ca8a0-3e80-7005-8000-000000000005.jsonl.zst';
    // Compressed as Codex does it.
    const expected = home === 'paginated-0.169' ? [`ZSTD-NO-CHECKSUM note ${archived}:-`] : [];
    expect(await findingsIn(join(fixtures, home))).toEqual(expected);
  });
});

describe.skipIf(corpus === '')('homes that real Codex versions wrote', () => {
  const day = 'sessions/2026/11/22';
  const expected: { [home: string]: string[] } = {
    // Codex 0.98 was stopped before it wrote the first line; its own resume refuses such a file.
    '0.98.0': [`EMPTY error ${day}/rollout-2026-11-22T15-20-54-01a203d8-9394-7bb3-a870-808befeeda5e.jsonl:-`],
    // Codex compresses without a checksum.
    '0.169.0-zst': [
      '2026-11-22T15-31-12-01a203e1-ff9e-73e1-9aef-6f9fe9591d3f',
      '2026-11-22T15-31-13-01a203e2-020d-7713-84eb-f49783551780',
      '2026-11-22T15-31-13-01a203e2-0479-7530-bbd5-200b427312c0',
      '2026-11-22T15-31-14-01a203e2-062c-7491-b0e4-9e5ad5fe7305',
    ].map((name) => `ZSTD-NO-CHECKSUM note ${day}/rollout-${name}.jsonl.zst:-`),
  };

  it.each(['0.20.0', '0.45.0', '0.98.0', '0.120.0', '0.169.0', '0.169.0-zst'])(
    'have these findings and no others: %s',
    async (home) => {
      expect(await findingsIn(join(corpus, home))).toEqual(expected[home] ?? []);
    },
  );
});
