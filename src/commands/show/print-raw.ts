import type { EventFilter } from '../../engine/event-filter.ts';
import type { Report } from '../../engine/problem.ts';
import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { Printer } from '../../ui/printer.ts';

/** Copies the bytes of each session's file, or the lines that the filter wants. */
export function printRaw(
  sessions: SessionResolver,
  filter: EventFilter,
  printer: Printer,
  report: Report,
  signal: AbortSignal,
): (target: Target) => Promise<void> {
  return async (target) => {
    const { rawFile } = await import('../../engine/open-target.ts');
    const { readRaw } = await import('../../engine/raw.ts');
    let writing: Promise<void> = Promise.resolve();
    for await (const chunk of readRaw(await rawFile(sessions, target), filter, report)) {
      // The next chunk is made while this one is written.
      await writing;
      signal.throwIfAborted();
      writing = printer.bytes(chunk);
      writing.catch(() => {});
    }
    await writing;
  };
}
