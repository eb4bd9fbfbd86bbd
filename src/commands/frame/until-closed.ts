import { toFailure } from '../../base/failure.ts';

/** Writes for as long as somebody reads: who has seen enough does not change what is done, nor the verdict. */
export function untilClosed(): (write: () => Promise<void> | undefined) => Promise<void> {
  let isOpen = true;
  return async (write) => {
    if (!isOpen) return;
    try {
      await write();
    } catch (error) {
      if (toFailure(error).kind !== 'closed-pipe') throw error;
      isOpen = false;
    }
  };
}
