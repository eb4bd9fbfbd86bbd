import { resolve } from 'node:path';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { warn } from '../../base/warn.ts';
import { openSessions, type SessionResolver } from '../../engine/resolve-session.ts';
import type { WantedThread } from '../../model/live-session.ts';
import { agentHome } from '../../runner/agent-home.ts';
import { chooseColours } from '../../ui/colour.ts';
import type { Invocation } from '../command.ts';
import { readImages } from '../exec/read-files.ts';
import { existingFolder } from '../frame/existing-folder.ts';
import type { AgentSettings } from './agent-port.ts';
import { loadTui } from './load-tui.ts';
import { needTerminal, withScreen } from './open-screen.ts';
import { resumeLine } from './resume-line.ts';
import { createScreenPorts } from './screen-ports.ts';

/** What a screen begins with. */
export interface ScreenStart {
  prompt: string | undefined;
  /** Whether the picker has what no person began, too. */
  includeExec: boolean;
  /** Whether it begins with the sessions of every directory. */
  all: boolean;
  start(sessions: SessionResolver): Promise<WantedThread | { kind: 'pick' }>;
}

/** Runs an agent on a screen until the user leaves. Returns the exit code. */
export async function runScreen(invocation: Invocation, io: Io, wanted: ScreenStart): Promise<number> {
  const { options } = invocation;
  needTerminal(io, 'sessions exec runs an agent without one');
  const settings = await readSettings(invocation, io);
  const images = options.texts('image').map((file) => resolve(io.cwd, file));
  await readImages(images, io.cwd);
  const home = agentHome(io.env, io.cwd, true);
  const start = await wanted.start(openSessions(io.env, io.cwd));
  const ports = createScreenPorts(home, settings, io);
  if (start.kind === 'pick') ports.sessions.begin();
  const altScreen = options.flag('alt-screen');
  const show = async () => {
    const tui = await loadTui();
    const colours = await chooseColours(io, !options.flag('no-color'));
    return withScreen(io, altScreen, (screen) =>
      tui.runSession({
        ...{ screen, ports, clock: io.clock, colours, signal: io.signal, start, altScreen, images },
        ...{
          cwd: settings.workIn ?? io.cwd,
          workIn: settings.workIn,
          all: wanted.all,
          includeExec: wanted.includeExec,
        },
        ...{ prompt: wanted.prompt ?? null, version: packageVersion() },
      }),
    );
  };
  const end = await show().finally(ports.sessions.close);
  for (const problem of ports.agents.problems) await warn(io, problem);
  if (end.threadId !== null && end.isStored) {
    const line = await resumeLine(end.threadId, io);
    const told = line === null ? '' : `${altScreen ? '' : '\n'}To go on with this session: ${line}\n`;
    // The terminal may be gone, which is why it ended.
    await io.stdout.write(told).catch(() => {});
  }
  return end.exit === 0 ? ports.agents.exit : end.exit;
}

async function readSettings({ options }: Invocation, io: Io): Promise<AgentSettings> {
  const folder = options.text('cd');
  const name = options.has('name') ? options.text('name') : undefined;
  return {
    flags: {
      ...{ model: options.text('model'), provider: options.text('provider'), sandbox: options.text('sandbox') },
      ...{ approval: options.text('ask-for-approval'), addDirs: options.texts('add-dir') },
    },
    overrides: options.texts('config'),
    profile: options.text('profile'),
    workIn: folder === undefined ? null : existingFolder(resolve(io.cwd, folder)),
    name: name === undefined ? null : (await import('../../engine/naming.ts')).checkName(name),
  };
}
