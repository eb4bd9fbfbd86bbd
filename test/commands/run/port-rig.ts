import { systemClock } from '../../../src/base/clock.ts';
import type { AgentSettings } from '../../../src/commands/run/agent-port.ts';
import { createScreenPorts, noSettings } from '../../../src/commands/run/screen-ports.ts';
import type {
  ApprovalAnswer,
  ApprovalQuestion,
  LiveEvent,
  LiveSession,
  OpenOptions,
  WantedThread,
} from '../../../src/model/live-session.ts';
import { agentHome } from '../../../src/runner/agent-home.ts';
import { type ExecRig, makeExecRig } from '../../cli/exec-rig.ts';
import { MemoryIo } from '../../support/memory-io.ts';
import { sandboxMode } from '../../support/sandbox-mode.ts';

export const never = new AbortController().signal;

/** Agents at work for a screen, in the home and the workspace of an `ExecRig`. */
export function makePortRig(rig: ExecRig = makeExecRig()) {
  const env = { PATH: process.env.PATH as string, HOME: rig.home.path, CODEX_HOME: rig.home.path };
  const io = new MemoryIo({ env, cwd: rig.work });
  Object.assign(io, { clock: systemClock });
  let scripts = 0;
  const portsWith = (settings: Partial<AgentSettings> = {}) =>
    createScreenPorts(agentHome(io.env, io.cwd, true), { ...noSettings, ...settings }, io);
  return {
    ...{ rig, io, portsWith },
    /** Ports whose agents answer with these steps. */
    scripted(steps: unknown[], settings: Partial<AgentSettings> = {}) {
      const path = rig.home.write(`../live-${scripts++}.yaml`, JSON.stringify(steps));
      const overrides = [`model_providers.scripted.script="${path}"`];
      return portsWith({ flags: { provider: 'scripted', sandbox: sandboxMode }, overrides, ...settings });
    },
  };
}

/** Opens a session and keeps what it tells and asks. */
export async function openLive(
  ports: ReturnType<typeof createScreenPorts>,
  thread: WantedThread = { kind: 'new' },
  options: Partial<OpenOptions> & { answer?: ApprovalAnswer } = {},
): Promise<{ session: LiveSession; events: LiveEvent[]; asked: ApprovalQuestion[] }> {
  const events: LiveEvent[] = [];
  const asked: ApprovalQuestion[] = [];
  const { answer = { decision: 'approved', reason: null }, ...given } = options;
  const session = await ports.agents.open(thread, {
    ...{ cwd: null, model: null, approvals: null, signal: never },
    onEvent: (event) => void events.push(event),
    async ask(question) {
      asked.push(question);
      return answer;
    },
    ...given,
  });
  return { session, events, asked };
}
