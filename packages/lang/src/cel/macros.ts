// What macros expand to: loops with an accumulator (cel-go:parser/macro.go and ext, v0.26.0).

import { type Expr, accumulator, copyExpr } from './ast.ts';
import { Uint, type Value } from './values.ts';

/** A call that may be a macro. */
export interface MacroCall {
  readonly fn: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  readonly at: number;
}

interface Refusal {
  readonly problem: { readonly at: number; readonly message: string };
}

type Expander = (call: MacroCall) => Expr | Refusal | undefined;

/** Macros by `name:arguments:member`. */
export type Macros = ReadonlyMap<string, Expander>;

/** The expansion of a call; undefined where it is no macro. */
export function expandMacro(macros: Macros, call: MacroCall): Expr | Refusal | undefined {
  const member = call.target !== undefined;
  const expand = macros.get(`${call.fn}:${call.args.length}:${member}`) ?? macros.get(`${call.fn}:*:${member}`);
  return expand?.(call);
}

function refusal(at: number, message: string): Refusal {
  return { problem: { at, message } };
}

/** Makes nodes that stand where the macro's call stands. */
class Maker {
  readonly #at: number;
  constructor(at: number) {
    this.#at = at;
  }
  literal(value: Value): Expr {
    return { kind: 'literal', at: this.#at, value };
  }
  ident(name: string): Expr {
    return { kind: 'ident', at: this.#at, name };
  }
  accu(): Expr {
    return this.ident(accumulator);
  }
  list(...elements: readonly Expr[]): Expr {
    return { kind: 'list', at: this.#at, elements, optionals: new Set() };
  }
  map(): Expr {
    return { kind: 'map', at: this.#at, entries: [] };
  }
  call(fn: string, ...args: readonly Expr[]): Expr {
    return { kind: 'call', at: this.#at, fn, target: undefined, args };
  }
  member(fn: string, target: Expr, ...args: readonly Expr[]): Expr {
    return { kind: 'call', at: this.#at, fn, target, args };
  }
  /** A variable that stands for a value within an expression. */
  bind(name: string, value: Expr, body: Expr): Expr {
    return this.fold({
      range: this.list(),
      iterVar: '#unused',
      iterVar2: undefined,
      accuVar: name,
      init: value,
      condition: this.literal(false),
      step: this.ident(name),
      result: body,
    });
  }
  fold(parts: Omit<Extract<Expr, { kind: 'fold' }>, 'kind' | 'at' | 'type'>): Expr {
    return { kind: 'fold', at: this.#at, ...parts };
  }
}

interface Loop {
  readonly make: Maker;
  readonly range: Expr;
  readonly names: readonly [string, string | undefined];
}

/** Reads target and variables, and leaves the rest to `body`. */
function looping(
  count: 1 | 2,
  wording: string,
  body: (loop: Loop, rest: readonly Expr[], call: MacroCall) => Expr,
): Expander {
  return (call) => {
    const names: string[] = [];
    for (const arg of call.args.slice(0, count)) {
      if (arg.kind !== 'ident') return refusal(arg.at, wording);
      if (names.includes(arg.name)) return refusal(arg.at, `duplicate variable name: ${arg.name}`);
      if (arg.name === '__result__') return refusal(arg.at, 'iteration variable overwrites accumulator variable');
      names.push(arg.name);
    }
    const make = new Maker(call.at);
    const range = call.target ?? make.list();
    return body({ make, range, names: [names[0] ?? '', names[1]] }, call.args.slice(count), call);
  };
}

function folded(loop: Loop, parts: { init: Expr; condition: Expr; step: Expr; result: Expr }): Expr {
  const [iterVar, iterVar2] = loop.names;
  return loop.make.fold({ range: loop.range, iterVar, iterVar2, accuVar: accumulator, ...parts });
}

function all(count: 1 | 2): Expander {
  return looping(count, 'argument must be a simple name', (loop, [predicate]) => {
    const { make } = loop;
    return folded(loop, {
      init: make.literal(true),
      condition: make.call('@not_strictly_false', make.accu()),
      step: make.call('_&&_', make.accu(), predicate as Expr),
      result: make.accu(),
    });
  });
}

function exists(count: 1 | 2): Expander {
  return looping(count, 'argument must be a simple name', (loop, [predicate]) => {
    const { make } = loop;
    return folded(loop, {
      init: make.literal(false),
      condition: make.call('@not_strictly_false', make.call('!_', make.accu())),
      step: make.call('_||_', make.accu(), predicate as Expr),
      result: make.accu(),
    });
  });
}

function existsOne(count: 1 | 2): Expander {
  return looping(count, 'argument must be a simple name', (loop, [predicate]) => {
    const { make } = loop;
    const more = make.call('_+_', make.accu(), make.literal(1n));
    return folded(loop, {
      init: make.literal(0n),
      condition: make.literal(true),
      step: make.call('_?_:_', predicate as Expr, more, make.accu()),
      result: make.call('_==_', make.accu(), make.literal(1n)),
    });
  });
}

type Grow = (make: Maker, loop: Loop, element: Expr) => Expr;

const append: Grow = (make, _loop, element) => make.call('_+_', make.accu(), make.list(element));
const insert: Grow = (make, loop, element) =>
  make.call('cel.@mapInsert', make.accu(), make.ident(loop.names[0]), element);
const merge: Grow = (make, _loop, element) => make.call('cel.@mapInsert', make.accu(), element);

/** map, transformList and their kin: an optional filter, then what every element becomes. */
function transform(count: 1 | 2, grow: Grow, wording: string): Expander {
  return looping(count, wording, (loop, rest) => {
    const { make } = loop;
    const element = rest[rest.length - 1] as Expr;
    const grown = grow(make, loop, element);
    const [filter] = rest;
    return folded(loop, {
      init: grow === append ? make.list() : make.map(),
      condition: make.literal(true),
      step: rest.length === 1 ? grown : make.call('_?_:_', filter as Expr, grown, make.accu()),
      result: make.accu(),
    });
  });
}

const filter: Expander = looping(1, 'argument is not an identifier', (loop, [predicate], call) => {
  const { make } = loop;
  const grown = make.call('_+_', make.accu(), make.list(copyExpr(call.args[0] as Expr)));
  return folded(loop, {
    init: make.list(),
    condition: make.literal(true),
    step: make.call('_?_:_', predicate as Expr, grown, make.accu()),
    result: make.accu(),
  });
});

const has: Expander = ({ args, at }) => {
  const [arg] = args;
  if (arg?.kind === 'select') return { kind: 'select', at, operand: arg.operand, field: arg.field, test: true };
  return refusal(arg?.at ?? at, 'invalid argument to has() macro');
};

function optionalMap(name: string, wrap: boolean): Expander {
  return ({ args, target, at }) => {
    const [variable, body] = args as readonly [Expr, Expr];
    if (variable.kind !== 'ident' || target === undefined)
      return refusal(variable.at, `${name}() variable name must be a simple identifier`);
    const make = new Maker(at);
    const bound = make.bind(variable.name, make.member('value', copyExpr(target)), body);
    return make.call(
      '_?_:_',
      make.member('hasValue', target),
      wrap ? make.call('optional.of', bound) : bound,
      make.call('optional.none'),
    );
  };
}

const sortBy: Expander = ({ args, target, at, fn }) => {
  if (target === undefined || !['list', 'select', 'ident', 'fold', 'call'].includes(target.kind))
    return refusal(
      target?.at ?? at,
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    );
  const make = new Maker(at);
  const name = '@__sortBy_input__';
  const keys = transform(1, append, 'argument is not an identifier')({ fn, target: make.ident(name), args, at });
  if (keys === undefined || 'problem' in keys) return keys;
  return make.bind(name, target, make.member('@sortByAssociatedKeys', make.ident(name), keys));
};

const bind: Expander = ({ args, target, at }) => {
  if (target?.kind !== 'ident' || target.name !== 'cel') return undefined;
  const [variable, value, body] = args as readonly [Expr, Expr, Expr];
  if (variable.kind !== 'ident') return refusal(variable.at, 'cel.bind() variable names must be simple identifiers');
  return new Maker(at).bind(variable.name, value, body);
};

/** math.least and math.greatest take any number of arguments. */
function extreme(name: string, fn: string): Expander {
  return ({ args, target, at }) => {
    if (target?.kind !== 'ident' || target.name !== 'math') return undefined;
    const make = new Maker(at);
    const [first] = args;
    if (first === undefined) return refusal(target.at, `math.${name}() requires at least one argument`);
    const bad = args.find(
      (arg) => ['map', 'struct'].includes(arg.kind) || isNoNumber(arg) || (args.length > 1 && arg.kind === 'list'),
    );
    if (bad !== undefined) return refusal(bad.at, `math.${name}() simple literal arguments must be numeric`);
    return args.length <= 2 ? make.call(fn, ...args) : make.call(fn, make.list(...args));
  };
}

function isNoNumber(arg: Expr): boolean {
  if (arg.kind === 'list') return arg.elements.length === 0 || arg.elements.some(isNoNumber);
  return arg.kind === 'literal' && !['bigint', 'number'].includes(typeof arg.value) && !(arg.value instanceof Uint);
}

const mapWording = 'argument is not an identifier';
const nameWording = 'argument must be a simple name';

/** The macros of every environment. */
export const standardMacros: Macros = new Map<string, Expander>([
  ['has:1:false', has],
  ['all:2:true', all(1)],
  ['exists:2:true', exists(1)],
  ['exists_one:2:true', existsOne(1)],
  ['existsOne:2:true', existsOne(1)],
  ['map:2:true', transform(1, append, mapWording)],
  ['map:3:true', transform(1, append, mapWording)],
  ['filter:2:true', filter],
  ['optMap:2:true', optionalMap('optMap', true)],
  ['optFlatMap:2:true', optionalMap('optFlatMap', false)],
  ['all:3:true', all(2)],
  ['exists:3:true', exists(2)],
  ['existsOne:3:true', existsOne(2)],
  ['exists_one:3:true', existsOne(2)],
  ['transformList:3:true', transform(2, append, nameWording)],
  ['transformList:4:true', transform(2, append, nameWording)],
  ['transformMap:3:true', transform(2, insert, nameWording)],
  ['transformMap:4:true', transform(2, insert, nameWording)],
  ['transformMapEntry:3:true', transform(2, merge, nameWording)],
  ['transformMapEntry:4:true', transform(2, merge, nameWording)],
  ['sortBy:2:true', sortBy],
]);

/** The macros of environments with cel.bind and math, which Kubernetes does not have. */
export const bindMacros: Macros = new Map([
  ...standardMacros,
  ['bind:3:true', bind],
  ['least:*:true', extreme('least', 'math.@min')],
  ['greatest:*:true', extreme('greatest', 'math.@max')],
]);
