import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import { Failure, toFailure } from '../../base/failure.ts';
import { requiredLiteral } from '../search/required-bytes.ts';
import type { Match, Severity } from './rules/rule.ts';

/** Rules of the user's. Schema: `schemas/redaction-rules.schema.json`. */
export interface OwnRules {
  ids: string[];
  severities: ReadonlyMap<string, Severity>;
  /** How many characters of what a rule finds stay. */
  kept: ReadonlyMap<string, number>;
  /** Values that are no secrets. */
  ignored: string[];
  /** Finds what the rules that are asked for find. */
  scan(text: string, isChosen: (rule: { id: string; severity: Severity }) => boolean): Match[];
}

interface OwnRule {
  id: string;
  pattern: string;
  flags?: string;
  severity?: Severity;
  keep?: number;
}

/**
 * Reads a file of rules, JSON or YAML.
 *
 * @throws Failure `usage` for a file that does not fit the schema, or a pattern that is none
 */
export async function readOwnRules(path: string): Promise<OwnRules> {
  const given = await parse(path);
  const { validateRedactionRules } = await import('../../format/schemas.ts');
  const verdict = validateRedactionRules(given);
  if (!verdict.ok) {
    const [fault] = verdict.errors;
    throw new Failure('usage', `the rules do not fit: ${fault?.pointer || 'the file'} ${fault?.message}`, {
      file: path,
    });
  }
  const { rules, ignore = [] } = given as { rules: OwnRule[]; ignore?: string[] };
  const compiled = rules.map((rule) => compile(rule, path));
  const severityOf = (rule: OwnRule) => rule.severity ?? 'high';
  return {
    ids: rules.map(({ id }) => id),
    severities: new Map(rules.map((rule) => [rule.id, severityOf(rule)])),
    kept: new Map(rules.map(({ id, keep = 0 }) => [id, keep])),
    ignored: ignore,
    scan: (text, isChosen) => {
      const found: Match[] = [];
      for (const { rule, literal, expression } of compiled) {
        const severity = severityOf(rule);
        if (literal !== null && !text.includes(literal)) continue;
        if (!isChosen({ id: rule.id, severity })) continue;
        for (const [start, end] of search(expression, text, rule.id)) {
          found.push({ start, end, rule: rule.id, severity, value: text.slice(start, end) });
        }
      }
      return found;
    },
  };
}

async function parse(path: string): Promise<unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('usage', toFailure(error).message, { file: path, cause: error });
  }
  try {
    if (!/\.ya?ml$/i.test(path)) return JSON.parse(text);
    const { parse: parseYaml } = await import('yaml');
    return parseYaml(text);
  } catch (error) {
    throw new Failure('usage', `the rules cannot be read: ${(error as Error).message}`, { file: path, cause: error });
  }
}

function compile(rule: OwnRule, file: string) {
  try {
    const expression = new RegExp(rule.pattern, `dg${rule.flags ?? ''}`);
    const ignoresCase = rule.flags?.includes('i') ?? false;
    return { rule, expression, literal: ignoresCase ? null : requiredLiteral(rule.pattern) };
  } catch (error) {
    throw new Failure('usage', `rule '${rule.id}': ${(error as Error).message}`, { file, cause: error });
  }
}

/**
 * Where the pattern stands: its group `secret` where it has one. A pattern can take longer than anybody waits, on one text of
 * many, so it is run where it can be stopped.
 */
function search(expression: RegExp, text: string, id: string): [number, number][] {
  Object.assign(sandbox, { expression, text });
  try {
    return JSON.parse(finder.runInContext(context, { timeout: BUDGET_MS }) as string) as [number, number][];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const message = `REGEX-TIMEOUT: rule '${id}' takes longer than a second on a text of ${text.length} characters`;
    throw new Failure('trouble', message, { hint: 'make the pattern simpler: nested repetitions take long' });
  }
}

const sandbox = { expression: /(?:)/g, text: '' };
const context = createContext(sandbox);
const finder = new Script(`(() => {
  const found = [];
  expression.lastIndex = 0;
  for (let hit = expression.exec(text); hit; hit = expression.exec(text)) {
    const range = hit.indices.groups?.secret ?? hit.indices[0];
    if (range[1] > range[0]) found.push(range);
    else expression.lastIndex++;
  }
  return JSON.stringify(found);
})()`);
const BUDGET_MS = 1000;
