/** The value of a match: its first group that is named `secret`, with or without a digit; the whole where there is none. */
export function readSecretOf({ 0: whole, groups }: RegExpExecArray): string {
  if (!groups) return whole;
  return groups.secret ?? groups.secret2 ?? groups.secret3 ?? whole;
}
