// std.manifestTomlEx. Mirrors google/go-jsonnet:builtins.go tomlTableInternal (v0.22.0).

import { printNumber } from '../manifest.ts';
import { visibleNames } from '../operators.ts';
import { ArrayValue, FunctionValue, ObjectValue, type Value, runtimeError } from '../values.ts';
import type { StdWorld } from './native.ts';

/** An object as TOML: its plain values first, then its tables. */
export function printToml(object: ObjectValue, world: StdWorld, indent: string): string {
  return table(object, { world, indent, path: [], at: '' });
}

interface Place {
  readonly world: StdWorld;
  readonly indent: string;
  readonly path: readonly string[];
  readonly at: string;
}

function table(object: ObjectValue, place: Place): string {
  const { world, indent, path, at } = place;
  const lines: string[] = [];
  const sections: string[] = [];
  for (const name of visibleNames(object)) {
    const value = world.evaluator.field(object, name);
    const inner = { world, indent, path: [...path, keyOf(name)], at: at + indent };
    if (value instanceof ObjectValue) sections.push(section('[', ']', value, { ...inner, at }));
    else if (isTables(value)) {
      for (const item of value.items) sections.push(section('[[', ']]', item.force(), { ...inner, at }));
    } else lines.push(`${at}${keyOf(name)} = ${inline(value, place, false)}`);
  }
  return [lines.join('\n'), ...sections].join('\n\n');
}

function section(open: string, close: string, value: Value, place: Place): string {
  if (!(value instanceof ObjectValue)) return '';
  const head = `${place.at}${open}${place.path.join('.')}${close}`;
  const body = table(value, { ...place, at: place.at + place.indent });
  return body === '' || body.startsWith('\n') ? head + body : `${head}\n${body}`;
}

function isTables(value: Value): value is ArrayValue {
  return (
    value instanceof ArrayValue &&
    value.items.length > 0 &&
    value.items.every((item) => item.force() instanceof ObjectValue)
  );
}

function inline(value: Value, place: Place, inList: boolean): string {
  if (value === null) throw runtimeError('Tried to manifest "null"');
  if (value instanceof FunctionValue) throw runtimeError('Tried to manifest function');
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof ArrayValue) {
    if (value.items.length === 0) return '[]';
    const items = value.items.map((item) => inline(item.force(), place, true));
    if (inList) return `[ ${items.join(', ')} ]`;
    const inner = place.at + place.indent;
    return `[\n${items.map((item) => inner + item).join(',\n')}\n${place.at}]`;
  }
  const { evaluator } = place.world;
  const fields = visibleNames(value).map(
    (name) => `${keyOf(name)} = ${inline(evaluator.field(value, name), place, true)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

function keyOf(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}
