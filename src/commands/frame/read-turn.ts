import { Failure } from '../../base/failure.ts';

/** What an option such as `--at` says. @throws Failure `usage` for what is no number of a turn */
export function readTurn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Failure('usage', `'${text}' is no turn`, { hint: 'turns are numbered from 1 on' });
}
