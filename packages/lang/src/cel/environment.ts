// What an expression may name: variables, types, functions and macros.

import { type Macros, standardMacros } from './macros.ts';
import type { Overload } from './overload.ts';
import { type CelType, typeOfType } from './types.ts';

/** What an environment is made of, or extended by. */
export interface EnvironmentParts {
  readonly variables?: Readonly<Record<string, CelType>>;
  /** Types that may be named: as values, and to build structs of. */
  readonly types?: readonly CelType[];
  readonly functions?: readonly Overload[];
  readonly macros?: Macros;
  /** The namespace names are first looked up in. */
  readonly container?: string;
  /** Lists and maps written down must hold one type (as in Kubernetes); otherwise a mixture is dyn. */
  readonly homogeneous?: boolean;
}

/** Immutable; `extend` makes another one. */
export class CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly types: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly macros: Macros;
  readonly container: string;
  readonly homogeneous: boolean;

  constructor(parts: EnvironmentParts, base?: CelEnvironment) {
    this.variables = new Map([...(base?.variables ?? []), ...Object.entries(parts.variables ?? {})]);
    this.types = new Map([...(base?.types ?? []), ...(parts.types ?? []).map((type) => [type.name, type] as const)]);
    this.functions = parts.functions === undefined && base !== undefined ? base.functions : merged(base, parts);
    this.macros = parts.macros ?? base?.macros ?? standardMacros;
    this.container = parts.container ?? base?.container ?? '';
    this.homogeneous = parts.homogeneous ?? base?.homogeneous ?? false;
  }

  extend(parts: EnvironmentParts): CelEnvironment {
    return new CelEnvironment(parts, this);
  }

  /** The variable or type a name stands for: in the container, then in those around it. */
  resolve(
    name: string,
  ): { readonly name: string; readonly type: CelType; readonly named: CelType | undefined } | undefined {
    for (const candidate of this.#candidates(name)) {
      const variable = this.variables.get(candidate);
      if (variable !== undefined) return { name: candidate, type: variable, named: undefined };
      const named = this.types.get(candidate);
      if (named !== undefined) return { name: candidate, type: typeOfType(named), named };
    }
    return undefined;
  }

  /** The overloads of a function, and its full name. */
  resolveFunction(name: string): { readonly name: string; readonly overloads: readonly Overload[] } | undefined {
    for (const candidate of this.#candidates(name)) {
      const overloads = this.functions.get(candidate);
      if (overloads !== undefined) return { name: candidate, overloads };
    }
    return undefined;
  }

  *#candidates(name: string): Iterable<string> {
    if (name.startsWith('.')) {
      yield name.slice(1);
      return;
    }
    const parts = this.container === '' ? [] : this.container.split('.');
    while (parts.length > 0) {
      yield [...parts, name].join('.');
      parts.pop();
    }
    yield name;
  }
}

function merged(base: CelEnvironment | undefined, parts: EnvironmentParts): ReadonlyMap<string, readonly Overload[]> {
  const functions = new Map<string, Overload[]>();
  for (const [name, overloads] of base?.functions ?? []) functions.set(name, [...overloads]);
  for (const each of parts.functions ?? []) {
    const known = functions.get(each.fn);
    if (known === undefined) functions.set(each.fn, [each]);
    else known.push(each);
  }
  return functions;
}
