import { hasBom } from '../../../format/decode-line.ts';
import { type CheckFactory, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';

/** BOM, NO-EOL, DUP-KEY: oddities of the text of lines that can be decoded. */
export const checkTextForm: CheckFactory = (file, report) => ({
  line({ line, decoded }) {
    if (line.number === 1 && hasBom(line.bytes, line.start, line.end)) {
      report('BOM', placeOf(line), 'the file begins with a byte order mark; Codex refuses to resume such a session');
    }
    if (!decoded.ok) return;
    if (!line.terminated && !file.isCut()) report('NO-EOL', placeOf(line), 'no line feed ends the last record');
    const repeated = decoded.scan.duplicateKey;
    if (repeated) {
      const place = { line: line.number, offset: line.offset + repeated.offset - line.start };
      report('DUP-KEY', place, `the key ${JSON.stringify(shorten(repeated.key))} stands twice in one object`);
    }
  },
});
