// Why a jq program cannot be read, or ended. Messages are worded as gojq words them
// (github.com/itchyny/gojq:error.go, 0.12.19, the version Argo CD uses).

import type { Json } from '@evenkeel/resource';
import { preview, typeOf } from './json.ts';

/** SYNTAX and UNDEFINED are found before a run; LIMIT is a run that took too many steps. */
export type JqErrorCode = 'SYNTAX' | 'UNDEFINED' | 'RUNTIME' | 'LIMIT';

/** A refusal, with the place in the program where it is known. */
export class JqError extends Error {
  override readonly name = 'JqError';
  readonly code: JqErrorCode;
  /** In UTF-16 units from the start of the program. */
  readonly offset: number | undefined;

  constructor(code: JqErrorCode, message: string, offset?: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** An error of the program itself: `try` catches it. */
export class JqRuntimeError extends Error {
  override readonly name: string = 'JqRuntimeError';

  /** What `catch` sees. */
  caught(): Json {
    return this.message;
  }
}

/** `error(value)`. */
export class JqValueError extends JqRuntimeError {
  override readonly name = 'JqValueError';
  readonly value: Json;

  constructor(value: Json, text: string) {
    super(`error: ${text}`);
    this.value = value;
  }

  override caught(): Json {
    return this.value;
  }
}

/** `halt` and `halt_error`: nothing catches them. */
export class JqHalt extends Error {
  override readonly name = 'JqHalt';
  readonly value: Json;

  constructor(value: Json, text: string) {
    super(`halt error: ${text}`);
    this.value = value;
  }
}

/** An error with gojq's words. */
export function fail(message: string): JqRuntimeError {
  return new JqRuntimeError(message);
}

/** A value as errors show it: its type, and its beginning. */
export function shown(value: Json): string {
  return value === null ? 'null' : `${typeOf(value)} (${preview(value)})`;
}

/** `name cannot be applied to: …`, with the arguments where there are any. */
export function notApplicable(name: string, value: Json, args: readonly Json[] = []): JqRuntimeError {
  const list = args.length === 0 ? '' : `(${args.map(preview).join('; ')})`;
  return fail(`${name}${list} cannot be applied to: ${shown(value)}`);
}

/** `name(…) cannot be applied to …: why`. */
export function failedOn(name: string, value: Json, args: readonly Json[], why: string): JqRuntimeError {
  const list = args.length === 0 ? '' : `(${args.map(preview).join('; ')})`;
  return fail(`${name}${list} cannot be applied to ${preview(value)}: ${why}`);
}
