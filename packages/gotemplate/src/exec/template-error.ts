// Errors of templates, worded as text/template words them, with their position as data.

export type TemplateErrorCode =
  /** The template does not parse. */
  | 'PARSE'
  /** Evaluation failed: wrong types, nil pointers, unknown templates. */
  | 'EXECUTE'
  /** A function returned an error (`error calling …`); `cause` holds it. */
  | 'FUNCTION'
  /** No template of that name in the set. */
  | 'NO_TEMPLATE'
  /** Step, output or depth limit of the execution. */
  | 'LIMIT';

/** Where in the source an error happened. Line is 1-based, column 0-based in bytes, as Go prints them. */
export interface TemplatePosition {
  /** Name of the source the text was parsed from. */
  readonly source: string;
  readonly line: number;
  /** Absent in parse errors, which Go gives by line only. */
  readonly column?: number;
}

/** Thrown inside, returned outside. `message` is text/template's full text. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: TemplateErrorCode;
  readonly position: TemplatePosition | undefined;
  /** The template being executed (`executing "…"`). */
  readonly template: string | undefined;
  /** The expression (`at <…>`). */
  readonly expression: string | undefined;
  /** The text after the position: `error calling include: …`, `map has no entry for key "x"`. */
  readonly detail: string;

  constructor(message: string, fields: TemplateErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.position = fields.position;
    this.template = fields.template;
    this.expression = fields.expression;
    this.detail = fields.detail ?? message;
  }
}

export interface TemplateErrorFields {
  readonly code: TemplateErrorCode;
  readonly position?: TemplatePosition | undefined;
  readonly template?: string | undefined;
  readonly expression?: string | undefined;
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The chain of template errors from the outermost call site to the innermost: the include/tpl stack. */
export function errorStack(error: unknown): readonly TemplateError[] {
  const stack: TemplateError[] = [];
  let current: unknown = error;
  while (current instanceof Error) {
    if (current instanceof TemplateError) stack.push(current);
    current = current.cause;
  }
  return stack;
}
