import type { Printer } from '../../ui/printer.ts';

/** How many there are, in the form that the printer is for. */
export async function printCount(count: number, printer: Printer): Promise<void> {
  await (printer.mode === 'json' ? printer.record({ schema: 'sessions.count/1', count }) : printer.text(`${count}\n`));
}
