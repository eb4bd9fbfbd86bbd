import { runInNewContext } from 'node:vm';

/** What is wrong with arguments, in words for the model; null when they are right. */
export type ArgumentCheck = { check(value: unknown): string | null } | { problem: string };

/**
 * Compiles a JSON Schema: draft 2020-12, or draft-07 where `$schema` says so. Formats are not checked. A schema that cannot be
 * used gives a problem, in words that follow its name.
 */
export async function argumentCheck(schema: unknown): Promise<ArgumentCheck> {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return { problem: 'is no object' };
  if (JSON.stringify(schema).length > largest) return { problem: `is larger than ${largest} characters` };
  const named = String((schema as { $schema?: unknown }).$schema ?? '');
  // Loaded when a tool is there: ajv takes a tenth of a second.
  const { Ajv } = /draft-0[67]/.test(named) ? await import('ajv') : { Ajv: (await import('ajv/dist/2020.js')).Ajv2020 };
  const options = { strict: false, validateFormats: false, inlineRefs: false, logger: false as const };
  try {
    const ajv = new Ajv(options);
    const validate = ajv.compile(withoutDialect(schema));
    if ('$async' in validate) return { problem: 'is asynchronous' };
    return {
      check(value) {
        if (inTime(() => validate(value) as boolean)) return null;
        return ajv.errorsText(validate.errors, { dataVar: 'arguments' }).slice(0, 1000);
      },
    };
  } catch (error) {
    return { problem: `cannot be used: ${(error as Error).message.slice(0, 300)}` };
  }
}

const largest = 256 * 1024;

/** A pattern of a schema can take as good as for ever. Throws when it does. */
function inTime(validate: () => boolean): boolean {
  return runInNewContext('validate()', { validate }, { timeout: timeoutMs });
}

const timeoutMs = 1000;

/** The draft is picked by us: unknown ones are read as the newest. */
function withoutDialect({ $schema: _, ...rest }: { $schema?: unknown }): object {
  return rest;
}
