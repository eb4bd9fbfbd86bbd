import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { request } from './request.ts';
import type { McpServerConfig } from './server-config.ts';

/** A tool as its server lists it. */
export interface ListedTool {
  name: string;
  description: string;
  /** JSON Schema, of the type object. */
  inputSchema: Record<string, unknown>;
  hints: ToolHints;
}

/** What a server says of a tool; null where it does not. */
export interface ToolHints {
  isReadOnly: boolean | null;
  isDestructive: boolean | null;
  isOpenWorld: boolean | null;
}

export interface ListOptions {
  signal: AbortSignal;
  timeout: number;
  note(text: string): void;
}

const mostTools = 256;
const mostPages = 64;
const longestDescription = 8 * 1024;
const largestSchema = 64 * 1024;

/** The tools that a server has and the configuration wants. Those that cannot be used are left out, with a note. */
export async function listTools(client: Client, config: McpServerConfig, options: ListOptions): Promise<ListedTool[]> {
  const { note } = options;
  const tools = new Map<string, ListedTool>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const answer = await request(client, 'tools/list', params, options);
    for (const entry of Array.isArray(answer.tools) ? answer.tools : []) {
      if (tools.size >= mostTools) {
        note(`has more than ${mostTools} tools; the others are left out`);
        return [...tools.values()];
      }
      addTool(entry, config, tools, note);
    }
    const next = answer.nextCursor;
    if (typeof next !== 'string' || next === '' || next === cursor) return [...tools.values()];
    cursor = next;
  }
  note(`lists its tools without an end; ${tools.size} are used`);
  return [...tools.values()];
}

function addTool(
  entry: unknown,
  config: McpServerConfig,
  tools: Map<string, ListedTool>,
  note: (text: string) => void,
): void {
  const { name, description, inputSchema, annotations } = fieldsOf(entry);
  if (typeof name !== 'string' || name === '') {
    note('has a tool without a name, which is left out');
  } else if (isWanted(name, config)) {
    const isLarge = JSON.stringify(inputSchema ?? null).length > largestSchema;
    const problem = tools.has(name) ? 'there are two of the name' : isLarge ? 'its schema is too large' : null;
    if (problem) {
      note(`has a tool ${JSON.stringify(name.slice(0, 100))} that is left out: ${problem}`);
      return;
    }
    tools.set(name, {
      name,
      description: typeof description === 'string' ? description.slice(0, longestDescription) : '',
      inputSchema: schemaOf(inputSchema),
      hints: hintsOf(fieldsOf(annotations)),
    });
  }
}

function hintsOf({ readOnlyHint, destructiveHint, openWorldHint }: Record<string, unknown>): ToolHints {
  const truth = (hint: unknown) => (typeof hint === 'boolean' ? hint : null);
  return {
    isReadOnly: truth(readOnlyHint),
    isDestructive: truth(destructiveHint),
    isOpenWorld: truth(openWorldHint),
  };
}

function isWanted(name: string, { enabledTools, disabledTools }: McpServerConfig): boolean {
  return (enabledTools === null || enabledTools.includes(name)) && !disabledTools.includes(name);
}

/** Some APIs want `properties` even where there are none. */
function schemaOf(schema: unknown): Record<string, unknown> {
  const fields = fieldsOf(schema);
  return { ...fields, type: 'object', properties: fieldsOf(fields.properties) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
