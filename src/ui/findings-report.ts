import { oneLine } from '../base/safe-text.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Colours } from './colour.ts';

/** Findings as people read them: under the name of each file, one line a finding. */
export function createFindingsReport(colours: Colours): (finding: Finding) => string {
  let file: string | null | undefined;
  return (finding) => {
    const head =
      finding.file === file
        ? ''
        : `${file === undefined ? '' : '\n'}${colours.bold(oneLine(finding.file ?? 'standard input'))}\n`;
    file = finding.file;
    const severity = colourOf(colours, finding.severity)(finding.severity.padEnd(7));
    const line = (finding.line === null ? '-' : `line ${finding.line}`).padEnd(10);
    const pointer = finding.pointer ? colours.dim(` (${oneLine(finding.pointer)})`) : '';
    return `${head}  ${severity}  ${line}  ${colours.bold(finding.rule)}  ${oneLine(finding.message)}${pointer}\n`;
  };
}

/** `3 errors, 1 note`; empty when there is nothing to count. */
export function countFindings(counts: { [severity in Severity]: number }): string {
  const words: [Severity, string, string][] = [
    ['error', 'error', 'errors'],
    ['partial', 'not checked', 'not checked'],
    ['note', 'note', 'notes'],
  ];
  return words
    .filter(([severity]) => counts[severity] > 0)
    .map(([severity, one, many]) => `${counts[severity]} ${counts[severity] === 1 ? one : many}`)
    .join(', ');
}

function colourOf(colours: Colours, severity: Severity): (text: string) => string {
  if (severity === 'error') return colours.red;
  return severity === 'partial' ? colours.yellow : colours.cyan;
}
