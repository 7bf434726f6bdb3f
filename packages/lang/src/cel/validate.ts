// Checks of literals beyond types, as Kubernetes' environment has them: durations, timestamps, regular expressions, formats,
// and lists and maps of one type (cel-go:cel/validator.go, v0.26.0).

import type { Expr } from './ast.ts';
import { clauseRefusal, eachClause } from './library/format-text.ts';
import { compileRegex } from './library/regex.ts';
import type { CelProblem, Source } from './source.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { type CelType, dynType, formatType, sameType, unwrapped } from './types.ts';
import { CelError } from './values.ts';

/** Problems of literals in a checked tree. */
export function validateLiterals(expr: Expr, source: Source): readonly CelProblem[] {
  const problems: CelProblem[] = [];
  const refuse = (at: number, message: string): void => void problems.push(source.problem(at, message));
  for (const each of walk(expr)) if (each.kind === 'call') validateCall(each, refuse);
  validateMixtures(expr, refuse);
  return problems;
}

/** A tree and all its parts. */
export function* walk(expr: Expr): Iterable<Expr> {
  yield expr;
  for (const child of children(expr)) yield* walk(child);
}

function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct':
      return expr.fields.map((field) => field.value);
    case 'fold':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    case 'ident':
    case 'literal':
      return [];
  }
}

// Lists and maps hold one type, except what string.format prints.
function validateMixtures(expr: Expr, refuse: Refuse): void {
  if (expr.kind === 'call' && expr.fn === 'format') return;
  if (expr.kind === 'list') {
    const items = expr.elements.map((item, index) => typed(item, expr.optionals.has(index)));
    validateAlike(items, refuse);
  } else if (expr.kind === 'map') {
    validateAlike(
      expr.entries.map((entry) => typed(entry.key, false)),
      refuse,
    );
    validateAlike(
      expr.entries.map((entry) => typed(entry.value, entry.optional)),
      refuse,
    );
  }
  for (const child of children(expr)) validateMixtures(child, refuse);
}

interface Typed {
  readonly at: number;
  readonly type: CelType;
}

function typed({ at, type = dynType }: Expr, optional: boolean): Typed {
  return { at, type: optional ? unwrapped(type) : type };
}

function validateAlike(items: readonly Typed[], refuse: Refuse): void {
  const [first] = items;
  for (const { at, type } of items.slice(1)) {
    if (first !== undefined && !sameType(first.type, type))
      refuse(at, `expected type '${formatType(first.type)}' but found '${formatType(type)}'`);
  }
}

type Refuse = (at: number, message: string) => void;

function validateCall({ fn, target, args, at }: Extract<Expr, { kind: 'call' }>, refuse: Refuse): void {
  const text = (expr: Expr | undefined): string | undefined =>
    expr?.kind === 'literal' && typeof expr.value === 'string' ? expr.value : undefined;
  const [first] = args;
  const literal = text(first);
  if (fn === 'duration' || fn === 'timestamp') {
    if (fn === 'duration' && first?.kind === 'literal' && typeof first.value === 'bigint')
      refuse(first.at, 'invalid duration argument');
    if (literal === undefined || target !== undefined || args.length !== 1) return;
    if (!isTime(fn, literal)) refuse(first?.at ?? at, `invalid ${fn} argument`);
  } else if (fn === 'matches') {
    const pattern = target === undefined ? args[1] : first;
    const regex = text(pattern);
    if (regex !== undefined && typeof compileRegex(regex) === 'string')
      refuse(pattern?.at ?? at, 'invalid matches argument');
  } else if (fn === 'format' && first?.kind === 'list') {
    const format = text(target);
    if (format !== undefined) validateFormat(format, first.elements, { at, refuse });
  }
}

function isTime(fn: 'duration' | 'timestamp', text: string): boolean {
  try {
    return (fn === 'duration' ? parseDuration(text) : parseTimestamp(text)) !== undefined;
  } catch {
    return false;
  }
}

class Misfit extends CelError {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

function validateFormat(
  format: string,
  args: readonly Expr[],
  { at, refuse }: { readonly at: number; readonly refuse: Refuse },
): void {
  let index = 0;
  try {
    eachClause(format, (clause) => {
      const arg = args[index];
      if (arg === undefined) throw new CelError(`index ${index} out of range`);
      index++;
      const refusal =
        arg.type === undefined || arg.type.kind === 'dyn'
          ? undefined
          : clauseRefusal(clause, arg.type.kind, arg.type.name);
      if (refusal !== undefined) throw new Misfit(arg.at, refusal);
      return '';
    });
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    refuse(error instanceof Misfit ? error.at : at, error.message);
    return;
  }
  if (args.length > index)
    refuse(at, `too many arguments supplied to string.format (expected ${index}, got ${args.length})`);
}
