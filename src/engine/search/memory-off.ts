import { codexDatabaseStamp, readCodexMemoryOff } from '../../index/codex-db.ts';
import type { Settings } from '../../index/settings.ts';
import type { TextTable } from '../../index/text-table.ts';

/**
 * Threads whose memory is switched off in Codex's own database, remembered until that file changes.
 *
 * @throws MemoryModesUnknown when there is a database that cannot be read
 */
export async function readMemoryOff(home: string, settings: Settings): Promise<Set<string>> {
  try {
    const stamp = codexDatabaseStamp(home);
    const remembered = settings.get(SETTING) as { stamp: string; ids: string[] } | undefined;
    if (remembered?.stamp === stamp) return new Set(remembered.ids);
    const ids = await readCodexMemoryOff(home);
    settings.set(SETTING, { stamp, ids: [...ids] });
    return ids;
  } catch (error) {
    throw new MemoryModesUnknown((error as Error).message);
  }
}

/** It is not known which sessions must stay out of the index. */
export class MemoryModesUnknown extends Error {
  constructor(reason: string) {
    super(`memory modes in Codex's own database cannot be read: ${reason}`);
  }
}

/**
 * Takes out the texts of every thread whose memory is switched off, be it in Codex's database or in one of its files, and
 * lets those be read anew whose memory is on again.
 */
export function applyMemoryOff(table: TextTable, offInCodex: ReadonlySet<string>): void {
  const off = new Set([...offInCodex, ...table.memoryOff()]);
  for (const file of table.filesOf(off)) if (file.status !== 'withheld') table.withhold(file);
  for (const file of table.apart()) {
    if (file.status === 'withheld' && !off.has(file.thread_id)) table.remove(file);
  }
}

const SETTING = 'codex memory off';
