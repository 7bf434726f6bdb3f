// std: objects.

import { equalValues, visibleNames } from '../operators.ts';
import {
  ArrayValue,
  FunctionValue,
  type Layer,
  ObjectValue,
  Thunk,
  type Value,
  runtimeError,
  typeName,
} from '../values.ts';
import { type Args, type NativeTable, type StdWorld, listOf } from './native.ts';

function names(args: Args, hidden: boolean): readonly string[] {
  return args
    .object(0)
    .names()
    .flatMap(([name, visible]) => (visible || hidden ? [name] : []));
}

function fieldThunk(object: ObjectValue, name: string, { evaluator }: StdWorld): Thunk {
  return new Thunk(() => evaluator.field(object, name));
}

function values(args: Args, world: StdWorld, hidden: boolean): ArrayValue {
  return listOf(names(args, hidden).map((name) => fieldThunk(args.object(0), name, world)));
}

function pairs(args: Args, world: StdWorld, hidden: boolean): ArrayValue {
  const object = args.object(0);
  return listOf(
    names(args, hidden).map((name) =>
      Thunk.of(
        ObjectValue.of([
          ['key', Thunk.of(name)],
          ['value', fieldThunk(object, name, world)],
        ]),
      ),
    ),
  );
}

function has(object: ObjectValue, name: string, hidden: boolean): boolean {
  return object.names().some(([known, visible]) => known === name && (visible || hidden));
}

function mergePatch(target: Value, patch: Value, world: StdWorld): Value {
  if (!(patch instanceof ObjectValue)) return patch;
  const entries = new Map<string, Thunk>();
  if (target instanceof ObjectValue) {
    for (const name of visibleNames(target)) entries.set(name, fieldThunk(target, name, world));
  }
  for (const name of visibleNames(patch)) {
    const value = world.evaluator.field(patch, name);
    const before = entries.get(name);
    if (value === null) entries.delete(name);
    else entries.set(name, new Thunk(() => mergePatch(before?.force() ?? null, value, world)));
  }
  return ObjectValue.of(entries);
}

/** Without nulls and without what is empty then. */
function prune(value: Value, { evaluator }: StdWorld): Value {
  const kept = (each: Value): boolean =>
    !(
      each === null ||
      (each instanceof ArrayValue && each.items.length === 0) ||
      (each instanceof ObjectValue && visibleNames(each).length === 0)
    );
  if (value instanceof ArrayValue) {
    const items = value.items.map((item) => prune(item.force(), { evaluator, extVar: () => null })).filter(kept);
    return listOf(items.map((item) => Thunk.of(item)));
  }
  if (!(value instanceof ObjectValue)) return value;
  const entries: [string, Thunk][] = [];
  for (const name of visibleNames(value)) {
    const pruned = prune(evaluator.field(value, name), { evaluator, extVar: () => null });
    if (kept(pruned)) entries.push([name, Thunk.of(pruned)]);
  }
  return ObjectValue.of(entries);
}

function texts(list: readonly string[]): ArrayValue {
  return listOf(list.map((text) => Thunk.of(text)));
}

/** Functions of objects, and of any value. */
export const objectFunctions: NativeTable = {
  objectFields: ['o', (args) => texts(names(args, false))],
  objectFieldsAll: ['o', (args) => texts(names(args, true))],
  objectFieldsEx: ['obj hidden', (args) => texts(names(args, args.boolean(1)))],
  objectValues: ['o', (args, world) => values(args, world, false)],
  objectValuesAll: ['o', (args, world) => values(args, world, true)],
  objectKeysValues: ['o', (args, world) => pairs(args, world, false)],
  objectKeysValuesAll: ['o', (args, world) => pairs(args, world, true)],
  objectHas: ['o f', (args) => has(args.object(0), args.text(1), false)],
  objectHasAll: ['o f', (args) => has(args.object(0), args.text(1), true)],
  objectHasEx: ['obj fname hidden', (args) => has(args.object(0), args.text(1), args.boolean(2))],
  objectRemoveKey: [
    'obj key',
    (args) => {
      const name = args.text(1);
      const without = (layer: Layer): Layer => ({
        ...layer,
        fields: new Map([...layer.fields].filter(([known]) => known !== name)),
      });
      return new ObjectValue(args.object(0).layers.map(without));
    },
  ],
  get: [
    'o f default? inc_hidden?',
    (args, { evaluator }) => {
      const [object, name] = [args.object(0), args.text(1)];
      const hidden = !args.has(3) || args.boolean(3);
      return has(object, name, hidden) ? evaluator.field(object, name) : args.value(2);
    },
  ],
  mapWithKey: [
    'func obj',
    (args, world) => {
      const [call, object] = [args.function(0), args.object(1)];
      return ObjectValue.of(
        visibleNames(object).map(
          (name) => [name, new Thunk(() => call(Thunk.of(name), fieldThunk(object, name, world)))] as const,
        ),
      );
    },
  ],
  mergePatch: ['target patch', (args, world) => mergePatch(args.value(0), args.value(1), world)],
  prune: ['a', (args, world) => prune(args.value(0), world)],
  equals: ['x y', (args, { evaluator }) => equalValues(args.value(0), args.value(1), evaluator)],
  primitiveEquals: [
    'x y',
    (args) => {
      const [x, y] = [args.value(0), args.value(1)];
      if (typeName(x) !== typeName(y)) return false;
      if (x instanceof FunctionValue) throw runtimeError('Cannot test equality of functions');
      if (typeof x === 'object' && x !== null) {
        throw runtimeError(`primitiveEquals operates on primitive types, got ${typeName(x)}`);
      }
      return x === y;
    },
  ],
  id: ['x', (args) => args.value(0)],
  assertEqual: [
    'a b',
    (args, { evaluator }) => {
      if (equalValues(args.value(0), args.value(1), evaluator)) return true;
      const [a, b] = [evaluator.text(args.value(0)), evaluator.text(args.value(1))];
      throw runtimeError(`Assertion failed. ${a} != ${b}`);
    },
  ],
  trace: ['str rest', (args) => args.value(1)],
  extVar: ['x', (args, { extVar }) => extVar(args.text(0))],
  // There are none; the original answers null for what it does not know.
  native: ['x', () => null],
};
