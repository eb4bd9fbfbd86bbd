import { describe, expect, it } from 'vitest';
import { call, item, lines, meta, msg, result, rowsOf, shell, transcriptOf } from './events.ts';

describe('a command', () => {
  it.each([
    [['bash', '-lc', 'ls | wc -l'], '$ ls | wc -l'],
    [['/bin/zsh', '-c', 'ls'], '$ ls'],
    [['powershell.exe', '-NoProfile', '-Command', 'Get-Item .'], '$ Get-Item .'],
    [['cmd', '/c', 'dir'], '$ dir'],
    [['git', 'commit', '-m', "it's done"], "$ git commit -m 'it'\\''s done'"],
    [['printf', ''], "$ printf ''"],
    [['bash', '-lc', 'ls', 'argv0'], '$ bash -lc ls argv0'],
    [['/tmp/evil/bash', '-lc', 'ls'], '$ /tmp/evil/bash -lc ls'],
  ])('%j is shown as %s', (command, expected) => {
    expect(rowsOf([call('shell', {}, { command })])).toEqual([expected]);
  });

  it('stands over its output, exit code and duration', () => {
    const events = [shell('make'), result('boom\n', { exit_code: 3, duration_ms: 1_900, status: 'failed' })];
    expect(rowsOf(events)).toEqual(['$ make', '│ boom', '└ exit 3 · 1.9 s']);
  });

  it('may take several lines', () => {
    expect(rowsOf([shell('for i in 1 2\ndo echo $i\ndone')])).toEqual(['$ for i in 1 2', '  do echo $i', '  done']);
  });

  it("says where it runs, when that is not the session's folder, and that it leaves the sandbox", () => {
    const head = meta({ id: 'x', cwd: '/work' });
    const inside = shell('ls', {}, { workdir: '/work' });
    const outside = shell('ls', {}, { workdir: '/etc', with_escalated_permissions: true, justification: 'to see' });
    expect(rowsOf([head, inside]).slice(-1)).toEqual(['$ ls']);
    expect(rowsOf([head, outside]).slice(-3)).toEqual(['$ ls', '· in /etc', '· outside the sandbox: to see']);
  });
});

describe('an output', () => {
  it('is cut to its first and last lines', () => {
    const rows = rowsOf([shell('seq'), result(lines(129))]);
    expect(rows).toHaveLength(1 + 12 + 1 + 4);
    expect(rows[12]).toBe('│ line 12');
    expect(rows[13]).toBe('┆ … 113 lines');
    expect(rows[14]).toBe('│ line 126');
    expect(rows.at(-1)).toBe('│ line 129');
  });

  it('is not cut to save a single line, nor when all is asked for', () => {
    expect(rowsOf([shell('seq'), result(lines(17))])).toHaveLength(1 + 17);
    expect(rowsOf([shell('seq'), result(lines(129))], { showAll: true })).toHaveLength(1 + 129);
  });

  it('has its long lines cut between characters', () => {
    const text = transcriptOf([shell('x'), result(`${'a'.repeat(999)}😀${'b'.repeat(5000)}`)], { columns: Infinity });
    expect(text).toContain(`│ ${'a'.repeat(999)} … 5 002 more characters\n`);
  });

  it.each([
    [
      'Chunk ID: 91a1d6\nWall time: 0.0513 seconds\nProcess exited with code 3\nOriginal token count: 2\nOutput:\nboom\n',
      3,
    ],
    ['Exit code: 3\nWall time: 0 seconds\nTotal output lines: 1\nOutput:\nboom\n', 3],
    ['Wall time: 0.1 seconds\nOutput:\nboom\n', undefined],
  ])('is shown without the header %j', (output, exit_code) => {
    const shown = rowsOf([shell('x'), result(output, exit_code === undefined ? {} : { exit_code })]);
    expect(shown.slice(0, 2)).toEqual(['$ x', '│ boom']);
  });

  it.each([
    ['Output:\nboom', undefined],
    ['Exit code: 0\nOutput:\nboom', 3],
    ['Exit code: 0\nOutput:\nboom', undefined],
    ['text\nExit code: 0\nOutput:\nboom', 0],
  ])('keeps what only looks like a header: %j', (output, exit_code) => {
    const shown = transcriptOf([shell('x'), result(output, exit_code === undefined ? {} : { exit_code })]);
    for (const line of output.split('\n')) expect(shown).toContain(`│ ${line}\n`);
  });

  it('says that the command still runs', () => {
    const output = 'Chunk ID: 1\nWall time: 1.0 seconds\nProcess running with session ID 7\nOutput:\n';
    expect(rowsOf([shell('x'), result(output, { duration_ms: 1000 })]).at(-1)).toBe(
      '└ completed · 1.0 s · still running, session 7',
    );
  });

  it('says which parts are no text', () => {
    const parts = [
      { type: 'input_text', text: 'a' },
      { type: 'input_image', image_url: 'data:,' },
    ];
    expect(rowsOf([shell('x'), result('a', { parts })]).slice(1)).toEqual(['│ a', '│ [1 part without text]']);
  });
});

