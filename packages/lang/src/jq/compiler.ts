// From a parsed program to closures. Values are passed on by calling what comes next; while paths are asked for, the way
// to a value is passed along, and checked the way github.com/itchyny/gojq:execute.go (0.12.19) checks it.

import type { Json } from '@evenkeel/resource';
import { type Definition, type Node, splitLast } from './ast.ts';
import { compileBind, compileFold } from './binding.ts';
import { builtinDefinition, nativeFunction, specialForm } from './builtins.ts';
import { JqError, fail, shown } from './errors.ts';
import { compileTry, iterate, modify, pathsOf } from './flow.ts';
import { formatFunction } from './formats.ts';
import { compare, encode, isTruthy } from './json.ts';
import { add, divide, modulo, multiply, negate, plus, subtract } from './numbers.ts';
import { indexValue, setPath, sliceValue } from './paths.ts';
import {
  type Env,
  type Frame,
  type Run,
  type Scope,
  type Track,
  frameAt,
  functionScope,
  isIntact,
  step,
  variableScope,
} from './machine.ts';

const identity: Run = (input, track, _env, emit) => emit(input, track);

/** Compiles a node in a scope. Throws JqError (UNDEFINED) for names nobody defines. */
export function compile(node: Node, scope: Scope | undefined): Run {
  switch (node.kind) {
    case 'identity':
      return identity;
    case 'recurse':
      return compileCall({ kind: 'call', name: 'recurse', args: [], offset: 0 }, scope);
    case 'literal': {
      const { value } = node;
      return (_input, track, _env, emit) => emit(value, track);
    }
    case 'pipe': {
      const [left, right] = [compile(node.left, scope), compile(node.right, scope)];
      return (input, track, env, emit) => left(input, track, env, (value, way) => right(value, way, env, emit));
    }
    case 'comma': {
      const [left, right] = [compile(node.left, scope), compile(node.right, scope)];
      return (input, track, env, emit) => {
        left(input, track, env, emit);
        right(input, track, env, emit);
      };
    }
    case 'index':
    case 'slice':
    case 'iterate':
    case 'optional':
      return compileAccess(node, scope);
    case 'call':
      return compileCall(node, scope);
    case 'variable':
      return compileVariable(node, scope);
    case 'text':
      return compile(textNode(node.parts, node.format), scope);
    case 'format':
      return native((value) => formatFunction(node.name)(value));
    case 'object':
    case 'array':
      return compileConstruction(node, scope);
    case 'sign':
      return compileSign(node, scope);
    case 'bind':
      return compileBind(node, scope, compile);
    case 'reduce':
    case 'foreach':
      return compileFold(node, scope, compile);
    case 'binary':
      return compileBinary(node, scope);
    case 'update':
      return compileUpdate(node, scope);
    case 'if':
    case 'try':
    case 'label':
    case 'break':
    case 'define':
      return compileControl(node, scope);
  }
}

type NodeOf<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

function compileControl(node: NodeOf<'if' | 'try' | 'label' | 'break' | 'define'>, scope: Scope | undefined): Run {
  switch (node.kind) {
    case 'if': {
      const [condition, body] = [compile(node.condition, scope), compile(node.body, scope)];
      const otherwise = node.otherwise ? compile(node.otherwise, scope) : identity;
      return (input, track, env, emit) =>
        condition(input, undefined, env, (value) => (isTruthy(value) ? body : otherwise)(input, track, env, emit));
    }
    case 'try':
      return compileTry(compile(node.body, scope), node.handler && compile(node.handler, scope));
    case 'label': {
      const body = compile(node.body, variableScope(`label ${node.name}`, scope));
      return (input, track, env, emit) => {
        const frame: Frame = { parent: env.frame, value: null };
        try {
          body(input, track, { ...env, frame }, emit);
        } catch (error) {
          if (!(error instanceof Break) || error.frame !== frame) throw error;
        }
      };
    }
    case 'break': {
      const found = scope?.variable(`label ${node.name}`);
      if (found === undefined) throw new JqError('UNDEFINED', `label not defined: ${node.name}`, node.offset);
      return (_input, _track, env) => {
        throw new Break(frameAt(env.frame, found));
      };
    }
    case 'define': {
      const inner = define(node.definition, scope);
      const body = compile(node.body, inner);
      return (input, track, env, emit) =>
        body(input, track, { ...env, frame: { parent: env.frame, value: null } }, emit);
    }
  }
}

