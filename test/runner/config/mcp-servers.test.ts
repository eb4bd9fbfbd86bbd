import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeHome } from './home.ts';

describe('mcp_servers', () => {
  it('become servers to start or to reach, with the times of Codex', async () => {
    const { load, home } = makeHome(
      '[mcp_servers.docs]\ncommand = "docs"\nargs = ["-v"]\nenv = { A = "1" }\ncwd = "sub"\n' +
        'env_vars = ["TOKEN", { name = "HERE", source = "local" }, { name = "THERE", source = "remote" }]\n' +
        '[mcp_servers.off]\nenabled = false\n' +
        '[mcp_servers."my tracker"]\nurl = "https://t/mcp"\nbearer_token_env_var = "T"\nhttp_headers = { X = "1" }\n' +
        'env_http_headers = { Y = "V" }\nstartup_timeout_sec = 0.5\ntool_timeout_sec = 1e12\nenabled_tools = ["a"]\ndisabled_tools = ["b"]\nrequired = true\n' +
        'default_tools_approval_mode = "writes"\ntools = { a = { approval_mode = "approve" }, "__proto__" = { approval_mode = "prompt" } }\n' +
        '[mcp_servers.slow]\ncommand = "s"\nstartup_timeout_ms = 30000\n',
    );
    const { mcpServers, origins } = await load();
    expect(origins.mcpServers).toBe('file');
    expect(mcpServers).toEqual([
      {
        name: 'docs',
        transport: {
          type: 'stdio',
          command: 'docs',
          args: ['-v'],
          env: { A: '1' },
          envVars: ['TOKEN', 'HERE'],
          cwd: join(home, 'sub'),
        },
        startupTimeoutMs: 10_000,
        toolTimeoutMs: 60_000,
        enabledTools: null,
        disabledTools: [],
        approvalMode: 'auto',
        toolApprovalModes: new Map(),
        isRequired: false,
      },
      {
        name: 'my tracker',
        transport: {
          type: 'http',
          url: 'https://t/mcp',
          bearerTokenEnvVar: 'T',
          headers: { X: '1' },
          envHeaders: { Y: 'V' },
        },
        startupTimeoutMs: 500,
        toolTimeoutMs: 86_400_000,
        enabledTools: ['a'],
        disabledTools: ['b'],
        approvalMode: 'writes',
        toolApprovalModes: new Map([
          ['a', 'approve'],
          ['__proto__', 'prompt'],
        ]),
        isRequired: true,
      },
      expect.objectContaining({ name: 'slow', startupTimeoutMs: 30_000 }),
    ]);
  });

  it('must say how, and only in one way', async () => {
    await expect(makeHome('[mcp_servers.x]\nargs = []\n').load()).rejects.toMatchObject({
      kind: 'usage',
      message: 'mcp_servers.x has neither a command nor a url',
    });
    await expect(makeHome('[mcp_servers.x]\ncommand = "c"\nurl = "u"\n').load()).rejects.toMatchObject({
      kind: 'usage',
    });
  });

  it('can be added and turned off by -c', async () => {
    const { load } = makeHome('[mcp_servers.a]\ncommand = "a"\n');
    const overrides = ['mcp_servers.a.enabled=false', 'mcp_servers.b.command=b', 'mcp_servers.b.args=["1"]'];
    const { mcpServers, origins } = await load({ overrides });
    expect(mcpServers).toMatchObject([{ name: 'b', transport: { command: 'b', args: ['1'] } }]);
    expect(origins.mcpServers).toBe('override');
  });
});
