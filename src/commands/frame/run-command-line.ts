import { Stopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import { chooseColours } from '../../ui/colour.ts';
import type { Command } from '../command.ts';
import { parseArgv, type Request } from './parse-argv.ts';
import { renderCommandHelp, renderHelpUnder, renderOverview, renderUsage } from './render-help.ts';
import { reportFailure } from './report-failure.ts';

/** Does what the arguments ask for, says what went wrong, and returns the exit code. Never throws. */
export async function runCommandLine(argv: readonly string[], commands: readonly Command[], io: Io): Promise<number> {
  try {
    const request = parseArgv(
      argv,
      commands.map(({ spec }) => spec),
    );
    const code = await answer(request, commands, io);
    // A command that ended in order after a signal was still stopped by it.
    return io.signal.reason instanceof Stopped ? io.signal.reason.exit : code;
  } catch (error) {
    return reportFailure(io.signal.reason instanceof Stopped ? io.signal.reason : error, io, asksForJson(argv));
  }
}

async function answer(request: Request, commands: readonly Command[], io: Io): Promise<number> {
  const specs = commands.map(({ spec }) => spec);
  if (request.kind === 'nothing') {
    await io.stderr.write(renderUsage(specs));
    return new Failure('usage', 'no command').exit;
  }
  if (request.kind === 'run') {
    const command = commands.find(({ spec }) => spec === request.spec);
    return command!.run(request.invocation, io);
  }
  const style = { colours: await chooseColours(io, true), columns: io.stdout.columns };
  if (request.kind === 'version') await io.stdout.write(`sessions ${packageVersion()}\n`);
  else if (request.kind === 'help-under') await io.stdout.write(renderHelpUnder(request.specs, style));
  else await io.stdout.write(request.spec ? renderCommandHelp(request.spec, style) : renderOverview(specs, style));
  return 0;
}

/** Also for arguments that could not be read. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}