class Break {
  readonly frame: Frame | undefined;
  constructor(frame: Frame | undefined) {
    this.frame = frame;
  }
}

/** Adds a function to a scope. Its body sees itself, and its parameters. */
export function define(definition: Definition, scope: Scope | undefined): Scope {
  const inner = functionScope(definition, scope);
  let bodyScope: Scope = inner;
  for (const param of definition.params) bodyScope = variableScope(`closure ${param.replace(/^\$/, '')}`, bodyScope);
  for (const param of definition.params) if (param.startsWith('$')) bodyScope = variableScope(param, bodyScope);
  inner.body(compile(definition.body, bodyScope));
  return inner;
}

function compileAccess(node: NodeOf<'index' | 'slice' | 'iterate' | 'optional'>, scope: Scope | undefined): Run {
  if (node.kind === 'optional') {
    const parts = splitLast(node.term);
    const tried = compileTry(compile(parts?.last ?? node.term, scope), undefined);
    if (!parts) return tried;
    const before = compile(parts.before, scope);
    return (input, track, env, emit) => before(input, track, env, (value, way) => tried(value, way, env, emit));
  }
  const term = compile(node.term, scope);
  if (node.kind === 'iterate') {
    return (input, track, env, emit) => term(input, track, env, (value, way) => iterate(value, way, env, emit));
  }
  if (node.kind === 'index') {
    const constant = literalKey(node.key);
    if (constant !== undefined) {
      return (input, track, env, emit) =>
        term(input, track, env, (value, way) => {
          step(env);
          const found = indexValue(value, constant);
          emit(found, extend(way, value, constant, found));
        });
    }
    const key = compile(node.key, scope);
    return (input, track, env, emit) =>
      key(input, undefined, env, (name) =>
        term(input, track, env, (value, way) => {
          step(env);
          const found = indexValue(value, name);
          emit(found, extend(way, value, name, found));
        }),
      );
  }
  const nothing: Run = (_input, track, _env, emit) => emit(null, track);
  const from = node.from ? compile(node.from, scope) : nothing;
  const to = node.to ? compile(node.to, scope) : nothing;
  return (input, track, env, emit) =>
    from(input, undefined, env, (start) =>
      to(input, undefined, env, (end) =>
        term(input, track, env, (value, way) => {
          step(env);
          const found = sliceValue(value, start, end);
          emit(found, extend(way, value, { start, end }, found));
        }),
      ),
    );
}

