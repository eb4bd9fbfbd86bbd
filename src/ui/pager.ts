import { Failure } from '../base/failure.ts';
import type { Io, Output, PagerProcess } from '../base/io.ts';

/** Where text for people goes; the pager starts with the first of it. */
export interface PagedOutput extends Pick<Output, 'write'> {
  /** Resolves when the reader has left the pager. */
  close(): Promise<void>;
}

/**
 * Output through `$PAGER`, else `less`; undefined where the user wants none (`PAGER=` or `PAGER=cat`). A pager that
 * cannot be started, or that fails, costs nothing: what it was given is written to the terminal.
 */
export function openPager(io: Io): PagedOutput | undefined {
  const command = io.env.PAGER ?? 'less';
  if (command.trim() === '' || command.trim() === 'cat' || io.env.TERM === 'dumb') return undefined;
  let pager: PagerProcess | undefined;
  let failed = false;
  let given: string[] | undefined = [];
  let size = 0;

  /** True when the pager had failed and its text has been written instead. */
  async function recover(process: PagerProcess): Promise<boolean> {
    const code = await process.end();
    if (code === 0) return false;
    failed = true;
    if (!given) throw new Failure('trouble', `the pager '${command}' ended with ${code}`, { hint: 'try --no-pager' });
    await io.stdout.write(given.join(''));
    return true;
  }

  return {
    async write(chunk) {
      if (failed) return io.stdout.write(chunk);
      pager ??= await io.startPager(command, io.env.LESS === undefined ? { LESS: lessOptions } : {});
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      size += text.length;
      if (size > rememberedLength) given = undefined;
      given?.push(text);
      try {
        await pager.write(text);
      } catch (error) {
        if (!(await recover(pager))) throw error;
      }
    },
    async close() {
      if (pager && !failed) await recover(pager);
    },
  };
}

/** Leave at once when it fits on the screen, let colours through, leave the text on the screen. */
const lessOptions = 'FRX';

/** A pager that has taken this much is at work: what breaks later is not that it could not start. */
const rememberedLength = 1 << 20;
