import type { Io } from '../../base/io.ts';
import type { ScreenPorts } from '../../model/live-session.ts';
import { type AgentSettings, createAgentPort, type TellingAgentPort } from './agent-port.ts';
import { createSessionPort, type EagerSessionPort } from './session-port.ts';
import { createWorkspacePort } from './workspace-port.ts';

type Home = Parameters<typeof createAgentPort>[0];

/** All that a screen asks of the program. */
export function createScreenPorts(
  home: Home,
  settings: AgentSettings,
  io: Io,
): ScreenPorts & { agents: TellingAgentPort; sessions: EagerSessionPort } {
  return {
    agents: createAgentPort(home, settings, io),
    sessions: createSessionPort(home, io),
    workspace: createWorkspacePort(home, settings.overrides, io),
  };
}

/** Where nothing is said of the agent. */
export const noSettings: AgentSettings = { flags: {}, overrides: [], profile: undefined, workIn: null, name: null };
