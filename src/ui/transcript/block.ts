import type { Calls } from './calls.ts';
import type { Paragraph } from './paragraph.ts';

/**
 * What one event adds to the transcript. Blocks are set apart by a blank line, unless a block belongs to the same thing
 * (`about`) as the one before it.
 */
export interface Block {
  paragraphs: Paragraph[];
  about?: string;
}

/** What a renderer may ask for. */
export interface View {
  /** Everything in full, with reasoning, instructions and contexts. */
  showAll: boolean;
  /** Minutes from UTC. */
  utcOffset: number;
  effective: boolean;
}

/** What is remembered between the events of one session; its size does not grow with the session. */
export interface Memory {
  calls: Calls;
  /** The folder that the session runs in, where its record was seen. */
  folder: string | null;
  /** What the last block was about. */
  lastAbout: string | undefined;
  /** Which of the two records of a compaction has come, while the other has not. */
  compactionToldBy: 'record' | 'event' | null;
}

export function block(paragraphs: Paragraph[], about?: string): Block {
  return about === undefined ? { paragraphs } : { paragraphs, about };
}
