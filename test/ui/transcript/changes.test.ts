import { describe, expect, it } from 'vitest';
import { call, item, lines, msg, result, rowsOf, shell, transcriptOf } from './events.ts';

const patch = `*** Begin Patch
*** Add File: added.txt
+first line
*** Update File: README.md
*** Move to: READ.md
@@
 # widget
-hello
+hello patched
*** Delete File: old.txt
*** End Patch`;

const diff = [
  '± apply_patch: 3 files +2 -1',
  '  A added.txt +1 -0',
  '╎ +first line',
  '  M README.md → READ.md +1 -1',
  '╎ @@',
  '╎  # widget',
  '╎ -hello',
  '╎ +hello patched',
  '  D old.txt +0 -0',
];

const changes = {
  '/w/added.txt': { type: 'add', content: 'first line\n' },
  '/w/README.md': {
    type: 'update',
    unified_diff: '@@ -1,2 +1,2 @@\n # widget\n-hello\n+hello patched\n',
    move_path: '/w/READ.md',
  },
  '/w/old.txt': { type: 'delete', content: 'gone\n' },
};
const change = (fields: object = {}) => item('file_change', { call_id: 'c1', changes, status: 'completed', ...fields });
const patchCall = item('tool_call', { call_id: 'c1', name: 'apply_patch', arguments_text: patch });

describe('a patch', () => {
  it('is a diff in each form of the call', () => {
    expect(rowsOf([patchCall])).toEqual(diff);
    expect(rowsOf([call('apply_patch', { input: patch })])).toEqual(diff);
    expect(rowsOf([call('shell', {}, { command: ['apply_patch', patch] })])).toEqual(["$ apply_patch '…'", ...diff]);
    expect(rowsOf([shell(`cd src && apply_patch <<'EOF'\n${patch}\nEOF\n`)])).toEqual([
      "$ cd src && apply_patch <<'EOF'",
      '  …',
      '  EOF',
      ...diff,
    ]);
  });

  it('hides nothing that a command does besides', () => {
    const text = transcriptOf([shell(`apply_patch <<'EOF'\n${patch}\nEOF\nrm -rf /`)]);
    expect(text).toContain('\n  rm -rf /\n');
    const inside = patch.replace('*** Delete File: old.txt', 'EOF\nrm -rf /');
    expect(transcriptOf([shell(`apply_patch <<'EOF'\n${inside}\nEOF`)])).toContain('╎  rm -rf /\n');
  });

  it('is shown as it stands when it is none', () => {
    expect(rowsOf([item('tool_call', { call_id: 'c1', name: 'apply_patch', arguments_text: 'what?' })])).toEqual([
      '→ apply_patch',
      '  what?',
    ]);
    expect(rowsOf([shell('apply_patch "*** Begin Patch"')])).toEqual(['$ apply_patch "*** Begin Patch"']);
    expect(rowsOf([shell('cat "*** Begin Patch\n*** Add File: a\n*** End Patch"')])).toHaveLength(3);
  });

  it('has long files cut, not their counts', () => {
    const long = `*** Begin Patch\n*** Add File: a\n${lines(100).replace(/^(?=.)/gm, '+')}*** End Patch`;
    const rows = rowsOf([item('tool_call', { call_id: 'c1', name: 'apply_patch', arguments_text: long })]);
    expect(rows.slice(0, 2)).toEqual(['± apply_patch: 1 file +100 -0', '  A a +100 -0']);
    expect(rows).toContain('┆ … 30 lines');
    expect(rows).toHaveLength(2 + 60 + 1 + 10);
  });

  it('that was applied has no output to be read', () => {
    const output = 'Success. Updated the following files:\nA added.txt\nM READ.md\nD old.txt\n';
    expect(rowsOf([patchCall, result(output, { exit_code: 0, duration_ms: 12 })])).toEqual([
      ...diff,
      '└ exit 0 · 12 ms',
    ]);
    expect(rowsOf([patchCall, result(`${output}and more`, { exit_code: 0 })])).toContain('│ and more');
  });

  it('that was not applied says so', () => {
    const events = [patchCall, result('verification failed', { status: 'failed' })];
    expect(rowsOf(events)).toEqual([...diff, '│ verification failed', '└ failed']);
  });
});

describe('a change of files', () => {
  const shown = [
    '± 3 files +2 -2 · completed',
    '  A /w/added.txt +1 -0',
    '╎ +first line',
    '  M /w/README.md → /w/READ.md +1 -1',
    '╎ @@ -1,2 +1,2 @@',
    '╎  # widget',
    '╎ -hello',
    '╎ +hello patched',
    '  D /w/old.txt +0 -1',
    '╎ -gone',
  ];

  it('is a diff with a heading for each file', () => {
    expect(rowsOf([change()])).toEqual(shown);
  });

  it('is in colour', async () => {
    const { default: picocolors } = await import('picocolors');
    const colours = picocolors.createColors(true);
    const text = transcriptOf([change()], { colours });
    expect(text).toContain(colours.green('+hello patched'));
    expect(text).toContain(colours.red('-hello'));
    expect(text).toContain(colours.cyan('@@ -1,2 +1,2 @@'));
  });

  it('is shown once, beside the call that asked for it', () => {
    const applied = result('Success. Updated the following files:\nA added.txt\n', { exit_code: 0 });
    expect(rowsOf([patchCall, change(), applied])).toEqual([...diff, '└ changes completed']);
    expect(rowsOf([change(), patchCall, applied])).toEqual([...shown, '± apply_patch: 3 files +2 -1']);
  });

  it('is shown again where it is not what the call asked for', () => {
    const other = change({ changes: { '/w/added.txt': { type: 'add', content: 'first line\nsecond line\n' } } });
    expect(transcriptOf([patchCall, other])).toContain('╎ +second line\n');
  });

  it('is not hidden by an earlier one under the same id', () => {
    const again = item('tool_call', {
      call_id: 'c1',
      name: 'apply_patch',
      arguments_text: patch.replace('first', 'other'),
    });
    expect(transcriptOf([patchCall, change(), again])).toContain('╎ +other line\n');
  });

  it('says that it was refused or failed, with the reason', () => {
    expect(rowsOf([patchCall, change({ status: 'declined' })]).at(-1)).toBe('└ changes declined');
    expect(rowsOf([patchCall, change({ status: 'failed', stderr: 'no such file' })]).slice(-2)).toEqual([
      '│ no such file',
      '└ changes failed',
    ]);
  });

  it('names its call when something stands between', () => {
    const rows = rowsOf([patchCall, msg('AgentMessage', { text: 'Patching.' }), change()]);
    expect(rows.slice(-2)).toEqual(['← apply_patch', '└ changes completed']);
  });

  it('takes names of files out of a diff that has them', () => {
    const named = { a: { type: 'update', unified_diff: '--- a\n+++ a\n@@ -1 +1 @@\n--- x\n+++ y\n' } };
    expect(rowsOf([change({ changes: named })]).slice(1)).toEqual([
      '  M a +1 -1',
      '╎ @@ -1 +1 @@',
      '╎ --- x',
      '╎ +++ y',
    ]);
  });

  it('is named by a kind that is not known yet', () => {
    expect(rowsOf([change({ changes: { a: { type: 'constructor' } } })])[1]).toBe('  constructor a +0 -0');
  });
});