describe('an outcome', () => {
  it.each([
    [{ status: 'declined' }, '└ declined'],
    [{ status: 'aborted', duration_ms: 2400 }, '└ aborted · 2.4 s'],
    [{ status: 'failed' }, '└ failed'],
    [{ status: 'failed', exit_code: 0 }, '└ exit 0 · failed'],
    [{ status: 'completed' }, '└ completed'],
    [{ status: 'completed', exit_code: 0, duration_ms: 0 }, '└ exit 0'],
    [{ status: 'failed', exit_code: 127, duration_ms: 125_000 }, '└ exit 127 · 2 min 5 s'],
    [{ status: 'completed', exit_code: 0, duration_ms: 3_780_000 }, '└ exit 0 · 1 h 3 min'],
    [{ status: 'completed', exit_code: 0, duration_ms: 59_990 }, '└ exit 0 · 1 min 0 s'],
  ])('%j', (fields, expected) => {
    expect(rowsOf([shell('x'), result('', fields)])).toEqual(['$ x', expected]);
  });

  it('is red when the exit code is not 0', async () => {
    const { default: picocolors } = await import('picocolors');
    const colours = picocolors.createColors(true);
    const coloured = (exit_code: number) => transcriptOf([result('', { exit_code })], { colours });
    expect(coloured(3)).toContain(colours.red('exit 3'));
    expect(coloured(0)).toContain(colours.dim('exit 0'));
  });

  it('of an abort is said once', () => {
    const output = 'Wall time: 2.4 seconds\naborted by user';
    expect(rowsOf([shell('x'), result(output, { status: 'aborted', duration_ms: 2400 })])).toEqual([
      '$ x',
      '└ aborted · 2.4 s',
    ]);
  });
});

describe('a result that does not stand under its call', () => {
  it('names the call again', () => {
    const events = [
      shell('one'),
      shell('two', { call_id: 'c2' }),
      result('1', { exit_code: 0 }),
      result('2', { call_id: 'c2' }),
    ];
    expect(rowsOf(events)).toEqual(['$ one', '', '$ two', '', '← $ one', '│ 1', '└ exit 0', '', '← $ two', '│ 2']);
  });

  it('gives the id of a call that is not in the stream', () => {
    expect(rowsOf([result('x')])).toEqual(['← call c1', '│ x']);
    expect(rowsOf([result('x', { call_id: null })])).toEqual(['← a call without an id', '│ x']);
  });

  it('forgets a call only after a thousand others', () => {
    const others = (count: number) =>
      Array.from({ length: count }, (_, index) => shell('other', { call_id: `other ${index}` }));
    expect(transcriptOf([shell('one'), ...others(999), result('x')])).toContain('← $ one\n');
    expect(transcriptOf([shell('one'), ...others(1000), result('x')])).toContain('← call c1\n');
  });
});

describe('the record of an execution', () => {
  const execution = (fields: object = {}) =>
    msg('CommandExecution', {
      id: 'c1',
      command: ['/bin/bash', '-lc', 'make'],
      aggregated_output: 'boom\n',
      exit_code: 3,
      duration_ms: 1_900,
      status: 'failed',
      ...fields,
    });

  it('only adds to the result what that lacks', () => {
    expect(rowsOf([shell('make'), execution(), result('boom\n')])).toEqual(['$ make', '│ boom', '└ exit 3 · 1.9 s']);
    expect(rowsOf([shell('make'), result('boom\n', { exit_code: 4 }), execution()]).at(-1)).toBe('└ exit 4');
  });

  it('stands for a command that has no call', () => {
    const rows = ['$ make', '│ boom', '└ exit 3 · 1.9 s'];
    expect(rowsOf([execution()])).toEqual(rows);
    expect(rowsOf([execution(), result('boom\n')])).toEqual(rows);
  });
});

