import type { Report } from '../problem.ts';

/** Tells of a folder that was replaced by an export, and stays beside it. */
export function noteLeft(report: Report): (folder: string) => void {
  const message = 'is what was replaced, and stays: it holds what no export has made; look at it and remove it';
  return (file) => report({ rule: 'LEFT', weight: 'note', file, line: null, offset: null, message });
}
