// A Jsonnet program as a tree.

import type { JsonnetPosition } from './errors.ts';

export type Node =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string; readonly at: JsonnetPosition }
  | { readonly kind: 'variable'; readonly name: string; readonly at: JsonnetPosition }
  | { readonly kind: 'self'; readonly at: JsonnetPosition }
  | { readonly kind: 'index'; readonly target: Node; readonly index: Node; readonly at: JsonnetPosition }
  | { readonly kind: 'super'; readonly index: Node; readonly at: JsonnetPosition }
  | { readonly kind: 'in-super'; readonly index: Node; readonly at: JsonnetPosition }
  | { readonly kind: 'call'; readonly target: Node; readonly args: Arguments; readonly at: JsonnetPosition }
  | {
      readonly kind: 'function';
      readonly parameters: readonly Parameter[];
      readonly body: Node;
      readonly at: JsonnetPosition;
    }
  | { readonly kind: 'local'; readonly binds: readonly Bind[]; readonly body: Node; readonly at: JsonnetPosition }
  | {
      readonly kind: 'if';
      readonly test: Node;
      readonly holds: Node;
      readonly otherwise: Node | undefined;
      readonly at: JsonnetPosition;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
      readonly at: JsonnetPosition;
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node; readonly at: JsonnetPosition }
  | { readonly kind: 'array'; readonly items: readonly Node[]; readonly at: JsonnetPosition }
  | {
      readonly kind: 'array-for';
      readonly item: Node;
      readonly clauses: readonly Clause[];
      readonly at: JsonnetPosition;
    }
  | ObjectNode
  | ObjectForNode
  | { readonly kind: 'error'; readonly message: Node; readonly at: JsonnetPosition }
  | { readonly kind: 'assert'; readonly check: Assertion; readonly rest: Node; readonly at: JsonnetPosition }
  | {
      readonly kind: 'import';
      readonly how: 'import' | 'importstr' | 'importbin';
      readonly path: string;
      readonly at: JsonnetPosition;
    };

export interface ObjectNode {
  readonly kind: 'object';
  readonly fields: readonly Field[];
  readonly locals: readonly Bind[];
  readonly asserts: readonly Assertion[];
  /** True for the outermost object, which `$` stands for. */
  readonly outermost: boolean;
  readonly at: JsonnetPosition;
}

export interface ObjectForNode {
  readonly kind: 'object-for';
  readonly field: Field;
  readonly locals: readonly Bind[];
  readonly clauses: readonly Clause[];
  readonly outermost: boolean;
  readonly at: JsonnetPosition;
}

export interface Arguments {
  readonly positional: readonly Node[];
  readonly named: readonly { readonly name: string; readonly value: Node }[];
  /** `tailstrict`: they are worked out before the call. */
  readonly strict: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly fallback: Node | undefined;
}

export interface Bind {
  readonly name: string;
  readonly body: Node;
}

export type Visibility = 'inherit' | 'hidden' | 'visible';

export interface Field {
  readonly name: Node;
  readonly visibility: Visibility;
  /** Written as `[name]`. */
  readonly computed: boolean;
  /** `+:` adds to what the field is below. */
  readonly adds: boolean;
  readonly body: Node;
}

export interface Assertion {
  readonly test: Node;
  readonly message: Node | undefined;
  readonly at: JsonnetPosition;
}

export type Clause =
  | { readonly kind: 'for'; readonly name: string; readonly list: Node }
  | { readonly kind: 'if'; readonly test: Node };
