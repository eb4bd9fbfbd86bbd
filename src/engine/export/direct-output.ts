import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { trouble, writeWhole } from '../../store/writer/file-steps.ts';

/** Whether it is a device, a pipe, or a descriptor of ours: what has no name to be given when it is whole. */
export async function isDirect(path: string): Promise<boolean> {
  if (descriptor.test(path)) return true;
  const there = await stat(path).catch(() => null);
  return there !== null && (there.isCharacterDevice() || there.isFIFO());
}

/** Opens it to be written to as it comes: nothing of it can be taken back. @throws Failure `trouble` */
export async function openDirect(path: string): Promise<DirectOutput> {
  const attempt = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw trouble(path, 'cannot be written', error);
    }
  };
  const handle: FileHandle = await attempt(() => open(path, constants.O_WRONLY | constants.O_APPEND));
  let isOpen = true;
  const close = async () => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    partial: null,
    write: (chunk) => attempt(() => writeWhole(handle, typeof chunk === 'string' ? Buffer.from(chunk) : chunk)),
    complete: async () => {},
    finish: close,
    leavePartial: close,
    abandon: close,
  };
}

export interface DirectOutput {
  /** What was written is where it should be. */
  partial: null;
  write(chunk: Uint8Array | string): Promise<void>;
  complete(): Promise<void>;
  finish(): Promise<void>;
  leavePartial(): Promise<void>;
  abandon(): Promise<void>;
}

const descriptor = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/self\/fd\/\d+)$/;
