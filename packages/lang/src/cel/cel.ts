// CEL, the Common Expression Language: compiled once, evaluated in microseconds.

import { type Result, err, ok } from '@evenkeel/std';
import type { Expr } from './ast.ts';
import { checkCel } from './checker.ts';
import { Compiler } from './compile.ts';
import type { CelEnvironment } from './environment.ts';
import { type CelBindings, type Code, Frame, swallowed } from './frame.ts';
import { parseCel } from './parser.ts';
import { type CelProblem, Source } from './source.ts';
import { type CelType, dynType } from './types.ts';
import type { CelError, Value } from './values.ts';
import { validateLiterals, walk } from './validate.ts';

/** Why a source is no program. */
export interface CelProblems {
  readonly list: readonly CelProblem[];
  /** All of them with lines and carets, as cel-go prints them. */
  readonly message: string;
  /** The checked tree where it compiles, but a conversion of a constant in it always fails. */
  readonly checked?: Expr;
}

export interface CelEvaluation {
  readonly result: Result<Value, CelError>;
  /** What it cost, in cel-go's units. */
  readonly cost: number;
}

export interface EvaluateOptions {
  readonly costMax?: number;
}

/** The budget of one expression in Kubernetes. */
export const celCostMax = 1_000_000;

/** A compiled expression. */
export class CelProgram {
  readonly source: string;
  readonly type: CelType;
  /** The checked tree, for estimates of its cost. */
  readonly expr: Expr;
  /** Names of the variables it uses. */
  readonly variables: ReadonlySet<string>;
  readonly #code: Code;
  readonly #slots: number;

  constructor(source: string, expr: Expr, environment: CelEnvironment) {
    const compiler = new Compiler(environment);
    this.source = source;
    this.expr = expr;
    this.variables = usedVariables(expr);
    this.type = expr.type ?? dynType;
    this.#code = compiler.compile(expr);
    this.#slots = compiler.slots;
  }

  /** The value under these variables, or the error; a cost above the limit is an error too. */
  evaluate(bindings: CelBindings, options: EvaluateOptions = {}): CelEvaluation {
    const frame = new Frame(bindings, this.#slots, options.costMax ?? celCostMax);
    try {
      return { result: ok(this.#code(frame)), cost: frame.cost };
    } catch (error) {
      return { result: err(failure(error)), cost: frame.cost };
    }
  }
}

function usedVariables(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of walk(expr)) {
    if ((each.kind === 'ident' || each.kind === 'select') && each.resolved !== undefined) names.add(each.resolved);
  }
  return names;
}

function failure(error: unknown): CelError {
  if (error instanceof Error && error.name === 'CelCostExceeded') return error as CelError;
  return swallowed(error);
}

/**
 * Compiles an expression in an environment. Problems are worded as cel-go v0.26 words them.
 */
export function compileCel(text: string, environment: CelEnvironment): Result<CelProgram, CelProblems> {
  const source = new Source(text);
  const refuse = (list: readonly CelProblem[]): Result<CelProgram, CelProblems> =>
    err({ list, message: source.display(list) });
  const { expr, problems } = parseCel(source, environment.macros);
  if (expr === undefined) return refuse(problems);
  const unchecked = checkCel(expr, environment, source);
  if (unchecked.length > 0) return refuse(unchecked);
  const invalid = environment.homogeneous ? validateLiterals(expr, source) : [];
  if (invalid.length > 0) return refuse(invalid);
  const failure = environment.homogeneous ? failingConversion(expr, environment) : undefined;
  if (failure !== undefined) return err({ list: [], message: failure, checked: expr });
  return ok(new CelProgram(text, expr, environment));
}

const conversions = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']);

// cel-go converts constants when it makes the program, and fails then.
function failingConversion(expr: Expr, environment: CelEnvironment): string | undefined {
  for (const each of walk(expr)) {
    if (each.kind !== 'call' || each.target !== undefined || !conversions.has(each.fn)) continue;
    const [arg] = each.args;
    if (each.args.length !== 1 || arg === undefined || !isConstant(arg)) continue;
    const { result } = new CelProgram('', each, environment).evaluate({});
    if (!result.ok) return result.error.message;
  }
  return undefined;
}

function isConstant(expr: Expr): boolean {
  return expr.kind === 'literal' || (expr.kind === 'call' && expr.fn === 'dyn' && expr.args[0]?.kind === 'literal');
}
