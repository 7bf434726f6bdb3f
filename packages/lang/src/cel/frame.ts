// The state of one evaluation: variables and what was spent.

import { CelCostExceeded, CelError, type Value } from './values.ts';

/** Values of variables by name. A getter is asked once, and only where the expression needs the variable. */
export type CelBindings = Readonly<Record<string, Value | undefined>>;

/** A piece of a compiled expression. */
export type Code = (frame: Frame) => Value;

export class Frame {
  /** Variables of loops and, after their first use, those of the bindings. An error waits where a loop may still swallow it. */
  readonly slots: (Value | CelError | undefined)[];
  cost = 0;
  readonly #limit: number;
  readonly #bindings: CelBindings;

  constructor(bindings: CelBindings, size: number, limit: number) {
    this.#bindings = bindings;
    this.#limit = limit;
    this.slots = Array.from<undefined>({ length: size });
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new CelCostExceeded('operation cancelled: actual cost limit exceeded');
  }

  variable(slot: number, name: string): Value {
    const known = this.slots[slot];
    if (known !== undefined) {
      if (known instanceof CelError) throw known;
      return known;
    }
    const value = this.#bindings[name];
    if (value === undefined) throw new CelError(`no such attribute(s): ${name}`);
    this.slots[slot] = value;
    return value;
  }

  local(slot: number): Value {
    const value = this.slots[slot];
    if (value instanceof CelError) throw value;
    return value ?? null;
  }
}

/** The error, where an operator may swallow it; everything else is thrown on. */
export function swallowed(error: unknown): CelError {
  if (!(error instanceof CelError) || error instanceof CelCostExceeded) throw error;
  return error;
}
