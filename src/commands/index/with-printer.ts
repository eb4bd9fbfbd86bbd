import type { Io } from '../../base/io.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import type { Invocation } from '../command.ts';
import { printOptionsOf } from '../options.ts';

/** Prints in the form that the invocation asks for, and closes the printer. */
export async function withPrinter(
  invocation: Invocation,
  io: Io,
  print: (printer: Printer) => Promise<void>,
): Promise<void> {
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    await print(printer);
  } finally {
    await printer.close();
  }
}
