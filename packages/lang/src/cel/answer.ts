// One question of the oracle, answered by our engine in the words of tools/go/cel.

import type { Json } from '@evenkeel/resource';
import type { Expr } from './ast.ts';
import { compileCel } from './cel.ts';
import { estimateCost } from './estimate.ts';
import { valueOfJson } from './json.ts';
import { kubernetesCelEnvironment } from './kubernetes.ts';
import { showValue } from './show.ts';
import { dynType, formatType, parseType } from './types.ts';

export interface CelQuestion {
  readonly id: string;
  readonly expr: string;
  readonly types?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, Json>>;
}

export interface CelAnswer {
  readonly id: string;
  /** Why it does not compile. */
  readonly problem?: string | undefined;
  readonly type?: string | undefined;
  readonly value?: string | undefined;
  readonly error?: string | undefined;
  readonly cost?: number;
  readonly estimate?: string | undefined;
}

const saturated = '18446744073709551615';

/** Compiles and evaluates in the environment of Kubernetes 1.35. */
export function answerCel({ id, expr, types = {}, vars = {} }: CelQuestion): CelAnswer {
  const variables = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, parseType(type)]));
  const compiled = compileCel(expr, kubernetesCelEnvironment().extend({ variables }));
  if (!compiled.ok) {
    const { message: problem, checked } = compiled.error;
    return { id, problem, ...(checked === undefined ? {} : typeAndEstimate(checked)) };
  }
  const program = compiled.value;
  const common = { id, ...typeAndEstimate(program.expr) };
  const bindings = Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, valueOfJson(value)]));
  const { result, cost } = program.evaluate(bindings);
  return result.ok
    ? { ...common, value: showValue(result.value), cost }
    : { ...common, error: result.error.message, cost };
}

function typeAndEstimate(expr: Expr): { readonly type: string; readonly estimate: string } {
  const { min, max } = estimateCost(expr, () => undefined);
  const printed = (value: number): string => (value >= 2 ** 64 ? saturated : String(BigInt(value)));
  return { type: formatType(expr.type ?? dynType), estimate: `${printed(min)}..${printed(max)}` };
}

/** True where two answers are the same. Estimates are doubles here: above 2^53 they are the nearest one. */
export function sameAnswer(ours: CelAnswer, theirs: CelAnswer): boolean {
  const bounds = ({ estimate = '' }: CelAnswer): string => estimate.split('..').map(Number).join('..');
  return (
    (['problem', 'type', 'value', 'error'] as const).every((key) => ours[key] === theirs[key]) &&
    bounds(ours) === bounds(theirs)
  );
}
