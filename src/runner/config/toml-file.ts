import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';
import type { Table } from './shape.ts';

/**
 * The table of a TOML file, or null when there is no such file. The file may be a symbolic link, as in a folder of dotfiles.
 *
 * @throws Failure `usage` with the line when it is not TOML or not UTF-8; `trouble` when it cannot be read
 */
export async function readTomlFile(file: string): Promise<Table | null> {
  const text = await readText(file);
  if (text === null) return null;
  const { parse, TomlError } = await import('smol-toml');
  try {
    return parse(text) as Table;
  } catch (error) {
    if (!(error instanceof TomlError)) throw new Failure('usage', 'not TOML', { file, cause: error });
    // The message goes on with the text of the file, and a key may be in it.
    const what = error.message.split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '');
    throw new Failure('usage', `column ${error.column}: not TOML: ${what}`, { file, line: error.line });
  }
}

const largest = 4 * 1024 * 1024;

async function readText(file: string): Promise<string | null> {
  let handle: FileHandle | undefined;
  try {
    // Never waits for somebody to write into a pipe.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Failure('usage', 'not a file', { file });
    if (stat.size > largest) throw new Failure('usage', `larger than ${largest} bytes`, { file });
    return new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof TypeError) throw new Failure('usage', 'not UTF-8', { file });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Failure('trouble', `cannot be read: ${systemReason(error) ?? String(error)}`, { file, cause: error });
  } finally {
    await handle?.close();
  }
}
