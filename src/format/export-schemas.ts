import { exportDocument, exportLoss, exportManifest, otlpTraces } from './export-validators.generated.js';
import { judge, type Verdict } from './judge.ts';

/** What an export writes besides events and recorded lines. */
export type ExportedKind = keyof typeof kinds;

const kinds = { exportDocument, exportLoss, exportManifest, otlpTraces };

/**
 * Whether a value, as `JSON.parse` gives it, is of its published schema. The events of a document are not looked at: they are held to
 * the schema `event` one by one.
 */
export function validateExported(kind: ExportedKind, value: unknown): Verdict {
  return judge(kinds[kind], value);
}
