// What an expression may cost at most, from the greatest sizes its data may have (cel-go:checker/cost.go, v0.26.0).

import type { CallExpr, Expr, FoldExpr } from './ast.ts';
import { estimateCall } from './estimate-call.ts';
import { type Range, addRanges, fixed, joinRanges, multiplyRanges, unknownRange } from './ranges.ts';
import { type CelType, dynType, isOptional } from './types.ts';
import { textLength } from './values.ts';

/** The size of what a path leads to: names of fields, `@items`, `@keys`, `@values`. */
export type SizeOf = (path: readonly string[]) => Range | undefined;

/** Sizes of what a list or map holds. */
export interface EntrySize {
  readonly list: boolean;
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entry: EntrySize | undefined;
}

/** The least and the greatest cost of a checked expression. */
export function estimateCost(expr: Expr, sizeOf: SizeOf): Range {
  return new Estimator(sizeOf).cost(expr);
}

const one = fixed(1);

/** Walks a tree and remembers sizes on the way. */
export class Estimator {
  readonly #sizeOf: SizeOf;
  readonly #paths = new Map<Expr, readonly string[]>();
  readonly #sizes = new Map<Expr, Range>();
  readonly #entries = new Map<Expr, EntrySize>();
  readonly #locals: (readonly [string, Local])[] = [];

