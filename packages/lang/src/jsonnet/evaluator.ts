// Works out what a program means, lazily. Mirrors google/go-jsonnet:interpreter.go and internal/program/desugarer.go (v0.22.0).

import { JsonnetError, type JsonnetPosition } from './errors.ts';
import { add, arithmetic, compareValues, equalValues, negate } from './operators.ts';
import type { Arguments, Assertion, Clause, Field, Node, ObjectForNode, ObjectNode } from './syntax.ts';
import {
  ArrayValue,
  type FieldDefinition,
  FunctionValue,
  ObjectValue,
  Scope,
  Thunk,
  type Value,
  codePoints,
  runtimeError,
  typeName,
} from './values.ts';

/** How files are found: the text, or undefined where there is none; may throw to suspend. */
export type Importer = (path: string, from: string, how: 'import' | 'importstr' | 'importbin') => Value;

export interface EvaluatorOptions {
  readonly importer: Importer;
  readonly stepsMax: number;
}

/**
 * Calls in tail position whose arguments are still to come keep everything before them. The original, to which each is a frame,
 * ends after 500.
 */
const LAZY_CALLS_MAX = 10_000;
/** How much a list or a text may take of what is copied for it, in one step. */
const ITEMS_A_STEP = 4;
const CHARACTERS_A_STEP = 64;
const TEXT_MAX = 64_000_000;
/** What an item of a comprehension counts for: it is kept, with a scope of its own. */
const SCOPE_STEPS = 10;

