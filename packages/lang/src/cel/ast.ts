// The syntax tree of an expression. The checker writes types and resolved names into it.

import type { CelType } from './types.ts';
import type { Value } from './values.ts';

interface Node {
  /** Offset into the source, in code points. */
  readonly at: number;
  /** What the checker inferred. */
  type?: CelType;
}

export interface LiteralExpr extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

export interface IdentExpr extends Node {
  readonly kind: 'ident';
  readonly name: string;
  /** The variable or type it stands for. */
  resolved?: string;
}

export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** True for has(operand.field). */
  readonly test: boolean;
  /** The qualified variable it stands for, where it is no selection at all. */
  resolved?: string;
}

export interface CallExpr extends Node {
  readonly kind: 'call';
  fn: string;
  target: Expr | undefined;
  readonly args: readonly Expr[];
  /** Overloads that the types allow. */
  overloads?: readonly string[];
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  readonly optionals: ReadonlySet<number>;
}

export interface MapEntry {
  readonly at: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface StructField {
  readonly at: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructExpr extends Node {
  readonly kind: 'struct';
  name: string;
  readonly fields: readonly StructField[];
}

/** A loop with an accumulator: what macros become. */
export interface FoldExpr extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly iterVar: string;
  readonly iterVar2: string | undefined;
  readonly accuVar: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = LiteralExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr;

/** The name of the accumulator of macros; no source can spell it. */
export const accumulator = '@result';

/** A copy of a tree that shares no node with it. */
export function copyExpr(expr: Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return { ...expr };
    case 'select':
      return { ...expr, operand: copyExpr(expr.operand) };
    case 'call':
      return { ...expr, target: expr.target && copyExpr(expr.target), args: expr.args.map(copyExpr) };
    case 'list':
      return { ...expr, elements: expr.elements.map(copyExpr) };
    case 'map':
      return {
        ...expr,
        entries: expr.entries.map((entry) => ({
          ...entry,
          key: copyExpr(entry.key),
          value: copyExpr(entry.value),
        })),
      };
    case 'struct':
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: copyExpr(field.value) })) };
    case 'fold':
      return {
        ...expr,
        range: copyExpr(expr.range),
        init: copyExpr(expr.init),
        condition: copyExpr(expr.condition),
        step: copyExpr(expr.step),
        result: copyExpr(expr.result),
      };
  }
}
