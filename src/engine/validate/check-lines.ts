import type { Finding } from '../../model/finding.ts';
import { type Content, readLineBlocks } from '../read-records.ts';
import { type Check, type CheckFactory, type FileFacts, type FindingPlace, placeOf, wholeFile } from './check.ts';
import type { Findings } from './findings.ts';
import { checkBlanks } from './rules/blank-lines.ts';
import { checkDamage } from './rules/damaged-line.ts';
import { checkDialect } from './rules/dialect.ts';
import { checkIdentity } from './rules/identity.ts';
import { checkOrdinals } from './rules/ordinals.ts';
import { checkSchema } from './rules/schema.ts';
import { checkTextForm } from './rules/text-form.ts';
import { checkTimes } from './rules/times.ts';
import { checkToolCalls } from './rules/tool-calls.ts';
import { checkTurns } from './rules/turns.ts';
import { isUtf16 } from './utf16.ts';

/**
 * Shows every line of a file to every check, in one pass. Findings are handed on as soon as a line has some, so that a file of
 * nothing but bad lines takes no more memory than a good one.
 *
 * @param onBlock told after each block how many bytes of content were checked
 * @returns where the session_meta stands; null when there is none
 */
export async function* checkLines(
  rollout: Content,
  facts: FileFacts,
  findings: Findings,
  onBlock: (bytes: number) => void,
): AsyncGenerator<Finding, FindingPlace | null> {
  const checks = factories.map((create) => create(facts, findings.report));
  const lineChecks = checks.filter((check): check is Check & Required<Pick<Check, 'line'>> => check.line !== undefined);
  const recordChecks = checks.filter(
    (check): check is Check & Required<Pick<Check, 'record'>> => check.record !== undefined,
  );
  let metaPlace: FindingPlace | null = null;
  let bytes = 0;

  for await (const lines of readLineBlocks(rollout, { findDuplicates: true })) {
    for (const decodedLine of lines) {
      const { line, decoded, record } = decodedLine;
      if (line.number === 1 && isUtf16(line)) {
        findings.report('NOT-UTF8', wholeFile, 'the file is UTF-16; a rollout is UTF-8');
        yield* findings.take();
        return null;
      }
      for (const check of lineChecks) check.line(decodedLine);
      if (record && decoded.ok) {
        if (metaPlace === null && record.type === 'session_meta') metaPlace = placeOf(line);
        for (const check of recordChecks) check.record(record, line, decoded);
      }
      if (!findings.isEmpty) yield* findings.take();
      bytes = line.offset + line.length;
    }
    onBlock(bytes);
  }
  for (const check of checks) check.end?.();
  yield* findings.take();
  return metaPlace;
}

/** In the order in which what they find on one line is said. */
const factories: CheckFactory[] = [
  checkBlanks,
  checkDamage,
  checkTextForm,
  checkDialect,
  checkSchema,
  checkIdentity,
  checkOrdinals,
  checkToolCalls,
  checkTurns,
  checkTimes,
];
