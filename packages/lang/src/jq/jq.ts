// jq programs as Argo CD runs them: read once, run on many objects, each run with an end.

import type { Json } from '@evenkeel/resource';
import { type Result, err, ok } from '@evenkeel/std';
import { compile } from './compiler.ts';
import { JqError, JqHalt, JqRuntimeError } from './errors.ts';
import type { Env } from './machine.ts';
import { parseProgram } from './parser.ts';

/** How far a run may go. */
export interface JqRunOptions {
  /** Steps before the run is given up; the default is about a second's worth. */
  readonly stepsMax?: number;
  /** Values after which no more are worked out. */
  readonly valuesMax?: number;
  /** What `now` answers, in seconds since 1970; without it `now` fails. */
  readonly nowSeconds?: () => number;
}

/** The values a program gave, and the error it ended with, if it did. */
export interface JqRun {
  readonly values: readonly Json[];
  readonly error?: JqError | undefined;
}

/** A program that can be run. */
export interface JqProgram {
  /** Runs on one value. Pure, and never throws. */
  run(input: Json, options?: JqRunOptions): JqRun;
}

const STEPS_MAX = 5_000_000;

/**
 * Reads a program. The error is JqError SYNTAX or UNDEFINED in gojq's words
 * (github.com/itchyny/gojq 0.12.19). The environment is empty and there are no further inputs, as in Argo CD.
 */
export function compileJq(text: string): Result<JqProgram, JqError> {
  try {
    const run = compile(parseProgram(text), undefined);
    return ok({
      run: (input, { stepsMax = STEPS_MAX, valuesMax = Infinity, nowSeconds } = {}) => {
        const env: Env = { frame: undefined, budget: { steps: stepsMax, nowSeconds } };
        return collect((give) => run(input, undefined, env, give), valuesMax);
      },
    });
  } catch (error) {
    return err(asJqError(error));
  }
}

class Enough {}

function collect(run: (give: (value: Json) => void) => void, valuesMax: number): JqRun {
  const values: Json[] = [];
  const enough = new Enough();
  try {
    run((value) => {
      values.push(value);
      if (values.length >= valuesMax) throw enough;
    });
    return { values };
  } catch (error) {
    if (error === enough) return { values };
    // `halt` ends a program without an error.
    if (error instanceof JqHalt && error.value === null) return { values };
    return { values, error: asJqError(error) };
  }
}

function asJqError(error: unknown): JqError {
  if (error instanceof JqError) return error;
  if (error instanceof JqRuntimeError || error instanceof JqHalt) return new JqError('RUNTIME', error.message);
  // Stack, string or array beyond what the engine holds.
  if (error instanceof RangeError) return new JqError('LIMIT', 'the expression needs too much memory');
  throw error;
}
