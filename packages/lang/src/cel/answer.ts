// One question of the oracle, answered by our engine in the words of tools/go/cel.

import type { Json } from '@evenkeel/resource';
import { compileCel } from './cel.ts';
import { estimateCost } from './estimate.ts';
import { valueOfJson } from './json.ts';
import { kubernetesCelEnvironment } from './kubernetes.ts';
import { showValue } from './show.ts';
import { formatType, parseType } from './types.ts';

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
  if (!compiled.ok) return { id, problem: compiled.error.message };
  const program = compiled.value;
  const { min, max } = estimateCost(program.expr, () => undefined);
  const printed = (value: number): string => (value >= 2 ** 64 ? saturated : String(BigInt(value)));
  const common = { id, type: formatType(program.type), estimate: `${printed(min)}..${printed(max)}` };
  const bindings = Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, valueOfJson(value)]));
  const { result, cost } = program.evaluate(bindings);
  return result.ok
    ? { ...common, value: showValue(result.value), cost }
    : { ...common, error: result.error.message, cost };
}
