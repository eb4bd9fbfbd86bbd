import { createHash } from 'node:crypto';

/** The name of a tool as models know it, `SERVER__TOOL`: of the characters and the length that every API takes. */
export function uniqueName(server: string, tool: string, taken: ReadonlySet<string>): string {
  const plain = `${server}__${tool}`.replace(/[^a-zA-Z0-9_-]/g, '_');
  if (plain.length <= longest && !taken.has(plain)) return plain;
  for (let round = 0; ; round += 1) {
    const hash = createHash('sha256')
      .update(JSON.stringify([server, tool, round]))
      .digest('hex')
      .slice(0, 8);
    const name = `${plain.slice(0, longest - hash.length - 1)}_${hash}`;
    if (!taken.has(name)) return name;
  }
}

const longest = 64;
