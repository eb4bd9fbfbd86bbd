import { typeNames, type ValuePlace } from './json-place.ts';

/** Counts what was taken out because nobody but the provider of the model can read it. */
export class OpaqueContent {
  /** Reasoning, and whatever else was encrypted. */
  removed = 0;
  /** Of these, histories: what came before them is lost to the model. */
  compactions = 0;

  /** The JSON text that takes the place of it: nothing in reasoning, as a provider has it that encrypts nothing. */
  put(mark: string, place: ValuePlace): string {
    this.removed++;
    const types = place.siblings(typeNames);
    if (types.some((type) => type.includes('compaction'))) this.compactions++;
    // A text would be sent back to the provider, who refuses it.
    return types.includes('reasoning') ? 'null' : JSON.stringify(mark);
  }
}
