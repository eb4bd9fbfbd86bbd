import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../../src/runner/tools/patch/apply-patch.ts';
import { makeRoom } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';

/** Few different lines, so that the same ones often stand in several places. */
const anyLine = fc.constantFrom('a', 'b', '  c', '\td  ', '', 'é – “x”', '@@ x', '*** y', '-m', '+p', '{', '}');

interface Step {
  kind: ' ' | '-' | '+';
  text: string;
}

/** A file and what becomes of it, line by line. */
const script = fc.array(
  fc.record({ kind: fc.constantFrom<Step['kind'][]>(' ', ' ', ' ', ' ', '-', '+'), text: anyLine }),
  { minLength: 1, maxLength: 60 },
);

describe('random edits', () => {
  it.each(['\n', '\r\n'])('written as a patch give the edited file, with line end %j', async (end) => {
    const room = makeRoom();
    const path = join(room.cwd, 'f');
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (steps, withWholeContext) => {
        const side = (...kinds: string[]) =>
          steps.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text + end);
        const [before, after] = [side(' ', '-').join(''), side(' ', '+').join('')];
        const hunks = withWholeContext ? ['@@', ...steps.map(({ kind, text }) => kind + text)] : toHunks(steps);
        // An empty file has no line end that could be kept.
        if (hunks.length === 0 || (before === '' && end !== '\n')) return;
        writeFileSync(path, before);
        const text = ['*** Begin Patch', '*** Update File: f', ...hunks, '*** End Patch'].join('\n');
        const outcome = await call(applyPatch, contextOf(room), { input: text });
        expect(outcome).toMatchObject({ status: 'completed' });
        expect(readFileSync(path, 'utf8')).toBe(after);
      }),
      { numRuns: 400 },
    );
  });

  it('never throw and never half apply, whatever the patch says', async () => {
    const room = makeRoom();
    const path = join(room.cwd, 'f');
    const piece = fc.constantFrom(
      ...[
        '*** Begin Patch',
        '*** End Patch',
        '*** Add File: f',
        '*** Add File: g',
        '*** Delete File: f',
        '*** Update File: f',
      ],
      ...[
        '*** Update File: gone',
        '*** Move to: h',
        '*** End of File',
        '@@',
        '@@ a',
        ' a',
        '-a',
        '+b',
        ' b',
        '',
        ' ',
        '*** ',
        '\0',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        writeFileSync(path, 'a\nb\n');
        const text = ['*** Begin Patch', ...pieces, '*** End Patch'].join('\n');
        const outcome = await call(applyPatch, contextOf(room, { policy: 'never' }), text);
        if (outcome.status === 'failed') expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
        else expect(outcome.status).toBe('completed');
      }),
      { numRuns: 1500 },
    );
  });
});

/** One hunk for each run of changes, with all lines before it as context, so that its place is the only one. */
function toHunks(steps: Step[]): string[] {
  const hunks: string[] = [];
  let pending: string[] = [];
  let changed = false;
  for (const [index, { kind, text }] of steps.entries()) {
    if (kind === ' ' && changed) {
      hunks.push('@@', ...pending);
      pending = [];
      changed = false;
    }
    if (kind !== ' ') changed = true;
    pending.push(kind + text);
    if (changed && index === steps.length - 1) hunks.push('@@', ...pending);
  }
  return hunks.length > 0 && hasOldLines(hunks) ? hunks : [];
}

/** A hunk without old lines goes to the end of the file, which is not what the script says. */
function hasOldLines(hunks: string[]): boolean {
  return hunks
    .join('\n')
    .split(/^@@$/m)
    .slice(1)
    .every((hunk) => /^[ -]/m.test(hunk));
}
