import { defaultLimits } from '../../../format/limits.ts';
import { LineFramer } from '../../../format/line-framer.ts';
import type { Report } from '../../problem.ts';
import { tooLong } from '../../redact/redacted-line.ts';
import type { Redactor } from '../../redact/redactor.ts';
import { LeafCutter } from '../../seal/leaf-cutter.ts';
import { stubOf } from '../redactions.ts';
import type { RedactionWriter } from './redaction-writer.ts';

export interface Redacting {
  redactor: Redactor;
  writer: RedactionWriter;
  report: Report;
}

/**
 * The lines of a rollout without secrets. Of each one that is changed, the hash that it had as a leaf of a seal is noted: it is
 * all that shows what stood there. A line that is too long to be looked through goes whole: nothing leaves unseen.
 *
 * @param file name of the rollout in the bundle
 */
export async function* redactedLines(
  blocks: AsyncIterable<Buffer>,
  file: string,
  { redactor, writer, report }: Redacting,
): AsyncGenerator<Uint8Array> {
  const framer = new LineFramer(defaultLimits.lineBytes);
  const cutter = new LeafCutter();
  async function* clean(lines: ReturnType<LineFramer['push']>, leaves: readonly Buffer[]): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const framed of lines) {
      const { bytes, start, end, number, terminated, whole } = framed;
      // What no LF ends is under no seal, and is no leaf.
      const leaf = leaves[at++] ?? NO_LEAF;
      const line = bytes.subarray(start, end);
      let written: Uint8Array = line;
      if (whole) written = redactor.line(line);
      else {
        report(tooLong(framed, file));
        written = Buffer.from(stubOf(leaf, TOO_LONG));
      }
      if (written !== line && terminated) {
        const rules = whole ? rulesIn(written) : [TOO_LONG];
        await writer.add({ file, line: number, leaf: leaf.toString('base64'), rules });
      }
      yield terminated ? Buffer.concat([written, LF]) : written;
    }
  }
  for await (const block of blocks) yield* clean(framer.push(block), [...cutter.push(block)]);
  yield* clean(framer.end(), []);
}

/** Of marks. What only the provider can read goes without one. */
function rulesIn(line: Uint8Array): string[] {
  const marks = Buffer.from(line)
    .toString('latin1')
    .matchAll(/\[redacted:([A-Za-z0-9_.-]{1,64}):/g);
  const rules = [...new Set([...marks].map(([, rule]) => rule as string))].sort().slice(0, MOST_RULES);
  return rules.length === 0 ? ['opaque'] : rules;
}

const TOO_LONG = 'LINE-TOO-LONG';
const NO_LEAF = Buffer.alloc(0);
const LF = Buffer.from('\n');
const MOST_RULES = 50;