/** One run of a program. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #steps = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#options.stepsMax) throw new JsonnetError('LIMIT', 'the program takes too many steps');
  }

  /** Evaluates a node. What is in tail position costs no stack. Throws JsonnetError. */
  evaluate(start: Node, startScope: Scope): Value {
    let node = start;
    let scope = startScope;
    let lazyCalls = 0;
    for (;;) {
      try {
        this.spend(1);
        if (node.kind === 'call' && !node.args.strict && (lazyCalls += 1) > LAZY_CALLS_MAX) {
          throw new JsonnetError('LIMIT', 'max stack frames exceeded.');
        }
        const result = this.#step(node, scope);
        if (!(result instanceof Tail)) return result;
        ({ node, scope } = result);
      } catch (error) {
        throw positioned(error, node.at);
      }
    }
  }

  thunk(node: Node, scope: Scope): Thunk {
    return node.kind === 'literal' ? Thunk.of(node.value) : new Thunk(() => this.evaluate(node, scope));
  }

  #step(node: Node, scope: Scope): Value | Tail {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'variable': {
        const found = scope.find(node.name);
        if (!found) throw runtimeError(`Unknown variable: ${node.name}`);
        return found.force();
      }
      case 'self':
        return selfOf(scope);
      case 'index':
        return this.#index(this.evaluate(node.target, scope), this.evaluate(node.index, scope));
      case 'super':
        return this.#super(scope, textOf(this.evaluate(node.index, scope)));
      case 'in-super':
        return selfOf(scope).find(textOf(this.evaluate(node.index, scope)), scope.layer) !== undefined;
      case 'call':
        return this.#call(this.evaluate(node.target, scope), node.args, scope);
      case 'function': {
        const parameters = node.parameters.map(({ name, fallback }) => ({ name, isOptional: fallback !== undefined }));
        return new FunctionValue(parameters, { node, scope });
      }
      case 'local':
        return new Tail(node.body, this.#bound(node.binds, scope));
      case 'if': {
        const test = boolean(this.evaluate(node.test, scope));
        const chosen = test ? node.holds : node.otherwise;
        return chosen ? new Tail(chosen, scope) : null;
      }
      case 'binary':
        return this.#binary(node, scope);
      case 'unary':
        return negate(node.operator, this.evaluate(node.operand, scope));
      case 'array':
        return new ArrayValue(node.items.map((item) => this.thunk(item, scope)));
      case 'array-for':
        return new ArrayValue(this.#scopes(node.clauses, scope).map((each) => this.thunk(node.item, each)));
      case 'object':
        return this.#object(node, scope);
      case 'object-for':
        return this.#objectFor(node, scope);
      case 'error':
        throw runtimeError(this.text(this.evaluate(node.message, scope)));
      case 'assert':
        this.#assert(node.check, scope);
        return new Tail(node.rest, scope);
      case 'import':
        return this.#options.importer(node.path, node.at.file, node.how);
    }
  }

  /** Text as std.toString makes it; set by whoever knows how to print. */
  text: (value: Value) => string = () => '';

  #bound(binds: readonly { readonly name: string; readonly body: Node }[], scope: Scope): Scope {
    const names = new Map<string, Thunk>();
    const inner = new Scope(scope, names);
    for (const { name, body } of binds) names.set(name, this.thunk(body, inner));
    return inner;
  }

  #binary({ operator, left, right }: Extract<Node, { readonly kind: 'binary' }>, scope: Scope): Value | Tail {
    if (operator === '&&') return boolean(this.evaluate(left, scope)) && boolean(this.evaluate(right, scope));
    if (operator === '||') return boolean(this.evaluate(left, scope)) || boolean(this.evaluate(right, scope));
    const a = this.evaluate(left, scope);
    const b = this.evaluate(right, scope);
    switch (operator) {
      case '+':
        return this.#sum(a, b);
      case '==':
        return equalValues(a, b, this);
      case '!=':
        return !equalValues(a, b, this);
      case '<':
        return compareValues(a, b) < 0;
      case '<=':
        return compareValues(a, b) <= 0;
      case '>':
        return compareValues(a, b) > 0;
      case '>=':
        return compareValues(a, b) >= 0;
      case 'in':
        return objectOf(b).find(textOf(a)) !== undefined;
      case '%':
        return typeof a === 'string' ? this.format(a, b) : arithmetic('%', a, b);
      default:
        return arithmetic(operator, a, b);
    }
  }

  #sum(left: Value, right: Value): Value {
    return this.counted(add(left, right, this.text));
  }

  /** A value that was made of others, if it is not too large. */
  counted(value: Value): Value {
    if (value instanceof ArrayValue) this.spend(Math.ceil(value.items.length / ITEMS_A_STEP));
    if (typeof value !== 'string') return value;
    if (value.length > TEXT_MAX) throw new JsonnetError('LIMIT', 'the program makes too much: a text that is too long');
    this.spend(Math.ceil(value.length / CHARACTERS_A_STEP));
    return value;
  }

  /** std.format; set with `text`. */
  format: (format: string, values: Value) => Value = () => null;

  #index(target: Value, index: Value): Value {
    if (target instanceof ObjectValue) return this.field(target, textOf(index));
    if (target instanceof ArrayValue) return this.#item(target, index);
    if (typeof target === 'string') {
      if (typeof index !== 'number') throw unexpectedType(index, 'number');
      const characters = codePoints(target);
      const found = characters[index];
      if (found === undefined) throw outOfBounds(index, characters.length);
      return found;
    }
    throw runtimeError(`Value non indexable: ${typeName(target)}`);
  }

  #item({ items }: ArrayValue, index: Value): Value {
    if (typeof index !== 'number') throw unexpectedType(index, 'number');
    const found = items[index];
    if (found === undefined) throw outOfBounds(index, items.length);
    return found.force();
  }

  /** A field with everything above and below it taken into account. */
  field(object: ObjectValue, name: string): Value {
    const known = object.cache.get(name);
    if (known) return known.force();
    const thunk = new Thunk(() => {
      this.checkAsserts(object);
      return this.#fieldBelow(object, name, object.layers.length);
    });
    object.cache.set(name, thunk);
    return thunk.force();
  }

  #fieldBelow(object: ObjectValue, name: string, below: number): Value {
    const found = object.find(name, below);
    if (!found) throw runtimeError(`Field does not exist: ${name}`);
    const { definition, layer } = found;
    const own = (): Value =>
      definition.body
        ? this.evaluate(definition.body, this.#scopeOf(object, layer, definition))
        : (definition.value?.force() ?? null);
    if (!definition.adds || !object.find(name, layer)) return own();
    return this.#sum(this.#fieldBelow(object, name, layer), own());
  }

  #super(scope: Scope, name: string): Value {
    if (scope.layer === 0) throw runtimeError('Attempt to use super when there is no super class.');
    return this.#fieldBelow(selfOf(scope), name, scope.layer);
  }

  /** The scope of what is written in a layer: its locals, `self`, and `$` in an outermost object. */
  #scopeOf(object: ObjectValue, layer: number, definition?: FieldDefinition): Scope {
    const own = definition?.scope;
    const known = own ? undefined : object.scopes.get(layer);
    if (known) return known;
    const source = object.layers[layer];
    const names = new Map<string, Thunk>();
    const scope = new Scope(own ?? source?.scope, names, { self: object, layer });
    if (source?.outermost === true) names.set('$', Thunk.of(object));
    for (const { name, body } of source?.locals ?? []) names.set(name, this.thunk(body, scope));
    if (!own) object.scopes.set(layer, scope);
    return scope;
  }

  /** Runs the assertions of an object once, the lowest layer's first. */
  checkAsserts(object: ObjectValue): void {
    if (object.checked) return;
    object.checked = true;
    for (const [layer, { asserts }] of object.layers.entries()) {
      for (const assertion of asserts) this.#assert(assertion, this.#scopeOf(object, layer));
    }
  }

  #assert({ test, message, at }: Assertion, scope: Scope): void {
    const holds = this.evaluate(test, scope);
    if (typeof holds !== 'boolean') throw unexpectedType(holds, 'boolean');
    if (holds) return;
    const said = message ? this.text(this.evaluate(message, scope)) : 'Object assertion failed.';
    throw new JsonnetError('RUNTIME', said, at);
  }

  #object(node: ObjectNode, scope: Scope): ObjectValue {
    const fields = new Map<string, FieldDefinition>();
    for (const field of node.fields) {
      const name = this.#fieldName(field, scope);
      if (name === undefined) continue;
      if (fields.has(name)) throw runtimeError(`Duplicate field name: "${name}"`);
      const { visibility, adds, body } = field;
      fields.set(name, { visibility, adds, body, value: undefined, scope: undefined });
    }
    const { locals, asserts, outermost } = node;
    return new ObjectValue([{ fields, locals, asserts, outermost, scope }]);
  }

  #objectFor(node: ObjectForNode, scope: Scope): ObjectValue {
    const fields = new Map<string, FieldDefinition>();
    const { visibility, adds, body } = node.field;
    for (const each of this.#scopes(node.clauses, scope)) {
      const name = this.#fieldName(node.field, each);
      if (name === undefined) continue;
      if (fields.has(name)) throw runtimeError(`Duplicate field name: "${name}"`);
      fields.set(name, { visibility, adds, body, value: undefined, scope: each });
    }
    return new ObjectValue([{ fields, locals: node.locals, asserts: [], outermost: node.outermost, scope }]);
  }

  /** Undefined for a name that is null: the field is left out. */
  #fieldName({ name }: Field, scope: Scope): string | undefined {
    const value = this.evaluate(name, scope);
    if (value === null) return undefined;
    if (typeof value !== 'string') throw runtimeError(`Field name must be string, got ${typeName(value)}`);
    return value;
  }

  #scopes(clauses: readonly Clause[], scope: Scope): readonly Scope[] {
    let scopes: readonly Scope[] = [scope];
    for (const clause of clauses) {
      scopes =
        clause.kind === 'if'
          ? scopes.filter((each) => boolean(this.evaluate(clause.test, each)))
          : scopes.flatMap((each) => {
              const list = this.evaluate(clause.list, each);
              if (!(list instanceof ArrayValue)) throw unexpectedType(list, 'array');
              this.spend(list.items.length * SCOPE_STEPS);
              return list.items.map((item) => new Scope(each, new Map([[clause.name, item]])));
            });
    }
    return scopes;
  }

  #call(target: Value, { positional, named, strict }: Arguments, scope: Scope): Value | Tail {
    if (!(target instanceof FunctionValue)) throw unexpectedType(target, 'function');
    const values = positional.map((argument) => this.thunk(argument, scope));
    const byName = named.map(({ name, value }) => [name, this.thunk(value, scope)] as const);
    if (strict) for (const each of [...values, ...byName.map(([, value]) => value)]) each.force();
    return this.#apply(target, values, byName);
  }

  /** Calls a function with values. */
  call(target: Value, args: readonly Thunk[], named: readonly (readonly [string, Thunk])[] = []): Value {
    if (!(target instanceof FunctionValue)) throw unexpectedType(target, 'function');
    const result = this.#apply(target, args, named);
    return result instanceof Tail ? this.evaluate(result.node, result.scope) : result;
  }

  #apply(
    target: FunctionValue,
    positional: readonly Thunk[],
    named: readonly (readonly [string, Thunk])[],
  ): Value | Tail {
    const given = assignArguments(target, positional, named);
    if (target.native) return target.native(given);
    const { closure } = target;
    if (!closure) return null;
    const names = new Map<string, Thunk>();
    const scope = new Scope(closure.scope, names);
    for (const [index, { name, fallback }] of closure.node.parameters.entries()) {
      const argument = given[index] ?? (fallback && this.thunk(fallback, scope));
      if (argument) names.set(name, argument);
    }
    return new Tail(closure.node.body, scope);
  }
}

