// Calls of library functions: the overload is chosen when the program is compiled where types are known, else when it runs.

import type { CallExpr } from './ast.ts';
import { callCostOf } from './call-cost.ts';
import type { Compiler } from './compile.ts';
import type { Code } from './frame.ts';
import { type Implementation, type Overload, accepts } from './overload.ts';
import { CelError, type Value, typeOf } from './values.ts';

/** Functions whose refusal at run time names no types (they have one implementation for all their overloads in cel-go). */
const bare = new Set(['startsWith', 'endsWith', 'contains', 'matches']);
const named = new Set(['size', 'sort', '@sortByAssociatedKeys']);

export function compileCall(compiler: Compiler, expr: CallExpr): Code {
  const { fn } = expr;
  const all = compiler.environment.functions.get(fn) ?? [];
  const ids = new Set(expr.overloads ?? []);
  const candidates = all.filter((each) => ids.has(each.id) && each.member === (expr.target !== undefined));
  const operands = [...(expr.target === undefined ? [] : [expr.target]), ...expr.args];
  const codes = operands.map((operand) => compiler.compile(operand));
  const cost = callCostOf(fn, expr.overloads ?? []);
  const [only] = candidates;
  const exact =
    candidates.length === 1 &&
    operands.every((operand, index) => isExact(operand.type?.kind, only?.params[index]?.kind));
  const run = exact && only?.run !== undefined ? only.run : dispatch(fn, candidates);
  return (frame) => {
    const args: Value[] = [];
    for (const code of codes) args.push(code(frame));
    const result = run(...args);
    frame.charge(cost(args, result));
    return result;
  };
}

// Where the checker knows the type and it is what the overload wants, nothing is looked at again.
function isExact(type: string | undefined, param: string | undefined): boolean {
  return param === 'dyn' || param === 'param' || (type !== 'dyn' && type !== undefined && type !== 'null');
}

function dispatch(fn: string, candidates: readonly Overload[]): Implementation {
  return (...args) => {
    for (const each of candidates) {
      if (each.run === undefined || each.params.length !== args.length) continue;
      if (each.params.every((param, index) => accepts(param, args[index] ?? null))) return each.run(...args);
    }
    if (bare.has(fn)) throw new CelError('no such overload');
    if (named.has(fn)) throw new CelError(`no such overload: ${fn}`);
    throw new CelError(`no such overload: ${fn}(${args.map((arg) => typeOf(arg).name).join(', ')})`);
  };
}
