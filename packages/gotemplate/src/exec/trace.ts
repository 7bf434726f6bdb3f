// The record of origins: which template text or action wrote each run of output, and which value paths flowed into it.

import type { Node } from '../parse/nodes.ts';
import type { Value } from '../value/value.ts';
import type { State } from './state.ts';

/** Where a value came from: paths of values, and, for strings made by nested templates, the pieces they consist of. */
export interface Taint {
  readonly paths: ReadonlySet<string>;
}

export class Trace {
  write(_state: State, _text: string): void {}
  enter(_node: Node): void {}
  leave(): void {}
  element(_of: Value, _key: Value, _value: Value, from: Taint | undefined): Taint | undefined {
    return from;
  }
  result(
    _name: string,
    _args: readonly Value[],
    _result: Value,
    _taints: readonly (Taint | undefined)[],
  ): Taint | undefined {
    return undefined;
  }
}
