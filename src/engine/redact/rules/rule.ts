/**
 * How grave it is that somebody else sees what a rule finds. `high`: it opens something. `medium`: it looks as if. `low`: it is
 * about a person.
 */
export type Severity = 'high' | 'medium' | 'low';

/** Finds one kind of secret in a text. */
export interface Rule {
  /** As in reports and marks: `github-token`. */
  id: string;
  severity: Severity;
  /** What it finds, in words, without a full stop. */
  text: string;
  /** Each match has one of them in it, and the pattern is tried only there; without any, it is searched for (flag `g`). */
  anchors: readonly string[];
  /** How many characters of a name may stand before the anchor, and belong to the match. */
  back?: number;
  /** Sticky. The group `secret` (or `secret2`, …), where there is one, is the value; it stands at the end of what matches. */
  pattern: RegExp;
  /** Whether what was matched is one, where its shape alone does not say so. */
  accepts?: (value: string, match: RegExpExecArray) => boolean;
  /** A value whose length is not fixed may go on behind a line break. */
  isOpen?: boolean;
}

/** What a rule found in a text. */
export interface Match {
  start: number;
  /** First character behind it. */
  end: number;
  rule: string;
  severity: Severity;
  /** Where what told that it is one begins: a name, say. Not behind `start`. */
  from?: number;
  /** It may go on behind a line break. */
  isOpen?: boolean;
  /** The secret itself: decoded, without the line breaks in it. Never to be shown. */
  value: string;
  /** How it was encoded, the outermost first. */
  encoding?: readonly Encoding[];
}

export type Encoding = 'base64' | 'url' | 'wrapped' | 'escapes' | 'utf-16' | 'entities' | 'code' | 'hex';
