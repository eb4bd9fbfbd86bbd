import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import { type Catalog, loadCatalog } from '../../../src/engine/catalog.ts';
import { validateHome } from '../../../src/engine/validate/validate.ts';
import { homeAt } from '../../../src/store/home.ts';

const example = fileURLToPath(new URL('../../../fixtures/homes/bare-0.20', import.meta.url));
const rollout = 'sessions/2025/08/07/rollout-2025-08-07T09-12-44-5b1f0c52-8f5e-4c3a-9d1e-0a6f5e3b7c21.jsonl';

let home: string;
let catalog: Catalog;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'sessions-moving-'));
  cpSync(example, home, { recursive: true });
  writeFileSync(join(home, rollout), `${readFileSync(join(home, rollout))}garbage\n`);
  catalog = await loadCatalog(homeAt(home));
});
afterEach(() => rmSync(home, { recursive: true }));

async function findings(): Promise<string[]> {
  const found: string[] = [];
  const options = { now: Date.now(), signal: new AbortController().signal, strictPermissions: false };
  for await (const { rule, file } of validateHome(catalog, options))
    if (rule !== 'PERMS') found.push(`${rule} ${file?.slice(home.length + 1)}`);
  return found;
}

describe('a home that changes while it is checked', () => {
  it('has its sessions checked in the form that they have then', async () => {
    expect(await findings()).toEqual([`BAD-JSON ${rollout}`]);
    writeFileSync(join(home, `${rollout}.zst`), compress(readFileSync(join(home, rollout)), { checksumFlag: true }));
    rmSync(join(home, rollout));
    expect(await findings()).toEqual([`BAD-JSON ${rollout}.zst`]);
  });

  it('is not called sound for a session that has gone', async () => {
    rmSync(join(home, rollout));
    expect(await findings()).toEqual([`UNREADABLE ${rollout}`]);
  });
});
