/** The candidates that a mistyped word may have meant, nearest first, at most three. */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceTo(word, candidate) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `did you mean a or b?`, or undefined. */
export function suggest(word: string, candidates: Iterable<string>, prefix = ''): string | undefined {
  const found = nearest(word, candidates).map((candidate) => prefix + candidate);
  return found.length === 0 ? undefined : `did you mean ${found.join(' or ')}?`;
}

/** A beginning counts as near; else the number of letters to add, drop, change or swap with their neighbour. */
function distanceTo(word: string, candidate: string): number {
  if (word.length > 1 && candidate.startsWith(word)) return 0.5;
  if (word.length > 64) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: candidate.length + 1 }, (_, column) => column);
  for (let row = 1; row <= word.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= candidate.length; column += 1) {
      const same = word[row - 1] === candidate[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = word[row - 1] === candidate[column - 2] && word[row - 2] === candidate[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[candidate.length]!;
}
