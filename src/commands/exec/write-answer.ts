import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';

/** Writes the file that the user asked for: a new one as his umask wants it, which is not that of this process. */
export async function writeAnswer(path: string, text: string, umask: number): Promise<void> {
  const isNew = !existsSync(path);
  await writeFile(path, text);
  if (isNew) await chmod(path, 0o666 & ~umask);
}