  constructor(sizeOf: SizeOf) {
    this.#sizeOf = sizeOf;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return fixed(0);
      case 'ident':
        this.#paths.set(expr, this.#local(expr.name)?.path ?? [expr.resolved ?? expr.name]);
        return one;
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return expr.fields.reduce((sum, field) => addRanges(sum, this.cost(field.value)), fixed(40));
      case 'fold':
        return this.#fold(expr);
    }
  }

  #select(expr: Extract<Expr, { kind: 'select' }>): Range {
    if (expr.resolved !== undefined) {
      this.#paths.set(expr, [expr.resolved]);
      return one;
    }
    const operand = this.cost(expr.operand);
    if (expr.test) return operand;
    this.#paths.set(expr, [...this.path(expr.operand), expr.field]);
    const { kind } = expr.operand.type ?? dynType;
    return kind === 'map' || kind === 'struct' ? addRanges(operand, one) : operand;
  }

  #call(expr: CallExpr): Range {
    if (expr.fn === 'dyn' && expr.args.length === 1) {
      const [arg] = expr.args as readonly [Expr];
      const cost = addRanges(one, this.cost(arg));
      this.#copySizes(expr, arg);
      return cost;
    }
    const args = expr.args.map((arg) => this.cost(arg));
    const target = expr.target === undefined ? fixed(0) : this.cost(expr.target);
    let cost: Range | undefined;
    let size: Range | undefined;
    for (const id of expr.overloads ?? []) {
      const estimate = estimateCall(this, { expr, id, args });
      cost = cost === undefined ? estimate.cost : joinRanges(cost, estimate.cost);
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : joinRanges(size, estimate.size);
      if (estimate.entry !== undefined) this.#entries.set(expr, estimate.entry);
      if (id === 'index_list' || id === 'index_map') {
        const [container] = expr.args as readonly [Expr];
        size = this.entrySize(container)?.value;
        this.#paths.set(expr, [...this.path(container), id === 'index_list' ? '@items' : '@values']);
      }
      size ??= this.size(expr);
    }
    if (size !== undefined) this.#sizes.set(expr, size);
    return addRanges(target, cost ?? fixed(0));
  }

  #list(expr: Extract<Expr, { kind: 'list' }>): Range {
    let cost = fixed(10);
    let size: Range | undefined;
    for (const element of expr.elements) {
      cost = addRanges(cost, this.cost(element));
      size = size === undefined ? this.sizeOrUnknown(element) : joinRanges(size, this.sizeOrUnknown(element));
    }
    this.#entries.set(expr, { list: true, key: one, value: size ?? fixed(0) });
    return cost;
  }

  #map(expr: Extract<Expr, { kind: 'map' }>): Range {
    let cost = fixed(30);
    let key: Range | undefined;
    let value: Range | undefined;
    for (const entry of expr.entries) {
      cost = addRanges(cost, addRanges(this.cost(entry.key), this.cost(entry.value)));
      const [keySize, valueSize] = [this.sizeOrUnknown(entry.key), this.sizeOrUnknown(entry.value)];
      key = key === undefined ? keySize : joinRanges(key, keySize);
      value = value === undefined ? valueSize : joinRanges(value, valueSize);
    }
    this.#entries.set(expr, { list: false, key: key ?? fixed(0), value: value ?? fixed(0) });
    return cost;
  }

  #fold(expr: FoldExpr): Range {
    const start = addRanges(this.cost(expr.range), this.cost(expr.init));
    this.#locals.push([expr.accuVar, this.#localOf(expr.init)]);
    if (expr.condition.kind === 'literal' && expr.condition.value === false) {
      const cost = addRanges(start, this.cost(expr.result));
      this.#copySizes(expr, expr.result);
      this.#locals.pop();
      return cost;
    }
    const pushed = this.#pushLoopVariables(expr);
    const round = addRanges(this.cost(expr.condition), this.cost(expr.step));
    this.#locals.length -= pushed;
    const end = this.cost(expr.result);
    this.#locals.pop();
    const count = this.sizeOrUnknown(expr.range);
    if (expr.init.kind === 'literal') this.#copySize(expr, this.size(expr.init));
    else {
      this.#sizes.set(expr, count);
      const entry = this.entrySize(expr.step);
      if (entry !== undefined) this.#entries.set(expr, entry);
    }
    return addRanges(addRanges(start, end), multiplyRanges(count, round));
  }

  #pushLoopVariables(expr: FoldExpr): number {
    const entry = this.entrySize(expr.range);
    const list = entry?.list ?? expr.range.type?.kind === 'list';
    const base = this.path(expr.range);
    const key: Local = { path: [...base, list ? '@indices' : '@keys'], size: entry?.key, entry: undefined };
    const value: Local = { path: [...base, list ? '@items' : '@values'], size: entry?.value, entry: undefined };
    if (expr.iterVar2 === undefined) {
      this.#locals.push([expr.iterVar, list ? value : key]);
      return 1;
    }
    this.#locals.push([expr.iterVar, key], [expr.iterVar2, value]);
    return 2;
  }

  #localOf(expr: Expr): Local {
    return { path: this.path(expr), size: this.size(expr), entry: this.entrySize(expr) };
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast(([each]) => each === name)?.[1];
  }

  #copySizes(to: Expr, from: Expr): void {
    this.#copySize(to, this.size(from));
    const entry = this.entrySize(from);
    if (entry !== undefined) this.#entries.set(to, entry);
  }

  #copySize(to: Expr, size: Range | undefined): void {
    if (size !== undefined) this.#sizes.set(to, size);
  }

  path(expr: Expr): readonly string[] {
    if (expr.kind === 'ident') {
      const local = this.#local(expr.name);
      if (local !== undefined) return local.path;
    }
    return this.#paths.get(expr) ?? [];
  }

  /** The size of what a path under an expression leads to. */
  sizeBelow(expr: Expr, step: string): Range | undefined {
    const base = this.path(expr);
    return base.length === 0 ? undefined : this.#sizeOf([...base, step]);
  }

  size(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr) ?? literalSize(expr);
    if (known !== undefined) return known;
    const path = this.path(expr);
    const told = path.length === 0 ? undefined : this.#sizeOf(path);
    if (told !== undefined) {
      this.#sizes.set(expr, told);
      return told;
    }
    if (isScalar(expr.type ?? dynType)) return one;
    return expr.kind === 'ident' ? this.#local(expr.name)?.size : undefined;
  }

  sizeOrUnknown(expr: Expr | undefined): Range {
    return (expr === undefined ? undefined : this.size(expr)) ?? unknownRange;
  }

  entrySize(expr: Expr): EntrySize | undefined {
    return this.#entries.get(expr) ?? (expr.kind === 'ident' ? this.#local(expr.name)?.entry : undefined);
  }
}

function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixed(textLength(expr.value));
  return fixed(expr.value instanceof Uint8Array ? expr.value.length : 1);
}

function isScalar(type: CelType): boolean {
  if (isOptional(type)) return isScalar(type.params[0] ?? dynType);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}
