import { stat } from 'node:fs/promises';
import type { Finding } from '../../../model/finding.ts';
import type { Home } from '../../../store/home.ts';
import { wholeFile } from '../check.ts';
import { Findings } from '../findings.ts';

/**
 * PERMS: who else can read the sessions. Codex makes its files readable by all, so in a home that keeps others out nothing is
 * said, and in one that does not it is a single note; a strict check names every file and folder.
 */
export class PermissionCheck {
  readonly #strict: boolean;
  #files = 0;
  #readable = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Takes the permission bits of a file that was checked. */
  addFile(path: string, mode: number, threadId: string | null): Finding[] {
    this.#files++;
    if ((mode & OTHERS_READ) !== 0) this.#readable++;
    return this.#strict && (mode & OTHERS) !== 0
      ? complain(path, threadId, `other users have access to the file (mode ${octal(mode)})`)
      : [];
  }

  /** What is wrong with the folders of a home, once its files were checked. */
  async checkHome(home: Home): Promise<Finding[]> {
    const mode = await modeOf(home.path);
    if (mode === null) return [];
    if (!this.#strict) {
      if ((mode & OTHERS_ENTER) === 0 || this.#readable === 0) return [];
      const findings = new Findings(home.path, null);
      findings.report(
        'PERMS',
        wholeFile,
        `other users can enter the home (mode ${octal(mode)}) and read ${this.#readable} of its ${this.#files} rollouts`,
      );
      return findings.take();
    }
    const found: Finding[] = [];
    for (const folder of [home.path, home.sessions, home.archived]) {
      const bits = await modeOf(folder);
      if (bits !== null && (bits & OTHERS) !== 0)
        found.push(...complain(folder, null, `other users have access to the folder (mode ${octal(bits)})`));
    }
    return found;
  }
}

function complain(path: string, threadId: string | null, message: string): Finding[] {
  const findings = new Findings(path, threadId);
  findings.report('PERMS', wholeFile, message, { severity: 'error' });
  return findings.take();
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode;
  } catch {
    return null;
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

const OTHERS = 0o077;
const OTHERS_READ = 0o044;
const OTHERS_ENTER = 0o011;
