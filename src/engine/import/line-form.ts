/** An event that was exported. */
export interface EventLine {
  /** The whole event, as it was exported. */
  text: string;
  value: { [key: string]: unknown };
}

/** What has to be known of a session to write its lines as Codex would. */
export interface LineForm {
  threadId: string;
  dialect: 'bare' | 'envelope' | 'paginated';
  /** The kinds in which calls were written, by their ids. */
  calls: Map<unknown, string>;
  nextOrdinal: number;
}
