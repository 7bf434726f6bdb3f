// Infers the type of every part of an expression and refuses what cannot be (cel-go:checker/checker.go, v0.26.0).

import type { CallExpr, Expr, FoldExpr, IdentExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts';
import type { CelEnvironment } from './environment.ts';
import type { Overload } from './overload.ts';
import type { CelProblem, Source } from './source.ts';
import {
  type CelType,
  boolType,
  dynType,
  errorType,
  formatSignature,
  formatType,
  intType,
  isOptional,
  listType,
  mapType,
  optionalType,
  paramType,
  sameType,
  unwrapped,
} from './types.ts';
import { type Bindings, assign, assignAll, moreGeneral, substitute } from './unify.ts';
import { typeOf } from './values.ts';

/** Writes types, overloads and resolved names into the tree; returns what is wrong. */
export function checkCel(expr: Expr, environment: CelEnvironment, source: Source): readonly CelProblem[] {
  const checker = new Checker(environment, source);
  checker.check(expr);
  checker.settle();
  return checker.problems;
}

/** a.b.c as one name, where the expression is nothing but names. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

class Checker {
  readonly problems: CelProblem[] = [];
  readonly #environment: CelEnvironment;
  readonly #source: Source;
  readonly #seen: Expr[] = [];
  #scopes: ReadonlyMap<string, CelType>[] = [];
  #bindings: Bindings = new Map();
  #free = 0;

  constructor(environment: CelEnvironment, source: Source) {
    this.#environment = environment;
    this.#source = source;
  }

  /** Replaces type parameters by what they turned out to be. */
  settle(): void {
    for (const expr of this.#seen) if (expr.type !== undefined) expr.type = substitute(this.#bindings, expr.type, true);
  }

  check(expr: Expr): CelType {
    const type = this.#infer(expr);
    expr.type = type;
    this.#seen.push(expr);
    return type;
  }

  #infer(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return typeOf(expr.value);
      case 'ident':
        return this.#ident(expr);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'fold':
        return this.#fold(expr);
    }
  }

  #refuse(at: number, message: string): CelType {
    this.problems.push(this.#source.problem(at, message));
    return errorType;
  }

  #undeclared(at: number, name: string): CelType {
    return this.#refuse(at, `undeclared reference to '${name}' (in container '${this.#environment.container}')`);
  }

  #assignable(from: CelType, to: CelType): boolean {
    const bindings = assign(this.#bindings, from, to);
    if (bindings !== undefined) this.#bindings = bindings;
    return bindings !== undefined;
  }

  #local(name: string): CelType | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const type = this.#scopes[index]?.get(name);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  #ident(expr: IdentExpr): CelType {
    const local = this.#local(expr.name);
    if (local !== undefined) return local;
    const found = this.#environment.resolve(expr.name);
    if (found === undefined) return this.#undeclared(expr.at, expr.name);
    expr.resolved = found.name;
    return found.type;
  }

  #select(expr: SelectExpr): CelType {
    const name = qualifiedName(expr);
    if (name !== undefined && this.#local(name.split('.')[0] ?? '') === undefined) {
      const found = this.#environment.resolve(name);
      if (found !== undefined) {
        expr.resolved = found.name;
        return found.type;
      }
    }
    const type = this.#field(expr, expr.operand, { field: expr.field, optional: false });
    return expr.test ? boolType : substitute(this.#bindings, type, false);
  }

  #field(
    expr: Expr,
    operand: Expr,
    { field, optional }: { readonly field: string; readonly optional: boolean },
  ): CelType {
    const operandType = substitute(this.#bindings, this.check(operand), false);
    const type = this.#fieldOf(expr, unwrapped(operandType), field);
    return isOptional(operandType) || optional ? optionalType(type) : type;
  }

  #fieldOf(expr: Expr, target: CelType, field: string): CelType {
    switch (target.kind as string) {
      case 'map':
        return target.params[1] ?? dynType;
      case 'struct':
        if (target.field === undefined)
          return this.#refuse(expr.at, `unexpected failed resolution of '${target.name}'`);
        return target.field(field) ?? this.#refuse(expr.at, `undefined field '${field}'`);
      case 'param':
        this.#assignable(dynType, target);
        return dynType;
      case 'dyn':
      case 'error':
        return dynType;
      default:
        this.#refuse(expr.at, `type '${formatType(target)}' does not support field selection`);
        return dynType;
    }
  }

  #call(expr: CallExpr): CelType {
    if (expr.fn === '_?._') {
      const [operand, field] = expr.args as readonly [Expr, Expr];
      expr.overloads = ['select_optional_field'];
      this.check(field);
      const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : '';
      return substitute(this.#bindings, this.#field(expr, operand, { field: name, optional: true }), false);
    }
    const args = expr.args.map((arg) => this.check(arg));
    const { target } = expr;
    if (target === undefined) return this.#resolve(expr, args, undefined);
    const prefix = qualifiedName(target);
    if (prefix !== undefined && this.#local(prefix.split('.')[0] ?? '') === undefined) {
      const found = this.#environment.resolveFunction(`${prefix}.${expr.fn}`);
      if (found !== undefined) {
        expr.fn = found.name;
        expr.target = undefined;
        return this.#overload(expr, found.overloads, args);
      }
    }
    return this.#resolve(expr, args, this.check(target));
  }

  #resolve(expr: CallExpr, args: readonly CelType[], target: CelType | undefined): CelType {
    const found = this.#environment.resolveFunction(expr.fn);
    if (found === undefined) return this.#undeclared(expr.at, expr.fn);
    expr.fn = found.name;
    return this.#overload(expr, found.overloads, target === undefined ? args : [target, ...args]);
  }

  #overload(expr: CallExpr, overloads: readonly Overload[], types: readonly CelType[]): CelType {
    if (expr.fn === '_&&_' || expr.fn === '_||_') return this.#logical(expr, types);
    const member = expr.target !== undefined;
    const matches: string[] = [];
    let result: CelType | undefined;
    for (const each of overloads) {
      if (each.member !== member) continue;
      const { params, result: declared } = this.#instantiate(each);
      const bindings = assignAll(this.#bindings, types, params);
      if (bindings === undefined) continue;
      this.#bindings = bindings;
      matches.push(each.id);
      const type = substitute(bindings, declared, false);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && !sameType(result, type)) result = dynType;
    }
    expr.overloads = matches;
    if (result !== undefined) return result;
    const shown = types.map((type) => substitute(this.#bindings, type, true));
    return this.#refuse(
      expr.at,
      `found no matching overload for '${expr.fn}' applied to '${formatSignature(shown, member)}'`,
    );
  }

  // && and || say which of their operands is no bool.
  #logical(expr: CallExpr, types: readonly CelType[]): CelType {
    expr.overloads = [expr.fn === '_&&_' ? 'logical_and' : 'logical_or'];
    let result = boolType;
    for (const [index, type] of types.entries()) {
      const arg = expr.args[index];
      if (arg !== undefined && !this.#assignable(type, boolType)) result = this.#mismatch(arg, boolType, type);
    }
    return result;
  }

  // Every call gets type parameters of its own.
  #instantiate(each: Overload): { readonly params: readonly CelType[]; readonly result: CelType } {
    if (each.typeParams.length === 0) return each;
    const fresh = new Map(each.typeParams.map((name) => [name, this.#freeType()]));
    return {
      params: each.params.map((param) => substitute(fresh, param, false)),
      result: substitute(fresh, each.result, false),
    };
  }

  #freeType(): CelType {
    return paramType(`_var${this.#free++}`);
  }

  #list(expr: ListExpr): CelType {
    let joined: CelType | undefined;
    for (const [index, element] of expr.elements.entries()) {
      const type = this.#element(element, expr.optionals.has(index));
      joined = this.#join(joined, type);
    }
    return listType(joined ?? this.#freeType());
  }

  #element(expr: Expr, optional: boolean): CelType {
    const type = this.check(expr);
    if (!optional) return type;
    if (!isOptional(type) && type.kind !== 'dyn') this.#mismatch(expr, optionalType(type), type);
    return unwrapped(type);
  }

  #map(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      key = this.#join(key, this.check(entry.key));
      value = this.#join(value, this.#element(entry.value, entry.optional));
    }
    return mapType(key ?? this.#freeType(), value ?? this.#freeType());
  }

  // What is mixed is dyn; environments that forbid it say so when literals are validated.
  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    if (this.#assignable(previous, current)) return moreGeneral(previous, current);
    return dynType;
  }

  #mismatch(expr: Expr, expected: CelType, found: CelType): CelType {
    return this.#refuse(expr.at, `expected type '${formatType(expected)}' but found '${formatType(found)}'`);
  }

  #struct(expr: StructExpr): CelType {
    const found = this.#environment.resolve(expr.name);
    if (found === undefined) return this.#undeclared(expr.at, expr.name);
    expr.name = found.name;
    let type: CelType = errorType;
    if (found.named === undefined) this.#refuse(expr.at, `'${found.type.name}' is not a type`);
    else if (found.named.kind === 'struct') type = found.named;
    else this.#refuse(expr.at, `'${found.named.name}' is not a message type`);
    for (const field of expr.fields) {
      const value = this.#element(field.value, field.optional);
      if (type.kind !== 'struct') continue;
      const wanted = type.field?.(field.name);
      if (wanted === undefined) this.#refuse(field.at, `undefined field '${field.name}'`);
      else if (!this.#assignable(wanted, value)) {
        this.#refuse(
          field.at,
          `expected type of field '${field.name}' is '${formatType(wanted)}' but provided type is '${formatType(value)}'`,
        );
      }
    }
    return type;
  }

  #fold(expr: FoldExpr): CelType {
    const range = substitute(this.#bindings, this.check(expr.range), false);
    const accumulator = this.check(expr.init);
    this.#scopes.push(new Map([[expr.accuVar, accumulator]]));
    this.#scopes.push(this.#loopVariables(expr, range));
    this.#assert(expr.condition, boolType);
    this.#assert(expr.step, accumulator);
    this.#scopes.pop();
    const result = this.check(expr.result);
    this.#scopes.pop();
    return substitute(this.#bindings, result, false);
  }

  #loopVariables(expr: FoldExpr, range: CelType): ReadonlyMap<string, CelType> {
    const two = expr.iterVar2 !== undefined;
    const [first = dynType, second = dynType] = range.params;
    let types: readonly [CelType, CelType];
    if (range.kind === 'list') types = two ? [intType, first] : [first, first];
    else if (range.kind === 'map') types = [first, second];
    else if (['dyn', 'error', 'param'].includes(range.kind)) {
      this.#assignable(dynType, range);
      types = [dynType, dynType];
    } else {
      this.#refuse(
        expr.range.at,
        `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
      types = [errorType, errorType];
    }
    const variables = new Map([[expr.iterVar, types[0]]]);
    if (expr.iterVar2 !== undefined) variables.set(expr.iterVar2, types[1]);
    return variables;
  }

  #assert(expr: Expr, expected: CelType): void {
    const type = this.check(expr);
    if (!this.#assignable(expected, type)) this.#mismatch(expr, expected, type);
  }
}
