import type { SecretLintRuleCreator, SecretLintSourceCode } from '@secretlint/types';
import { hasNoMask } from './mark-mask.ts';
import { isMadeUp } from './rules/placeholder.ts';
import { providerRules, secretlintAnchors } from './rules/provider-rules.ts';
import type { Match } from './rules/rule.ts';

/** The rules that secretlint maintains, run over one text. */
export interface LintRules {
  anchors: readonly string[];
  /** Whether this may begin what one of the rules finds. */
  isAnchor(text: string): boolean;
  scan(text: string): Match[];
}

/**
 * Loads secretlint's recommended rules. They are run by themselves: its core would take a tenth of a millisecond for each
 * text, and answers later. The rule by which a comment in a text switches the others off is left out: what is searched is
 * not the work of whoever asks.
 */
export async function loadLintRules(): Promise<LintRules> {
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend');
  const scanners = (rules as SecretLintRuleCreator[]).filter(({ meta }) => !meta.id.endsWith('filter-comments'));
  const anchors = new Set(secretlintAnchors);
  const known = new Set([...secretlintAnchors, ...providerRules.flatMap((rule) => rule.anchors), ...otherAnchors]);
  return {
    anchors: [...anchors],
    isAnchor: (text) => known.has(text),
    scan: (text) => scanAll(scanners, text).filter(hasNoMask),
  };
}

/** Anchors of our other rules that begin what secretlint finds. */
const otherAnchors = ['-----BEGIN', '://', 'secret', 'Secret', 'SECRET'];

function scanAll(scanners: readonly SecretLintRuleCreator[], text: string): Match[] {
  // Secretlint takes off a byte order mark, and then counts without it.
  if (text.startsWith('\ufeff')) return scanAll(scanners, text.slice(1)).map((match) => moved(match, 1));
  const found: Match[] = [];
  const source = {
    content: text,
    filePath: 'text',
    ext: '.txt',
    contentType: 'text',
  } as unknown as SecretLintSourceCode;
  for (const { meta, create } of scanners) {
    const rule = meta.id.replace('@secretlint/secretlint-rule-', 'secretlint-');
    const context = {
      sharedOptions: {},
      createTranslator: () => (messageId: string, data: unknown) => ({ message: messageId, messageId, data }),
      ignore: () => {},
      report: ({ range, message }: { range: readonly number[]; message: { data?: unknown } }) => {
        const match = toMatch(text, rule, range as [number, number], message.data);
        if (match) found.push(match);
      },
    };
    create(context as never, {} as never).file?.(source);
  }
  return found;
}

/** A range may be that of the value, but moved: what was found stands in the data of the message. */
function toMatch(text: string, rule: string, [from, to]: [number, number], data: unknown): Match | null {
  const texts = Object.values(data ?? {}).filter((value) => typeof value === 'string' && value.length >= SHORTEST);
  const value = (texts as string[]).sort((a, b) => b.length - a.length).find((one) => text.indexOf(one, from) >= 0);
  const start = value === undefined ? from : text.indexOf(value, from);
  const end = value === undefined ? to : start + value.length;
  if (end - start < LONGEST_PLACEHOLDER && isMadeUp(text.slice(start, end))) return null;
  return end > start ? { start, end, rule, severity: 'high', value: text.slice(start, end) } : null;
}

function moved(match: Match, by: number): Match {
  return { ...match, start: match.start + by, end: match.end + by };
}

const SHORTEST = 8;
const LONGEST_PLACEHOLDER = 200;
