import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/runner/config/load-config.ts';
import { makeHome } from './home.ts';

const usage = (message: string | RegExp, more: object = {}) =>
  expect.objectContaining({ kind: 'usage', message: expect.stringMatching(message), ...more });

const nothing = { model: null, modelProvider: null, reasoningEffort: null, reasoningSummary: null };
const thread = { cwd: null, ...nothing, approvalPolicy: null, sandboxPolicy: null };

describe('where a value comes from', () => {
  it('is the default when nothing else says it', async () => {
    const { load } = makeHome();
    const config = await load();
    expect(config).toMatchObject({
      model: 'gpt-5.1-codex',
      provider: { name: 'openai', wire_api: 'responses', base_url: 'https://api.openai.com/v1' },
      approvalPolicy: 'on-request',
      sandboxPolicy: { type: 'read-only' },
      reasoningEffort: null,
      projectDocMaxBytes: 32768,
      mcpServers: [],
      shellEnvironment: { inherit: 'all', exclude: [], set: {}, includeOnly: [] },
      compress: 'exit',
      profile: null,
      unknown: [],
      notes: [],
    });
    const { origins, unknown, notes, ...values } = config;
    expect(Object.keys(origins).sort()).toEqual(Object.keys(values).sort());
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('is the flag, then -c, then the profile, then the file', async () => {
    const { load } = makeHome(
      'model = "of-file"\nprofile = "p"\nmodel_reasoning_effort = "low"\nmodel_context_window = 1000\n' +
        'model_reasoning_summary = "none"\n[profiles.p]\nmodel = "of-profile"\nmodel_reasoning_effort = "high"\n',
    );
    const of = async (input: Parameters<typeof load>[0]) => {
      const { model, origins } = await load(input);
      return [model, origins.model];
    };
    const overrides = ['model=of-override'];
    expect(await of({ flags: { model: 'of-flag' }, overrides })).toEqual(['of-flag', 'flag']);
    expect(await of({ overrides })).toEqual(['of-override', 'override']);
    expect(await of({})).toEqual(['of-profile', 'profile']);
    expect(await load()).toMatchObject({
      reasoningEffort: 'high',
      contextWindow: 1000,
      origins: { profile: 'file', contextWindow: 'file', reasoningSummary: 'file', reasoningEffort: 'profile' },
    });
  });

  it('is the thread that is gone on with, before the file but after what is asked for now', async () => {
    const { load } = makeHome(
      'model = "f"\nmodel_reasoning_effort = "low"\nprofile = "q"\n' +
        '[sandbox_workspace_write]\nwritable_roots = ["/of-file"]\nnetwork_access = true\n' +
        '[profiles.p]\nmodel = "of-profile"\n[profiles.q]\nmodel = "of-usual-profile"\n',
    );
    const sandboxPolicy = { type: 'workspace-write' as const, writableRoots: ['/of-thread'], network: false };
    const recorded = { ...thread, model: 'of-thread', approvalPolicy: 'on-failure', sandboxPolicy };
    const config = await load({ thread: recorded });
    expect(config).toMatchObject({
      model: 'of-thread',
      reasoningEffort: 'low',
      approvalPolicy: 'on-request',
      sandboxPolicy,
      origins: { model: 'thread', reasoningEffort: 'file', sandboxPolicy: 'thread', approvalPolicy: 'thread' },
    });
    expect(config.notes).toEqual(["approval_policy 'on-failure' is taken as 'on-request'"]);
    expect(await load({ thread: recorded, profile: 'p' })).toMatchObject({
      model: 'of-profile',
      origins: { model: 'profile', profile: 'flag' },
    });
    const odd = await load({ thread: { ...recorded, approvalPolicy: 'sometimes' } });
    expect(odd).toMatchObject({ approvalPolicy: 'on-request', origins: { approvalPolicy: 'default' } });
    const narrower = await load({ thread: recorded, flags: { sandbox: 'read-only' } });
    expect(narrower).toMatchObject({ sandboxPolicy: { type: 'read-only' }, origins: { sandboxPolicy: 'flag' } });
  });

  it('is our own file for our own settings, and never that of Codex', async () => {
    const { load, home } = makeHome('compress = "cold"\n', 'compress = "never"\nmodel = "x"\n');
    const config = await load();
    expect(config).toMatchObject({ compress: 'never', model: 'gpt-5.1-codex' });
    expect(config.unknown).toEqual([
      { key: 'compress', file: join(home, 'config.toml') },
      { key: 'model', file: join(home, '.sessions', 'config.toml') },
    ]);
    expect(await load({ overrides: ['compress=cold'] })).toMatchObject({
      compress: 'cold',
      origins: { compress: 'override' },
    });
    const { load: wrong, home: other } = makeHome(null, 'compress = "always"');
    await expect(wrong()).rejects.toEqual(
      usage("^'compress' must be one of exit, cold, never$", {
        place: { file: join(other, '.sessions', 'config.toml') },
      }),
    );
  });
});

describe('config.toml', () => {
  it('may have keys that only Codex knows, which are listed', async () => {
    const { load, home } = makeHome(
      'personality = "pragmatic"\n[tui]\ntheme = "x"\n[model_providers.mock]\nbase_url = "http://127.0.0.1:1/v1"\nmood = 1\n' +
        '[projects."/a b/c.d"]\ntrust_level = "trusted"\nx = 1\n["__proto__"]\npolluted = true\n',
    );
    const { unknown } = await load({ overrides: ['features.web=true'] });
    const file = join(home, 'config.toml');
    expect(unknown).toEqual(expect.arrayContaining([{ key: 'features', file: null }]));
    expect(unknown.filter((entry) => entry.file === file).map(({ key }) => key)).toEqual([
      'personality',
      'tui',
      'model_providers.mock.mood',
      'projects."/a b/c.d".x',
      '__proto__',
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['model = 3', "'model' must be a text, not a number"],
    ['model = 2026-01-01', "'model' must be a text, not a date"],
    ['sandbox_mode = "bare"', "'sandbox_mode' must be one of read-only, workspace-write, danger-full-access"],
    ['model_context_window = 0', "'model_context_window' must be a whole number of at least 1"],
    ['model_context_window = 1.5', "'model_context_window' must be a whole number of at least 1"],
    ['model_context_window = true', "'model_context_window' must be a whole number of at least 1, not a boolean"],
    ['sandbox_workspace_write = []', "'sandbox_workspace_write' must be a table, not a list"],
    [
      'sandbox_workspace_write.network_access = "yes"',
      "'sandbox_workspace_write.network_access' must be true or false, not a text",
    ],
    [
      'sandbox_workspace_write.writable_roots = [1]',
      "'sandbox_workspace_write.writable_roots' must be a list of paths",
    ],
    ['mcp_servers.a.args = "x"', "'mcp_servers.a.args' must be a list of texts, not a text"],
    ['mcp_servers."a.b" = 1', `'mcp_servers."a.b"' must be a table, not a number`],
    ['mcp_servers.a.startup_timeout_sec = nan', "'mcp_servers.a.startup_timeout_sec' must be a number of at least 0"],
    ['[mcp_servers.a]\nurl = "http://x"\nenv_vars = [1]', "'mcp_servers.a.env_vars' must be a list of names"],
    ['model_providers.x.http_headers.y = 1', "'model_providers.x.http_headers' must be a table of texts"],
    ['profiles.x.model = []', "'profiles.x.model' must be a text, not a list"],
    ['approval_policy = "often"', "'approval_policy' must be one of untrusted, on-request, on-failure, never"],
    ['model_providers = "openai"', "'model_providers' must be a table, not a text"],
  ])('is refused with the key for %s', async (toml, message) => {
    const { load, home } = makeHome(toml);
    const failure = await load().catch((error) => error);
    expect(failure).toMatchObject({ kind: 'usage', place: { file: join(home, 'config.toml') } });
    expect(failure.message).toContain(message);
  });

  it('is refused with the line where it is not TOML, without the text of that line', async () => {
    const { load, home } = makeHome('model = "m"\nkey = "sk-secret\n');
    const failure = await load().catch((error) => error);
    expect(failure).toEqual(usage(/^column \d+: not TOML: control characters are not allowed in strings$/));
    expect(failure.place).toMatchObject({ file: join(home, 'config.toml'), line: 2 });
    expect(JSON.stringify([failure.message, failure.hint])).not.toContain('sk-secret');
  });

  it('is refused when it is not UTF-8, not a file, or far too long', async () => {
    const { home, load } = makeHome();
    writeFileSync(join(home, 'config.toml'), Buffer.from([0x61, 0xff]));
    await expect(load()).rejects.toEqual(usage('not UTF-8'));
    writeFileSync(join(home, 'config.toml'), '#'.repeat(5 * 1024 * 1024));
    await expect(load()).rejects.toEqual(usage('larger than'));
    const folder = makeHome();
    mkdirSync(join(folder.home, 'config.toml'));
    await expect(folder.load()).rejects.toEqual(usage('not a file'));
  });

  it('may be a link into a folder of dotfiles, may be missing, and so may the home', async () => {
    const { home, cwd, load } = makeHome();
    writeFileSync(join(cwd, 'codex.toml'), 'model = "linked"');
    symlinkSync(join(cwd, 'codex.toml'), join(home, 'config.toml'));
    expect((await load()).model).toBe('linked');
    const config = await loadConfig({ home: join(home, 'none'), cwd, env: { OPENAI_API_KEY: 'k' } });
    expect(config.origins.model).toBe('default');
  });

  it('has paths that start where it lies, or at the home of the user', async () => {
    const { load, home, cwd } = makeHome(
      'sandbox_mode = "workspace-write"\n[sandbox_workspace_write]\nwritable_roots = ["cache", "~/x", "/abs"]\nexclude_slash_tmp = true\n',
    );
    const env = { OPENAI_API_KEY: 'k', HOME: '/home/ada' };
    const config = await load({ env, flags: { addDirs: ['sub', '/abs'] } });
    expect(config.sandboxPolicy).toEqual({
      type: 'workspace-write',
      writableRoots: [join(home, 'cache'), '/home/ada/x', '/abs', join(cwd, 'sub')],
      network: false,
      excludeSlashTmp: true,
    });
    const over = await load({ overrides: ['sandbox_workspace_write.writable_roots=["there"]'] });
    expect(over.sandboxPolicy).toMatchObject({ writableRoots: [join(cwd, 'there')] });
  });
});

describe('profiles', () => {
  it('are named with the others that there are', async () => {
    const { load } = makeHome('[profiles.a]\n[profiles.b]\n');
    await expect(load({ profile: 'c' })).rejects.toEqual(usage("no profile 'c'", { hint: 'one of: a, b' }));
    await expect(makeHome().load({ profile: 'toString' })).rejects.toEqual(usage("no profile 'toString'"));
  });

  it('can be picked by -c, and be made there', async () => {
    const { load } = makeHome('[profiles.a]\nmodel = "of-a"\n');
    const config = await load({ overrides: ['profile=a', 'profiles.a.model_reasoning_effort=high'] });
    expect(config).toMatchObject({ model: 'of-a', reasoningEffort: 'high', origins: { profile: 'override' } });
  });
});

describe('flags', () => {
  it('are named in what is wrong with them', async () => {
    const { load } = makeHome();
    await expect(load({ flags: { sandbox: 'none' } })).rejects.toEqual(
      usage('^--sandbox must be one of read-only, workspace-write, danger-full-access$'),
    );
    await expect(load({ flags: { approval: 'yes' } })).rejects.toEqual(usage('^--ask-for-approval must be one of'));
  });
});

describe('a project that Codex was told of', () => {
  it('can be written to, in the folders below its repository as well', async () => {
    const { cwd, home, load } = makeHome();
    writeFileSync(join(home, 'config.toml'), `[projects."${cwd}"]\ntrust_level = "trusted"\n`);
    mkdirSync(join(cwd, '.git'));
    mkdirSync(join(cwd, 'deep'));
    for (const folder of [cwd, join(cwd, 'deep')]) {
      expect(await load({ cwd: folder })).toMatchObject({
        sandboxPolicy: { type: 'workspace-write', writableRoots: [], network: false },
        approvalPolicy: 'on-request',
        origins: { sandboxPolicy: 'file', approvalPolicy: 'default' },
      });
    }
    expect(await load({ cwd: home })).toMatchObject({ sandboxPolicy: { type: 'read-only' } });
    expect(await load({ overrides: ['sandbox_mode=read-only'] })).toMatchObject({
      sandboxPolicy: { type: 'read-only' },
    });
  });

  it('that is not trusted asks for more', async () => {
    const { cwd, home, load } = makeHome();
    writeFileSync(join(home, 'config.toml'), `[projects."${cwd}"]\ntrust_level = "untrusted"\n`);
    expect(await load()).toMatchObject({
      approvalPolicy: 'untrusted',
      sandboxPolicy: { type: 'read-only' },
      origins: { approvalPolicy: 'file', sandboxPolicy: 'default' },
    });
  });

  it('keeps a policy of several parts on the asking side', async () => {
    const config = await makeHome('[approval_policy.granular]\nrules = true\n').load();
    expect(config).toMatchObject({ approvalPolicy: 'on-request', origins: { approvalPolicy: 'file' } });
    expect(config.notes).toEqual(["approval_policy of several parts is taken as 'on-request'"]);
  });

  it('takes what -c says of the history for known, and refuses what it cannot be', async () => {
    const { load } = makeHome();
    const overrides = ['history.persistence=none', 'history.max_bytes=10'];
    expect((await load({ overrides })).unknown).toEqual([]);
    await expect(load({ overrides: ['history.persistence=off'] })).rejects.toMatchObject({ kind: 'usage' });
  });
});
