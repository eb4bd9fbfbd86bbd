import { merged } from './merge.ts';
import type { TextScanner } from './scan-text.ts';

/** Writes JSON pointers that show no secret, whatever rules were asked for: a member may be named by one. */
export class PointerNames {
  readonly #scanner: TextScanner;

  /** @param scanner with every rule that there is */
  constructor(scanner: TextScanner) {
    this.#scanner = scanner;
  }

  pointer(steps: readonly string[]): string {
    return steps.map((step) => `/${this.#safe(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  }

  #safe(name: string): string {
    if (isPlainName(name)) return name;
    let safe = '';
    let from = 0;
    for (const { start, end, rule } of merged(this.#scanner.scan(name))) {
      safe += `${name.slice(from, start)}[redacted:${rule}]`;
      from = end;
    }
    return safe + name.slice(from);
  }
}

/** Most names of members are words, and no secrets. */
export function isPlainName(name: string): boolean {
  return name.length < 32 && /^(?:[A-Za-z_$][a-z_]*(?:[A-Z][a-z_]*)*\d?|\d{1,9})$/.test(name);
}
