import { createRequire } from 'node:module';
import { openProcessIo } from '../../src/base/process-io.ts';
import { withScreen } from '../../src/commands/run/open-screen.ts';
import { loadColours } from '../../src/ui/colour.ts';
import { scriptedPorts } from '../tui/session/scripted-ports.ts';

// A session on a screen that breaks by a key: `r` while it is drawn, `u` where nobody waits for it. Arguments: the screen
// (`alt` or `inline`), and the built file that loads the screens.
const [, , where, screens = ''] = process.argv;
const altScreen = where === 'alt';
const { loadTui } = createRequire(import.meta.url)(screens) as typeof import('../../src/commands/run/load-tui.ts');
const { runSession } = await loadTui();
const { io, close } = openProcessIo();
let isBroken = false;
const ports = scriptedPorts();
const agents = {
  ...ports.agents,
  open: async (...wanted: Parameters<typeof ports.agents.open>) => {
    const live = await ports.agents.open(...wanted);
    const facts = Object.defineProperty({ ...live.facts }, 'model', { get: () => (isBroken ? fail() : 'a model') });
    return Object.assign(live, { facts });
  },
};
const colours = await loadColours();
const end = await withScreen(io, altScreen, (screen) => {
  screen.onInput((bytes) => {
    const key = Buffer.from(bytes ?? []).toString();
    isBroken = key === 'r';
    if (key === 'u') setTimeout(fail);
  });
  return runSession({
    ...{ screen, ports: { ...ports, agents }, clock: io.clock, colours, signal: io.signal, cwd: io.cwd, workIn: null },
    ...{ start: { kind: 'new' }, all: false, includeExec: false, prompt: null, images: [], altScreen, version: '1' },
  });
});
close();
process.exitCode = end.exit;

function fail(): never {
  throw new Error('it broke\u001b[2J');
}
