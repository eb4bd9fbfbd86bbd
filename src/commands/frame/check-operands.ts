import { Failure } from '../../base/failure.ts';
import type { CommandSpec } from '../command.ts';

/** Refuses too few or too many operands, and empty ones, which are nearly always an unset variable of a script. */
export function checkOperands(operands: readonly string[], { name, operands: specs, synopsis }: CommandSpec): void {
  const hint = `sessions ${name} ${synopsis[0] ?? ''}`.trimEnd();
  const least = specs.reduce((sum, { min }) => sum + min, 0);
  const most = specs.reduce((sum, { max }) => sum + max, 0);
  if (operands.length < least) {
    throw new Failure('usage', `${specs[operands.length]?.name ?? 'an argument'} is missing`, { hint });
  }
  if (operands.length > most) throw new Failure('usage', `'${operands[most]}' is one argument too many`, { hint });
  if (operands.includes('')) throw new Failure('usage', 'an argument is empty', { hint });
}
