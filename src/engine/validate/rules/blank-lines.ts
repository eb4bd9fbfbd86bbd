import { type CheckFactory, type FindingPlace, placeOf, wholeFile } from '../check.ts';

/** EMPTY, BLANK: lines that hold nothing. */
export const checkBlanks: CheckFactory = (file, report) => {
  let blanks = 0;
  let others = 0;
  let first: FindingPlace = wholeFile;
  return {
    line({ line, decoded }) {
      if (decoded.ok || decoded.fault !== 'BLANK') others++;
      else if (++blanks === 1) first = placeOf(line);
    },
    end() {
      if (others > 0) {
        if (blanks > 0)
          report(
            'BLANK',
            first,
            `${blanks === 1 ? 'a blank line' : `${blanks} blank lines, the first of them`} at line ${first.line}`,
          );
      } else if (!file.isCut()) {
        report('EMPTY', wholeFile, blanks > 0 ? 'the file holds only blank lines' : 'the file is empty');
      }
    },
  };
};
