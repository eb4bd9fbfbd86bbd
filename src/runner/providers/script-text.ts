import { Failure } from '../../base/failure.ts';

/** The value that the text of a script is, and where each part of it stands. */
export interface ScriptText {
  value: unknown;
  /** 1-based. The nearest part around it that is there, for a part that is not. */
  lineOf(path: readonly (string | number)[]): { line: number; column?: number };
}

export async function parseScriptText(text: string, file: string): Promise<ScriptText> {
  return /\.(ndjson|jsonl)$/.test(file) ? parseLines(text, file) : await parseYaml(text, file);
}

function parseLines(text: string, file: string): ScriptText {
  const steps: unknown[] = [];
  const lines: number[] = [];
  let last: { value: unknown; line: number } | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    const value = parseLine(content, file, line);
    if (value !== null && typeof value === 'object' && Object.keys(value).join() === 'last') {
      last = { value: (value as { last: unknown }).last, line };
    } else {
      steps.push(value);
      lines.push(line);
    }
  }
  return {
    value: { steps, ...(last ? { last: last.value } : {}) },
    lineOf: ([part, n]) => ({ line: (part === 'last' ? last?.line : lines[Number(n)]) ?? 1 }),
  };
}

function parseLine(content: string, file: string, line: number): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Failure('usage', `not JSON: ${(error as Error).message}`, { file, line });
  }
}

async function parseYaml(text: string, file: string): Promise<ScriptText> {
  const { LineCounter, parseDocument } = await import('yaml');
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const placeAt = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const error = document.errors[0];
  if (error) {
    const { line, column } = placeAt(error.pos[0]);
    throw new Failure('usage', `column ${column}: not YAML: ${error.message}`, { file, line, cause: error });
  }
  return {
    value: toValue(() => document.toJS(), file),
    lineOf(path) {
      for (let length = path.length; length >= 0; length--) {
        const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
        if (node?.range) return placeAt(node.range[0]);
      }
      return { line: 1 };
    },
  };
}

/** Aliases may refer to nothing, or to far too much. */
function toValue(make: () => unknown, file: string): unknown {
  try {
    return make();
  } catch (error) {
    throw new Failure('usage', `not YAML: ${(error as Error).message}`, { file, cause: error });
  }
}
