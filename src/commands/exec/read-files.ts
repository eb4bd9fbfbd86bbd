import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Failure, toFailure } from '../../base/failure.ts';
import { imageKind } from '../../runner/tools/files/image-kind.ts';

/** The images that the model is to be shown, as it gets them. @throws Failure `usage` for what is no image */
export function readImages(files: readonly string[], cwd: string): Promise<{ path: string; url: string }[]> {
  return Promise.all(files.map((file) => readImage(resolve(cwd, file))));
}

/** @throws Failure `usage` for what is no JSON Schema */
export async function readSchema(file: string, cwd: string): Promise<unknown> {
  const path = resolve(cwd, file);
  const text = (await readBytes(path)).toString();
  try {
    const schema: unknown = JSON.parse(text);
    if (schema !== null && typeof schema === 'object' && !Array.isArray(schema)) return schema;
  } catch (error) {
    throw new Failure('usage', `not JSON: ${(error as Error).message}`, { file: path });
  }
  throw new Failure('usage', 'a JSON Schema is an object', { file: path });
}

/**
 * The path of a file that is written at the end of a run.
 *
 * @throws Failure `usage` when none can be written there, as far as can be told before
 */
export async function findTarget(file: string, cwd: string): Promise<string> {
  if (file === '-') throw new Failure('usage', '- is no file: the answer is written to standard output anyhow');
  const path = resolve(cwd, file);
  const [found, folder] = await Promise.all([path, dirname(path)].map((at) => stat(at).catch(() => null)));
  if (found?.isDirectory()) throw new Failure('usage', 'is a folder, not a file to write', { file: path });
  if (!folder?.isDirectory()) throw new Failure('usage', 'is in no folder that is there', { file: path });
  return path;
}

async function readImage(path: string): Promise<{ path: string; url: string }> {
  const bytes = await readBytes(path);
  const kind = imageKind(bytes);
  if (!kind) throw new Failure('usage', 'is no PNG, JPEG, GIF or WebP image', { file: path });
  return { path, url: `data:${kind};base64,${bytes.toString('base64')}` };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Failure('usage', 'is no file', { file: path });
    if (found.size > largest) throw new Failure('usage', `is larger than ${largest} bytes`, { file: path });
    return await readFile(path);
  } catch (error) {
    throw toFailure(error);
  }
}

const largest = 10 * 1024 * 1024;
