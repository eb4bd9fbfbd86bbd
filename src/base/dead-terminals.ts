import { closeSync, fstatSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * At the end, closes what was a terminal and is gone: Node sets the terminals back that it began with, and aborts, with a core dump,
 * where that fails.
 */
export function closeDeadTerminals(): void {
  process.once('exit', () => {
    for (const descriptor of [0, 1, 2]) {
      try {
        if (isDevice(descriptor) && !isTerminal(descriptor)) closeSync(descriptor);
      } catch {
        // It is closed.
      }
    }
  });
}

/** A character device, and not the one that most have for nothing: what knows terminals loads all of Node's networking. */
function isDevice(descriptor: number): boolean {
  const stat = fstatSync(descriptor);
  return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}

function isTerminal(descriptor: number): boolean {
  return (createRequire(import.meta.url)('node:tty') as typeof import('node:tty')).isatty(descriptor);
}
