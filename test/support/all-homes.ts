import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const corpus = process.env.SESSIONS_CORPUS;
const fixtures = join(import.meta.dirname, '../../fixtures/homes');

/** Homes of our own, and those that the real Codex wrote where they are at hand; to be copied before anything is run on them. */
export const allHomes = [fixtures, ...(corpus ? [corpus] : [])].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'sessions'))),
);
