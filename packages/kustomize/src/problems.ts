// The closed set of reasons why a build is refused, with a position as data. The engine throws KustomizeError inside;
// build() turns it into a Problem, so callers never see an exception for what a user can cause.

/** Why a build was refused. The message may change, the code may not. */
export type ProblemCode =
  | 'MISSING_KUSTOMIZATION'
  | 'INVALID_KUSTOMIZATION'
  | 'MALFORMED_YAML'
  | 'INVALID_RESOURCE'
  | 'NOT_FOUND'
  | 'FORBIDDEN_PATH'
  | 'CYCLE'
  | 'REMOTE'
  | 'CONFLICT'
  | 'GENERATOR'
  | 'PATCH'
  | 'REPLACEMENT'
  | 'NAME_REFERENCE'
  | 'VARIABLE'
  | 'TRANSFORMER'
  | 'CONFIGURATION'
  | 'PLUGIN'
  | 'HELM'
  | 'OUTPUT'
  | 'LIMIT';

/** One reason, worded as kustomize words it. `line` and `column` are 1-based, 0 where unknown. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Tree path of the file at fault; '' where unknown. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where in a file a problem lies. */
export interface Position {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Thrown inside the engine; never leaves build(). */
export class KustomizeError extends Error {
  override readonly name = 'KustomizeError';
  readonly code: ProblemCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  constructor(code: ProblemCode, message: string, position: Position = {}) {
    super(message);
    this.code = code;
    this.file = position.file ?? '';
    this.line = position.line ?? 0;
    this.column = position.column ?? 0;
  }
}

/** The same error with a prefix, as Go's WrapPrefixf words it; anything that is not a KustomizeError passes unchanged. */
export function prefixed(error: unknown, prefix: string, position: Position = {}): unknown {
  if (!(error instanceof KustomizeError)) return error;
  return reworded(error, `${prefix}: ${error.message}`, position);
}

/** The same error with another message; the innermost known position wins. */
export function reworded(error: KustomizeError, message: string, position: Position = {}): KustomizeError {
  const known = error.file !== '';
  return new KustomizeError(error.code, message, {
    file: known ? error.file : (position.file ?? ''),
    line: known ? error.line : (position.line ?? 0),
    column: known ? error.column : (position.column ?? 0),
  });
}
