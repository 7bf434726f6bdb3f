export interface Limits {
  /** Nodes walked and functions called. */
  readonly steps: number;
  /** Bytes written by the outermost template and all it includes. */
  readonly outputBytes: number;
  /** Nested executions (template, include, tpl). */
  readonly depth: number;
}
