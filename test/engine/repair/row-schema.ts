import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { publishedSchemas } from '../../schemas/published.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

/** Whether a value is what a published schema says. */
export function validator(name: string): ValidateFunction {
  return ajv.getSchema(`urn:agent-sessions:schema:${name}:1`) as ValidateFunction;
}
