// Turns a checked tree into closures. What is constant is computed once.

import { contains, hasField, indexOptional, indexValue, selectField, selectOptional } from './access.ts';
import { add, divide, modulo, multiply, negate, subtract } from './arithmetic.ts';
import type { CallExpr, Expr, IdentExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts';
import { callCostOf } from './call-cost.ts';
import { compareValues, equalValues } from './compare.ts';
import { compileCall } from './compile-call.ts';
import { compileFold } from './compile-fold.ts';
import type { CelEnvironment } from './environment.ts';
import { type Code, type Frame, swallowed } from './frame.ts';
import {
  ArrayList,
  CelError,
  EntryMap,
  OptionalValue,
  StructValue,
  TypeValue,
  type Value,
  keyText,
  noSuchOverload,
  typeOf,
} from './values.ts';
import type { CelType } from './types.ts';

/** Compiles expressions of one program; slots are numbered as they are needed. */
export class Compiler {
  readonly environment: CelEnvironment;
  slots = 0;
  readonly #globals = new Map<string, number>();
  readonly #locals: { readonly name: string; readonly slot: number }[] = [];

  constructor(environment: CelEnvironment) {
    this.environment = environment;
  }

  /** Runs `body` with variables that hide others of their names. */
  scoped<T>(names: readonly string[], body: (slots: readonly number[]) => T): T {
    const slots = names.map((name) => {
      const slot = this.slots++;
      this.#locals.push({ name, slot });
      return slot;
    });
    const result = body(slots);
    this.#locals.length -= names.length;
    return result;
  }

  localSlot(name: string): number | undefined {
    return this.#locals.findLast((local) => local.name === name)?.slot;
  }

  compile(expr: Expr): Code {
    const constant = expr.kind !== 'map' || this.environment.homogeneous ? constantOf(expr) : undefined;
    if (constant !== undefined) return () => constant;
    switch (expr.kind) {
      case 'ident':
        return this.#ident(expr);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#operator(expr) ?? compileCall(this, expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'fold':
        return compileFold(this, expr);
      case 'literal':
        return () => expr.value;
    }
  }

  #ident(expr: IdentExpr): Code {
    const local = this.localSlot(expr.name);
    if (local !== undefined) {
      return (frame) => {
        frame.charge(1);
        return frame.local(local);
      };
    }
    return this.#global(expr.resolved ?? expr.name);
  }

  #global(name: string): Code {
    const named = this.environment.variables.has(name) ? undefined : this.environment.types.get(name);
    if (named !== undefined) {
      const value = new TypeValue(named);
      return () => value;
    }
    const slot = this.#globals.get(name) ?? this.slots++;
    this.#globals.set(name, slot);
    return (frame) => {
      frame.charge(1);
      return frame.variable(slot, name);
    };
  }

  #select(expr: SelectExpr): Code {
    if (expr.resolved !== undefined) return this.#global(expr.resolved);
    const operand = this.compile(expr.operand);
    const { field } = expr;
    if (expr.test) return (frame) => hasField(operand(frame), field);
    return (frame) => {
      const value = operand(frame);
      frame.charge(1);
      return selectField(value, field);
    };
  }

  #operator(expr: CallExpr): Code | undefined {
    const make = operators.get(expr.fn);
    if (make === undefined) return logic(this, expr);
    const [left, right] = expr.args.map((arg) => this.compile(arg));
    const cost = callCostOf(expr.fn, expr.overloads ?? []);
    const first = left as Code;
    if (right === undefined) {
      return (frame) => {
        const a = first(frame);
        frame.charge(1);
        return make(a, null);
      };
    }
    return (frame) => {
      const a = first(frame);
      const b = right(frame);
      const result = make(a, b);
      frame.charge(cost([a, b], result));
      return result;
    };
  }

  #list(expr: ListExpr): Code {
    const elements = expr.elements.map((element) => this.compile(element));
    const { optionals } = expr;
    return (frame) => {
      const items: Value[] = [];
      for (let index = 0; index < elements.length; index++) {
        const value = (elements[index] as Code)(frame);
        if (!optionals.has(index)) items.push(value);
        else if (value instanceof OptionalValue) {
          if (value.value !== undefined) items.push(value.value);
        } else throw new CelError(`cannot initialize optional list element from non-optional value ${shown(value)}`);
      }
      frame.charge(10);
      return new ArrayList(items);
    };
  }

  #map(expr: MapExpr): Code {
    const entries = expr.entries.map((entry) => ({
      key: this.compile(entry.key),
      value: this.compile(entry.value),
      optional: entry.optional,
    }));
    return (frame) => {
      const pairs: (readonly [Value, Value])[] = [];
      for (const entry of entries) {
        const key = entry.key(frame);
        const value = present(entry.value(frame), entry.optional, () => `map entry ${shown(key)}`);
        if (value !== undefined) pairs.push([key, value]);
      }
      frame.charge(30);
      return mapOf(pairs);
    };
  }

  #struct(expr: StructExpr): Code {
    const type = this.environment.types.get(expr.name);
    const fields = expr.fields.map((field) => ({ ...field, code: this.compile(field.value) }));
    return (frame) => {
      const values = new Map<string, Value>();
      for (const { name, code, optional } of fields) {
        const value = present(code(frame), optional, () => `field '${name}'`);
        if (value !== undefined) values.set(name, value);
      }
      frame.charge(40);
      return new BuiltStruct(type as CelType, values);
    };
  }
}