/** Constant keys are looked up on what the term gives; others are worked out first, on the input of the whole. */
function literalKey(key: Node): Json | undefined {
  if (key.kind === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number')) return key.value;
  if (key.kind === 'sign' && key.term.kind === 'literal' && typeof key.term.value === 'number') {
    return key.operator === '-' ? -key.term.value : key.term.value;
  }
  return undefined;
}

function extend(way: Track | undefined, from: Json, key: Json, value: Json): Track | undefined {
  if (way === undefined) return undefined;
  if (!isIntact(from, way.value)) throw fail(`invalid path against: ${shown(from)}`);
  return { parent: way, key, value };
}

function compileVariable(node: NodeOf<'variable'>, scope: Scope | undefined): Run {
  const found = scope?.variable(node.name);
  if (found !== undefined) return (_input, track, env, emit) => emit(frameAt(env.frame, found)?.value ?? null, track);
  // What the controller runs with is nobody's business; gojq gives Argo CD's expressions an empty environment too.
  if (node.name === '$ENV') return (_input, track, _env, emit) => emit({}, track);
  throw new JqError('UNDEFINED', `variable not defined: ${node.name}`, node.offset);
}

function compileCall(node: NodeOf<'call'>, scope: Scope | undefined): Run {
  const { name, args } = node;
  const closure = args.length === 0 ? scope?.closure(name) : undefined;
  if (closure?.kind === 'closure') {
    return (input, track, env, emit) => {
      step(env);
      const frame = frameAt(env.frame, closure.depth);
      frame?.run?.(input, track, { ...env, frame: frame.env }, emit);
    };
  }
  const own = closure ?? scope?.function(name, args.length);
  if (own?.kind === 'function') {
    return callDefined({
      definition: own.definition,
      args: args.map((arg) => compile(arg, scope)),
      body: () => own.body(),
      base: (env) => frameAt(env.frame, own.depth),
    });
  }
  const special = specialForm(name, args.length);
  if (special) return special(args.map((arg) => compile(arg, scope)));
  const function_ = nativeFunction(name, args.length);
  if (function_) {
    return nativeCall(
      args.map((arg) => compile(arg, scope)),
      function_,
    );
  }
  const builtin = builtinDefinition(name, args.length, (definition) => define(definition, undefined));
  if (builtin) {
    return callDefined({
      definition: builtin.definition,
      args: args.map((arg) => compile(arg, scope)),
      body: () => builtin.scope.run(),
      base: () => ({ parent: undefined, value: null }),
    });
  }
  if (name === 'input' || name === 'inputs') throw new JqError('UNDEFINED', 'input(s)/0 is not allowed', node.offset);
  throw new JqError('UNDEFINED', `function not defined: ${name}/${args.length}`, node.offset);
}

interface DefinedCall {
  readonly definition: Definition;
  readonly args: readonly Run[];
  readonly body: () => Run;
  /** The frame the function was defined in. */
  readonly base: (env: Env) => Frame | undefined;
}

function callDefined({ definition, args, body, base }: DefinedCall): Run {
  const values = definition.params.flatMap((param, index) => (param.startsWith('$') ? [args[index] ?? identity] : []));
  return (input, track, env, emit) => {
    step(env);
    let frame = base(env);
    for (const run of args) frame = { parent: frame, value: null, run, env: env.frame };
    const bind = (index: number, inner: Frame | undefined): void => {
      const value = values[index];
      if (value === undefined) return body()(input, track, { ...env, frame: inner }, emit);
      value(input, undefined, env, (bound) => bind(index + 1, { parent: inner, value: bound }));
    };
    bind(0, frame);
  };
}

/** A function of its input alone. */
function native(apply: (value: Json) => Json): Run {
  return (input, track, env, emit) => {
    step(env);
    emit(apply(input), track);
  };
}

/** Arguments are worked out from the last to the first, which is what makes the first vary fastest. */
function nativeCall(args: readonly Run[], apply: (value: Json, args: readonly Json[]) => Json): Run {
  return (input, track, env, emit) => {
    const values: Json[] = [];
    const next = (index: number, way: Track | undefined): void => {
      const arg = args[index];
      if (arg === undefined) {
        step(env);
        return emit(apply(input, [...values]), way);
      }
      arg(input, way, env, (value, after) => {
        values[index] = value;
        next(index - 1, after);
      });
    };
    next(args.length - 1, track);
  };
}

function textNode(parts: readonly (string | Node)[], format: string | undefined): Node {
  const shownAs: Node =
    format === undefined ? { kind: 'call', name: 'tostring', args: [], offset: 0 } : { kind: 'format', name: format };
  const nodes = parts.map((part): Node =>
    typeof part === 'string' ? { kind: 'literal', value: part } : { kind: 'pipe', left: part, right: shownAs },
  );
  return nodes.reduce((left, right): Node => ({ kind: 'binary', operator: '+', left, right }));
}

function compileConstruction(node: NodeOf<'object' | 'array'>, scope: Scope | undefined): Run {
  if (node.kind === 'array') {
    if (!node.body) return (_input, track, _env, emit) => emit([], track);
    const body = compile(node.body, scope);
    return (input, track, env, emit) => {
      const items: Json[] = [];
      body(input, track, env, (value) => {
        step(env);
        items.push(value);
      });
      emit(items, track);
    };
  }
  const members = node.members.map(({ key, value, variable }) => {
    const member: Node =
      variable === undefined
        ? { kind: 'index', term: { kind: 'identity' }, key }
        : { kind: 'variable', name: variable, offset: 0 };
    return { key: compile(key, scope), value: compile(value ?? member, scope) };
  });
  return (input, track, env, emit) => {
    const build = (index: number, entries: readonly (readonly [string, Json])[], way: Track | undefined): void => {
      const member = members[index];
      if (!member) return emit(Object.fromEntries(entries) as Json, way);
      member.key(input, way, env, (name, afterKey) =>
        member.value(input, afterKey, env, (value, afterValue) => {
          if (typeof name !== 'string') throw fail(`expected a string for object key but got: ${shown(name)}`);
          build(index + 1, [...entries, [name, value]], afterValue);
        }),
      );
    };
    step(env);
    build(0, [], track);
  };
}

function compileSign(node: NodeOf<'sign'>, scope: Scope | undefined): Run {
  const term = compile(node.term, scope);
  const apply = node.operator === '-' ? negate : plus;
  return (input, track, env, emit) => term(input, track, env, (value, way) => emit(apply(value), way));
}

const binaries: Readonly<Record<string, (left: Json, right: Json) => Json>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
  '//': (left, right) => (isTruthy(left) ? left : right),
  '==': (left, right) => compare(left, right) === 0,
  '!=': (left, right) => compare(left, right) !== 0,
  '<': (left, right) => compare(left, right) < 0,
  '>': (left, right) => compare(left, right) > 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>=': (left, right) => compare(left, right) >= 0,
};

