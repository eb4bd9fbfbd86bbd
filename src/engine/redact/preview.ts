import { builtinRules } from './rule-set.ts';

const beginnings = new Map<string, string[]>();
for (const { id, anchors, back } of builtinRules) {
  // Only what every value of the kind begins with: `ghp_`, never a part of the secret.
  const fixed =
    back === undefined
      ? anchors.filter((anchor) => /^[\w-]{3,}[-_.]$|^(?:AKIA|ASIA|AIza|eyJ|-----BEGIN)$/.test(anchor))
      : [];
  beginnings.set(id, [...(beginnings.get(id) ?? []), ...fixed]);
}

/** The beginning of a secret that all of its kind have, at most four characters of it, and `…`. */
export function preview(rule: string, value: string): string {
  const beginning = beginnings.get(rule)?.find((text) => value.startsWith(text)) ?? '';
  return `${beginning.slice(0, 4)}…`;
}
