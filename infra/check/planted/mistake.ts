// A mistake that a test plants into a copy of infra/, and what must be said of it.

export interface Mistake {
  readonly what: string;
  /** Relative to infra/. */
  readonly file: string;
  /** A text that the file has once, and what takes its place. */
  readonly from: string;
  readonly to: string;
  /** Rule and message, as a regular expression. */
  readonly says: string;
  /** Is in the line that the report names, after the change. */
  readonly at: string;
}
