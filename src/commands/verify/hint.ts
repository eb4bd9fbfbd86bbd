import { signersLine } from '../../engine/seal/allowed-signers.ts';

/**
 * What to do where a key is unknown. The key is not shown in it: whose it is, no seal can tell.
 *
 * @param list the one that was asked; null where there is none
 */
export function hintForUnknownKey(list: string | null): string {
  const what = list === null ? 'there is no list of who may sign' : `the list is ${list}`;
  const how = `echo '${signersLine('\'"$(cat KEY.pub)"\'')}' >> ~/.ssh/allowed_signers`;
  return `sessions: ${what}; if you know the key for your own, allow it: ${how}\n`;
}