/** A struct an expression built. */
class BuiltStruct extends StructValue {
  override readonly type: CelType;
  readonly #values: ReadonlyMap<string, Value>;
  constructor(type: CelType, values: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.#values = values;
  }
  override find(field: string): Value | undefined {
    return this.#values.get(field);
  }
  override fields(): Iterable<string> {
    return this.#values.keys();
  }
}

function present(value: Value, optional: boolean, what: () => string): Value | undefined {
  if (!optional) return value;
  if (value instanceof OptionalValue) return value.value;
  throw new CelError(`cannot initialize optional ${what()} from non-optional value ${shown(value)}`);
}

function shown(value: Value): string {
  return typeof value === 'object' ? typeOf(value).name : String(value);
}

function mapOf(pairs: readonly (readonly [Value, Value])[]): EntryMap {
  const seen = new Set<string>();
  for (const [key] of pairs) {
    const text = keyText(key);
    if (text === undefined || typeof key === 'number') throw new CelError(`unsupported key type: ${typeOf(key).name}`);
    if (seen.has(text)) throw new CelError(`Failed with repeated key: ${shown(key)}`);
    seen.add(text);
  }
  return new EntryMap(pairs);
}

/** The value of an expression that is made of literals only. */
function constantOf(expr: Expr): Value | undefined {
  if (expr.kind === 'literal') return expr.value;
  if (expr.kind === 'list') {
    if (expr.optionals.size > 0) return undefined;
    const items = expr.elements.map(constantOf);
    return items.includes(undefined) ? undefined : new ArrayList(items as readonly Value[]);
  }
  if (expr.kind !== 'map' || expr.entries.some((entry) => entry.optional)) return undefined;
  const pairs = expr.entries.map((entry) => [constantOf(entry.key), constantOf(entry.value)] as const);
  if (pairs.some((pair) => pair.includes(undefined))) return undefined;
  return new EntryMap(pairs as readonly (readonly [Value, Value])[]);
}

type Operator = (a: Value, b: Value) => Value;

function ordered(operator: string, test: (order: number) => boolean): Operator {
  return (a, b) => {
    const comparable =
      a !== null && (typeof a !== 'object' || ['uint', 'bytes', 'timestamp', 'duration'].includes(typeOf(a).kind));
    if (!comparable) throw new CelError(`no such overload: ${operator}`);
    const order = compareValues(a, b);
    if (Number.isNaN(order)) throw new CelError('NaN values cannot be ordered');
    return test(order);
  };
}

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['_+_', add],
  ['_-_', subtract],
  ['_*_', multiply],
  ['_/_', divide],
  ['_%_', modulo],
  ['-_', negate],
  ['_==_', equalValues],
  ['_!=_', (a, b) => !equalValues(a, b)],
  ['_<_', ordered('_<_', (order) => order < 0)],
  ['_<=_', ordered('_<=_', (order) => order <= 0)],
  ['_>_', ordered('_>_', (order) => order > 0)],
  ['_>=_', ordered('_>=_', (order) => order >= 0)],
  ['@in', contains],
  ['_[_]', indexValue],
  ['_[?_]', indexOptional],
  ['_?._', (value, field) => selectOptional(value, field as string)],
]);

// Operators that look at their second operand only where the first leaves the answer open, or that swallow errors.
function logic(compiler: Compiler, { fn, target, args }: CallExpr): Code | undefined {
  const code = (index: number): Code => compiler.compile(args[index] as Expr);
  if (target !== undefined) return optionalLogic(compiler, { fn, target, args });
  switch (fn) {
    case '_&&_':
      return shortCircuit(code(0), code(1), false);
    case '_||_':
      return shortCircuit(code(0), code(1), true);
    case '!_':
      return not(code(0));
    case '_?_:_':
      return conditional(code(0), code(1), code(2));
    case '@not_strictly_false':
      return notStrictlyFalse(code(0));
    default:
      return undefined;
  }
}

function shortCircuit(left: Code, right: Code, decisive: boolean): Code {
  return (frame) => {
    let failure: CelError | undefined;
    try {
      const value = left(frame);
      if (value === decisive) return decisive;
      if (typeof value !== 'boolean') failure = noSuchOverload();
    } catch (error) {
      failure = swallowed(error);
    }
    if (failure === undefined) {
      const value = right(frame);
      if (typeof value !== 'boolean') throw noSuchOverload();
      return value;
    }
    try {
      if (right(frame) === decisive) return decisive;
    } catch (error) {
      swallowed(error);
    }
    throw failure;
  };
}

function not(operand: Code): Code {
  return (frame) => {
    const value = operand(frame);
    frame.charge(1);
    if (typeof value !== 'boolean') throw noSuchOverload();
    return !value;
  };
}

function conditional(condition: Code, yes: Code, no: Code): Code {
  return (frame) => {
    const value = condition(frame);
    if (typeof value !== 'boolean') throw noSuchOverload();
    return value ? yes(frame) : no(frame);
  };
}

function notStrictlyFalse(operand: Code): Code {
  return (frame: Frame) => {
    frame.charge(1);
    try {
      return operand(frame) !== false;
    } catch (error) {
      swallowed(error);
      return true;
    }
  };
}

function optionalLogic(
  compiler: Compiler,
  { fn, target, args }: { readonly fn: string; readonly target: Expr; readonly args: readonly Expr[] },
): Code | undefined {
  if ((fn !== 'or' && fn !== 'orValue') || args.length !== 1) return undefined;
  const left = compiler.compile(target);
  const right = compiler.compile(args[0] as Expr);
  return (frame) => {
    const value = left(frame);
    if (!(value instanceof OptionalValue)) throw noSuchOverload();
    if (value.value === undefined) return right(frame);
    return fn === 'or' ? value : value.value;
  };
}
