import type { VerifyResult } from '../../engine/seal/verify-result.ts';
import type { Printer } from '../../ui/printer.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { describeResult } from './summary.ts';

/** A reader that has seen enough does not change the verdict. */
export function createOutput(printer: Printer) {
  const whileRead = untilClosed();
  return {
    isForPeople: printer.mode === 'human',
    print: (result: VerifyResult, isGood: boolean) =>
      whileRead(() => {
        if (printer.mode === 'json') return printer.record(result);
        if (printer.mode === 'human') return printer.text(describeResult(result, printer.colours));
        return isGood ? undefined : printer.id(nameOf(result));
      }),
    close: () => whileRead(() => printer.close()),
  };
}

/** A session by its id; what has none, by its file, or by what it is. */
function nameOf({ thread_id, rollout_id, path, tx, subject }: VerifyResult): string {
  return thread_id ?? rollout_id ?? path ?? (tx === null ? subject : `${subject} ${tx}`);
}