function operation(operator: string): (left: Json, right: Json) => Json {
  const found = binaries[operator];
  if (!found) throw new JqError('SYNTAX', `unexpected token ${encode(operator)}`);
  return found;
}

function compileBinary(node: NodeOf<'binary'>, scope: Scope | undefined): Run {
  const [left, right] = [compile(node.left, scope), compile(node.right, scope)];
  if (node.operator === 'and' || node.operator === 'or') {
    const decides = node.operator === 'or';
    return (input, track, env, emit) =>
      left(input, undefined, env, (value) => {
        if (isTruthy(value) === decides) return emit(decides, track);
        right(input, undefined, env, (other) => emit(isTruthy(other), track));
      });
  }
  if (node.operator === '//') {
    return (input, track, env, emit) => {
      let found = false;
      left(input, track, env, (value, way) => {
        if (!isTruthy(value)) return;
        found = true;
        emit(value, way);
      });
      if (!found) right(input, track, env, emit);
    };
  }
  const apply = operation(node.operator);
  return nativeCall([left, right], (_input, [l = null, r = null]) => apply(l, r));
}

/** The path of `.a[0].b`, which needs no looking up; undefined for anything else. */
function constantPath(node: Node): readonly Json[] | undefined {
  if (node.kind === 'identity') return [];
  if (node.kind !== 'index' && node.kind !== 'slice') return undefined;
  const before = constantPath(node.term);
  if (before === undefined) return undefined;
  if (node.kind === 'index') {
    const key = literalKey(node.key);
    return key === undefined ? undefined : [...before, key];
  }
  const [start, end] = [node.from, node.to].map((bound) => (bound ? literalKey(bound) : null));
  return start === undefined || end === undefined ? undefined : [...before, { start, end }];
}

function compileUpdate(node: NodeOf<'update'>, scope: Scope | undefined): Run {
  const [target, source] = [compile(node.left, scope), compile(node.right, scope)];
  const places = node.operator === '=' && node.left.kind !== 'identity' ? constantPath(node.left) : undefined;
  if (places) {
    return (input, track, env, emit) =>
      source(input, track, env, (value, way) => emit(setPath(input, places, value), way));
  }
  if (node.operator === '=') {
    return (input, track, env, emit) =>
      source(input, undefined, env, (value) => {
        let result = input;
        pathsOf(target, input, env, (path) => {
          result = setPath(result, path, value);
        });
        emit(result, track);
      });
  }
  if (node.operator === '|=') {
    return (input, track, env, emit) =>
      emit(modify(input, { target, env, change: (value, give) => source(value, undefined, env, give) }), track);
  }
  const apply = operation(node.operator.slice(0, -1));
  return (input, track, env, emit) =>
    source(input, undefined, env, (operand) =>
      emit(modify(input, { target, env, change: (value, give) => give(apply(value, operand), undefined) }), track),
    );
}
