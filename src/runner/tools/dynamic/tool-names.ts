import { builtinTools } from '../builtin.ts';

/** Why a tool of a caller cannot have a name, in words that follow it; null when it can. */
export function problemOfName(name: string): string | null {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return 'must be 1 to 64 letters, digits, _ and -';
  return builtinTools.some(({ spec }) => spec.name === name) ? 'is that of a built-in tool' : null;
}