/** What remains to be evaluated in the place of what was. */
class Tail {
  readonly node: Node;
  readonly scope: Scope;
  constructor(node: Node, scope: Scope) {
    this.node = node;
    this.scope = scope;
  }
}

function assignArguments(
  { parameters }: FunctionValue,
  positional: readonly Thunk[],
  named: readonly (readonly [string, Thunk])[],
): readonly (Thunk | undefined)[] {
  if (positional.length > parameters.length) {
    throw runtimeError(`function expected ${parameters.length} positional argument(s), but got ${positional.length}`);
  }
  const given: (Thunk | undefined)[] = parameters.map((_parameter, index) => positional[index]);
  for (const [name, thunk] of named) {
    const index = parameters.findIndex((parameter) => parameter.name === name);
    if (index < 0) throw runtimeError(`function has no parameter ${name}`);
    if (given[index]) throw runtimeError(`Argument ${name} already provided`);
    given[index] = thunk;
  }
  for (const [index, { name, isOptional }] of parameters.entries()) {
    if (!given[index] && !isOptional) throw runtimeError(`Missing argument: ${name}`);
  }
  return given;
}

function selfOf({ self }: Scope): ObjectValue {
  if (!self) throw runtimeError("Can't use self outside of an object.");
  return self;
}

function boolean(value: Value): boolean {
  if (typeof value !== 'boolean') throw unexpectedType(value, 'boolean');
  return value;
}

function textOf(value: Value): string {
  if (typeof value !== 'string') throw unexpectedType(value, 'string');
  return value;
}

function objectOf(value: Value): ObjectValue {
  if (!(value instanceof ObjectValue)) throw unexpectedType(value, 'object');
  return value;
}

function unexpectedType(value: Value, wanted: string): JsonnetError {
  return runtimeError(`Unexpected type ${typeName(value)}, expected ${wanted}`);
}

function outOfBounds(index: number, length: number): JsonnetError {
  return runtimeError(`Index ${index} out of bounds, not within [0, ${length})`);
}

/** The innermost place counts. Running out of stack or memory is the program's doing. */
function positioned(error: unknown, at: JsonnetPosition): unknown {
  if (error instanceof JsonnetError) return error.at ? error : new JsonnetError(error.code, error.message, at);
  return error instanceof RangeError ? new JsonnetError('LIMIT', limitMessage(error), at) : error;
}

/** What a program that asked for too much is told. */
export function limitMessage({ message }: RangeError): string {
  return message.includes('call stack') ? 'max stack frames exceeded.' : `the program makes too much: ${message}`;
}