describe('other tools', () => {
  it('are shown by name and arguments, digit by digit', () => {
    expect(rowsOf([call('lookup', { id: 'T-1' }), result('ticket body')])).toEqual([
      '→ lookup({"id":"T-1"})',
      '│ ticket body',
    ]);
    expect(rowsOf([call('list', {})])).toEqual(['→ list()']);
    expect(rowsOf([call('query', {}, { namespace: 'db' })])).toEqual(['→ db/query()']);
  });

  it('have their arguments cut', () => {
    const long = call('write', { text: 'x'.repeat(1000) });
    expect(transcriptOf([long])).toContain('more characters)');
    expect(transcriptOf([long], { showAll: true, columns: Infinity })).toContain(`${'x'.repeat(1000)}"})`);
  });

  it('are shown with the program that they are given', () => {
    const exec = item('tool_call', { call_id: 'c1', name: 'exec', arguments_text: 'const a = 1;\ntext(a);' });
    expect(rowsOf([exec, result('1')])).toEqual(['→ exec', '  const a = 1;', '  text(a);', '│ 1']);
  });

  it('may be a sub-agent, that is spoken to', () => {
    const spawn = call('spawn_agent', { message: 'Say hi.', agent_type: 'explorer' });
    expect(rowsOf([spawn])).toEqual(['→ spawn_agent({"agent_type":"explorer"})', '  Say hi.']);
  });

  it('are not shown again from a record beside the call', () => {
    const record = msg('DynamicToolCall', { id: 'c1', tool: 'lookup' });
    expect(rowsOf([call('lookup', {}), record])).toEqual(['→ lookup()']);
    expect(rowsOf([record])).toEqual(['· DynamicToolCall: lookup']);
  });

  it('may be a search or an image', () => {
    expect(rowsOf([item('web_search', { action: { type: 'search', query: 'lf' }, status: 'completed' })])).toEqual([
      '→ web search: lf',
    ]);
    expect(rowsOf([item('web_search', { action: { url: 'https://a.b', pattern: 'x' }, status: 'failed' })])).toEqual([
      '→ web search: https://a.b for x · failed',
    ]);
    expect(rowsOf([item('image', { revised_prompt: 'a cat', result: 'AAAA' })])).toEqual(['→ image: a cat']);
    expect(rowsOf([msg('Plan', { text: '# Plan\n- one\n' })])).toEqual(['→ plan', '  # Plan', '  - one']);
  });
});

describe('a plan', () => {
  const plan = [
    { step: 'look', status: 'completed' },
    { step: 'act', status: 'in_progress' },
    { step: 'rest', status: 'pending' },
    { step: 'wait', status: 'new' },
  ];
  const shown = ['→ plan: why', '  [x] look', '  [>] act', '  [ ] rest', '  [new] wait'];

  it('is a check list, and nothing more is said when it was taken', () => {
    expect(rowsOf([call('update_plan', { plan, explanation: 'why' }), result('Plan updated')])).toEqual(shown);
  });

  it('says when it was not taken', () => {
    const events = [call('update_plan', { plan, explanation: 'why' }), result('unsupported', { status: 'failed' })];
    expect(rowsOf(events)).toEqual([...shown, '│ unsupported', '└ failed']);
  });

  it('is a call like others when it has no steps', () => {
    expect(rowsOf([call('update_plan', { plan: 'x' })])).toEqual(['→ update_plan({"plan":"x"})']);
  });
});

describe('an approval', () => {
  const approval = (fields: object) => item('approval', { call_id: 'c1', ...fields });

  it('says who decided what, and why', () => {
    const denied = approval({ decision: 'denied', by: 'user', reason: 'not now', inferred: true });
    expect(rowsOf([shell('rm x'), denied])).toEqual(['$ rm x', '└ approval: denied by user · not now · inferred']);
    expect(rowsOf([approval({ decision: 'approved' })])).toEqual(['← call c1', '└ approval: approved']);
  });
});
