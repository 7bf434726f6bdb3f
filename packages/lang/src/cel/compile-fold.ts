// Loops: all, exists, map, filter and their kin, and variables bound within an expression.

import { loopKeys } from './access.ts';
import { type Expr, type FoldExpr, accumulator } from './ast.ts';
import type { Compiler } from './compile.ts';
import { type Code, type Frame, swallowed } from './frame.ts';
import { ArrayList, CelError, EntryMap, ListValue, MapValue, type Value, keyText, noSuchOverload } from './values.ts';

export function compileFold(compiler: Compiler, expr: FoldExpr): Code {
  if (expr.condition.kind === 'literal' && expr.condition.value === false) return binding(compiler, expr);
  const range = compiler.compile(expr.range);
  const init = compiler.compile(expr.init);
  return compiler.scoped([expr.accuVar], ([accu = 0]) => {
    const [body, loop] = compiler.scoped(
      [expr.iterVar, ...(expr.iterVar2 === undefined ? [] : [expr.iterVar2])],
      ([first = 0, second]) => {
        const loop = { range, first, second };
        return [growing(compiler, expr, loop) ?? undefined, { loop, ...steps(compiler, expr) }] as const;
      },
    );
    return body ?? general({ ...loop, init, accu, result: compiler.compile(expr.result) });
  });
}

interface Loop {
  readonly range: Code;
  readonly first: number;
  readonly second: number | undefined;
}

function steps(compiler: Compiler, expr: FoldExpr): { readonly condition: Code; readonly step: Code } {
  return { condition: compiler.compile(expr.condition), step: compiler.compile(expr.step) };
}

// cel.bind and optMap: a loop that runs no round.
function binding(compiler: Compiler, expr: FoldExpr): Code {
  const init = compiler.compile(expr.init);
  return compiler.scoped([expr.accuVar], ([slot = 0]) => {
    const result = compiler.compile(expr.result);
    return (frame) => {
      frame.slots[slot] = init(frame);
      return result(frame);
    };
  });
}

/** Runs `round` for every element until it says false. */
function run(frame: Frame, { range, first, second }: Loop, round: (frame: Frame) => boolean): void {
  const value = range(frame);
  let index = 0n;
  for (const key of loopKeys(value)) {
    if (second === undefined) frame.slots[first] = key;
    else if (value instanceof ListValue) {
      frame.slots[first] = index++;
      frame.slots[second] = key;
    } else {
      frame.slots[first] = key;
      frame.slots[second] = value instanceof MapValue ? (value.find(key) ?? null) : null;
    }
    if (!round(frame)) return;
  }
}

interface General {
  readonly loop: Loop;
  readonly init: Code;
  readonly accu: number;
  readonly condition: Code;
  readonly step: Code;
  readonly result: Code;
}

function general({ loop, init, accu, condition, step, result }: General): Code {
  return (frame) => {
    const saved = frame.slots[accu];
    frame.slots[accu] = init(frame);
    run(frame, loop, () => {
      if (condition(frame) !== true) return false;
      try {
        frame.slots[accu] = step(frame);
      } catch (error) {
        // A later round may still make up for it: false && error is false.
        frame.slots[accu] = swallowed(error);
      }
      return true;
    });
    const value = result(frame);
    frame.slots[accu] = saved;
    return value;
  };
}

type Step =
  | { readonly filter: Code | undefined; readonly list: Code }
  | { readonly filter: Code | undefined; readonly map: readonly Code[] };

// map and filter add to one growing list or map instead of making a new one in every round.
function growing(compiler: Compiler, expr: FoldExpr, loop: Loop): Code | undefined {
  const empty =
    (expr.init.kind === 'list' && expr.init.elements.length === 0) ||
    (expr.init.kind === 'map' && expr.init.entries.length === 0);
  if (!empty || expr.accuVar !== accumulator || !isAccu(expr.result)) return undefined;
  const step = growingStep(compiler, expr.step);
  if (step === undefined) return undefined;
  return 'list' in step ? growList(loop, step.filter, step.list) : growMap(loop, step.filter, step.map);
}

function growingStep(compiler: Compiler, step: Expr): Step | undefined {
  if (step.kind !== 'call') return undefined;
  if (step.fn === '_?_:_') {
    const [condition, grown, kept] = step.args as readonly [Expr, Expr, Expr];
    const inner = isAccu(kept) ? growingStep(compiler, grown) : undefined;
    return inner === undefined ? undefined : { ...inner, filter: compiler.compile(condition) };
  }
  const [accu, ...rest] = step.args;
  if (accu === undefined || !isAccu(accu)) return undefined;
  if (step.fn === 'cel.@mapInsert') return { filter: undefined, map: rest.map((each) => compiler.compile(each)) };
  const [added] = rest;
  if (step.fn !== '_+_' || added?.kind !== 'list' || added.optionals.size > 0) return undefined;
  return { filter: undefined, list: compiler.compile(added.elements[0] as Expr) };
}

function isAccu(expr: Expr): boolean {
  return expr.kind === 'ident' && expr.name === accumulator;
}

function passes(frame: Frame, filter: Code | undefined): boolean {
  if (filter === undefined) return true;
  const value = filter(frame);
  if (typeof value !== 'boolean') throw noSuchOverload();
  if (!value) frame.charge(1);
  return value;
}

function growList(loop: Loop, filter: Code | undefined, element: Code): Code {
  return (frame) => {
    const items: Value[] = [];
    run(frame, loop, () => {
      if (!passes(frame, filter)) return true;
      items.push(element(frame));
      frame.charge(12);
      return true;
    });
    return new ArrayList(items);
  };
}

function growMap(loop: Loop, filter: Code | undefined, parts: readonly Code[]): Code {
  const [first, second] = parts as readonly [Code, Code | undefined];
  return (frame) => {
    const entries = new Map<string, readonly [Value, Value]>();
    run(frame, loop, () => {
      if (!passes(frame, filter)) return true;
      const value = first(frame);
      frame.charge(2);
      if (second !== undefined) insert(entries, value, second(frame));
      else if (value instanceof MapValue) {
        for (const key of value.keys()) insert(entries, key, value.find(key) ?? null);
      } else throw noSuchOverload();
      return true;
    });
    return new EntryMap(entries.values());
  };
}

function insert(entries: Map<string, readonly [Value, Value]>, key: Value, value: Value): void {
  const text = keyText(key) ?? '';
  if (entries.has(text)) {
    throw new CelError(`insert failed: key ${typeof key === 'object' ? text.slice(1) : String(key)} already exists`);
  }
  entries.set(text, [key, value]);
}
