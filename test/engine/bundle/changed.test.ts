import { appendFileSync, copyFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type CheckedFiles, checkBag } from '../../../src/engine/bundle/check/check-bag.ts';
import { checkSignature } from '../../../src/engine/bundle/check/check-signature.ts';
import { readCustody } from '../../../src/engine/bundle/custody.ts';
import { BundleView } from '../../../src/engine/bundle/view.ts';
import { SignatureCheck } from '../../../src/engine/seal/signature-check.ts';
import { idOf, makeFolder } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';
import { SealedHome, sessionLines } from '../../support/sealed-home.ts';

async function checkedBundle() {
  const sealed = new SealedHome();
  sealed.home.rollout(idOf(1), sessionLines(idOf(1), 2));
  await sealed.runSeal();
  const folder = join(makeFolder(), 'bundle');
  const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', folder, idOf(1)];
  expect((await runHere(command, { env: sealed.env })).code).toBe(0);
  const { value, done } = await checkBag(folder, { signal: new AbortController().signal }).next();
  expect(done).toBe(true);
  return { folder, files: value as CheckedFiles };
}

it('what a bundle says is read as it was when it was checked, or not at all', async () => {
  const bundle = await checkedBundle();
  const at = (name: string) => join(bundle.folder, name);
  const check = new SignatureCheck(null, { env: process.env });
  const steps: [string, () => unknown][] = [
    ['tagmanifest-sha256.txt', () => checkSignature(bundle, check, true)],
    ['custody.json', async () => readCustody(bundle)],
    ['seal-log.jsonl', async () => BundleView.open(bundle, [], new Map()).remove()],
  ];
  for (const [name, read] of steps) {
    await read();
    copyFileSync(at(name), at(`${name}.kept`));
    appendFileSync(at(name), ' ');
    await expect(Promise.resolve().then(read), name).rejects.toThrow('was changed while it was read');
    rmSync(at(name));
    symlinkSync(`${name}.kept`, at(name));
    await expect(Promise.resolve().then(read), name).rejects.toThrow();
    renameSync(at(`${name}.kept`), at(name));
    await read();
  }
});
