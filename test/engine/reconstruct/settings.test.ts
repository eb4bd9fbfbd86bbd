import { describe, expect, it } from 'vitest';
import { toSandboxPolicy } from '../../../src/engine/reconstruct/sandbox-policy.ts';
import { type Entry, envelope, idOf, record, turn } from '../../builders.ts';
import { stateOfLines, stateOfRecords } from './reconstructing.ts';

const applied = (settings: object): Entry => record.event('thread_settings_applied', { thread_settings: settings });

describe('the settings of a history', () => {
  it('are those of the last context, for what it does not know those from before', async () => {
    const meta = record.meta(idOf(1), { model_provider: 'azure', cwd: '/first' });
    const begun = await stateOfLines(envelope(meta));
    expect(begun.settings).toEqual({
      cwd: '/first',
      model: null,
      modelProvider: 'azure',
      reasoningEffort: null,
      reasoningSummary: null,
      approvalPolicy: null,
      sandboxPolicy: null,
    });
    const { settings } = await stateOfLines(envelope(meta, ...turn('a')));
    expect(settings).toEqual({
      cwd: '/home/dev/widget',
      model: 'gpt-5',
      modelProvider: 'azure',
      reasoningEffort: null,
      reasoningSummary: 'auto',
      approvalPolicy: 'never',
      sandboxPolicy: { type: 'read-only' },
    });
  });

  it('change with what was applied between turns', async () => {
    const { settings } = await stateOfRecords([
      ...turn('a'),
      applied({
        model: 'gpt-6',
        model_provider_id: 'mock',
        approval_policy: 'on-request',
        permission_profile: { type: 'disabled' },
        cwd: '/elsewhere',
        reasoning_effort: 'high',
      }),
    ]);
    expect(settings).toEqual({
      cwd: '/elsewhere',
      model: 'gpt-6',
      modelProvider: 'mock',
      reasoningEffort: 'high',
      reasoningSummary: 'auto',
      approvalPolicy: 'on-request',
      sandboxPolicy: { type: 'danger-full-access' },
    });
  });

  it('do not go back to the first when the session_meta is written again', async () => {
    const { settings, memoryMode } = await stateOfRecords([
      ...turn('a'),
      record.meta(idOf(1), { cwd: '/first', memory_mode: 'disabled' }),
      record.meta(idOf(7), { cwd: '/other', memory_mode: 'enabled' }),
    ]);
    expect([settings.cwd, memoryMode]).toEqual(['/home/dev/widget', 'disabled']);
  });

  it('find the effort in either place', async () => {
    const context = (more: object): Entry => ['turn_context', { cwd: '/x', model: 'm', summary: 'auto', ...more }];
    const mode = { collaboration_mode: { mode: 'plan', settings: { model: 'm', reasoning_effort: 'low' } } };
    expect((await stateOfRecords([context({ effort: 'high' })])).settings.reasoningEffort).toBe('high');
    expect((await stateOfRecords([context(mode)])).settings.reasoningEffort).toBe('low');
    expect((await stateOfRecords([context({ effort: 'high' }), context({})])).settings.reasoningEffort).toBeNull();
  });
});

describe('how far commands may reach', () => {
  const entry = (path: object, access = 'write') => ({ path, access });
  const managed = (entries: object[], network = 'restricted') => ({
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network,
  });
  const root = { type: 'special', value: { kind: 'root' } };

  it.each([
    [{ mode: 'read-only' }, undefined, { type: 'read-only' }],
    [{ type: 'danger-full-access' }, undefined, { type: 'danger-full-access' }],
    [
      { mode: 'workspace-write', writable_roots: ['/a'], network_access: true },
      undefined,
      { type: 'workspace-write', writableRoots: ['/a'], network: true },
    ],
    [
      { type: 'workspace-write', exclude_slash_tmp: true, exclude_tmpdir_env_var: true },
      undefined,
      { type: 'workspace-write', writableRoots: [], network: false, excludeSlashTmp: true, excludeTmpdir: true },
    ],
    [
      { type: 'workspace-write', exclude_slash_tmp: false },
      undefined,
      { type: 'workspace-write', writableRoots: [], network: false },
    ],
    [{ type: 'workspace-write' }, undefined, { type: 'workspace-write', writableRoots: [], network: false }],
    [undefined, { type: 'disabled' }, { type: 'danger-full-access' }],
    [undefined, managed([entry(root, 'read')]), { type: 'read-only' }],
    [
      undefined,
      managed(
        [
          entry(root, 'read'),
          entry({ type: 'special', value: { kind: 'tmpdir' } }),
          entry({ type: 'path', path: '/b' }),
        ],
        'enabled',
      ),
      { type: 'workspace-write', writableRoots: ['/b'], network: true },
    ],
    [undefined, managed([entry(root)]), { type: 'workspace-write', writableRoots: ['/'], network: false }],
    [
      undefined,
      { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' },
      { type: 'workspace-write', writableRoots: ['/'], network: false },
    ],
    [undefined, { type: 'external', network: 'enabled' }, null],
    [{ type: 'external-sandbox' }, undefined, null],
    ['read-only', 7, null],
  ])('from %j and %j', (policy, profile, expected) => {
    expect(toSandboxPolicy(policy, profile)).toEqual(expected);
  });
});

describe('what else a session goes on from', () => {
  it('is in its session_meta', async () => {
    const tool = { name: 'look', description: 'Look it up', inputSchema: { type: 'object' } };
    const meta = record.meta(idOf(1), {
      forked_from_id: idOf(9),
      base_instructions: { text: 'You are Codex.' },
      dynamic_tools: [{ type: 'function', ...tool, command: ['look', 'up'] }, { description: 'nameless' }],
    });
    expect(await stateOfLines(envelope(meta))).toMatchObject({
      threadId: idOf(1),
      forkedFrom: idOf(9),
      baseInstructions: 'You are Codex.',
      dynamicTools: [{ ...tool, command: ['look', 'up'] }],
      memoryMode: null,
      turns: 0,
      items: [],
    });
    const updated = await stateOfLines(
      envelope(meta, ['dynamic_tools_updated', { dynamic_tools: [{ ...tool, name: 'see' }] }]),
    );
    expect(updated.dynamicTools).toEqual([{ ...tool, name: 'see' }]);
  });

  it('are the last counts of tokens, big ones digit for digit', async () => {
    const { tokens } = await stateOfRecords([
      ...turn('a'),
      record.tokens(250),
      record.event('token_count', { info: null, rate_limits: null }),
    ]);
    expect([tokens.total?.total_tokens, tokens.last?.total_tokens, tokens.contextWindow]).toEqual([250, 1, 1000]);
    const none = await stateOfRecords([record.started('a')]);
    expect(none.tokens).toEqual({ total: null, last: null, contextWindow: 1000 });
  });
});
