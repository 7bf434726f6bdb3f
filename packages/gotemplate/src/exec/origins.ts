// Where output came from. Asked for by ExecuteOptions.origins; without it nothing is recorded and nothing is paid.

/** A run of output written by one template action (or by literal text). Offsets are UTF-16 code units of `output`. */
export interface OriginSegment {
  readonly start: number;
  readonly end: number;
  /** The template source and the position of the text or action that wrote it, innermost (the helper, not the include). */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** The call sites around it, outermost first: the include/template/tpl actions that led here. */
  readonly callers: readonly OriginFrame[];
  /** Value paths that flowed into it, as template authors write them without the leading dot: `Values.image.tag`. */
  readonly paths: readonly string[];
  /** Literal text of a template has no value in it. */
  readonly literal: boolean;
}

export interface OriginFrame {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

export interface OriginOptions {
  /**
   * Names of containers by identity, for roots reachable from several places (a subchart's `.Values` is a part of the
   * parent's). Anything else is named by the way the template reached it from `data`.
   */
  readonly rootPath?: string;
}
