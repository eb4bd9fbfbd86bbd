/** Something that was wrong while a session was read. Nothing that could be read was left out because of it. */
export interface Problem {
  /** Name of the validation rule that speaks of it. */
  rule: string;
  /**
   * `lost`: bytes that could not be delivered as records (exit 3). `tail`: an unfinished last line, which a crash or a
   * running writer leaves behind (exit 0). `note`: worth a word.
   */
  weight: 'lost' | 'tail' | 'note';
  file: string | null;
  line: number | null;
  /** Byte offset in the decompressed content. */
  offset: number | null;
  message: string;
  /** The file is not there any more: it was removed, or has moved meanwhile. */
  isMissing?: boolean;
}

export type Report = (problem: Problem) => void;
