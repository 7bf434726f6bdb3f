// What operators do. Mirrors google/go-jsonnet:interpreter.go and builtins.go (v0.22.0).

import type { JsonnetError } from './errors.ts';
import {
  ArrayValue,
  type FieldReader,
  FunctionValue,
  ObjectValue,
  type Value,
  compareText,
  runtimeError,
  typeName,
} from './values.ts';

/** `+`: sums, texts, lists one after another, objects one on top of another. */
export function add(left: Value, right: Value, text: (value: Value) => string): Value {
  if (typeof left === 'string' || typeof right === 'string') return text(left) + text(right);
  if (typeof left === 'number' && typeof right === 'number') return finite(left + right);
  if (left instanceof ArrayValue && right instanceof ArrayValue) return new ArrayValue([...left.items, ...right.items]);
  if (left instanceof ObjectValue && right instanceof ObjectValue) {
    return new ObjectValue([...left.layers, ...right.layers]);
  }
  const isKnown = typeof left === 'number' || left instanceof ArrayValue || left instanceof ObjectValue;
  throw runtimeError(
    isKnown ? `Unexpected type ${typeName(right)}, expected ${typeName(left)}` : `Unexpected type ${typeName(left)}`,
  );
}

const SAFE = 2 ** 53 - 1;

/** Operators of numbers. */
export function arithmetic(operator: string, left: Value, right: Value): number {
  if (typeof left !== 'number' || typeof right !== 'number') {
    if (operator === '%') {
      throw runtimeError(`Operator % cannot be used on types ${typeName(left)} and ${typeName(right)}.`);
    }
    throw runtimeError(`Unexpected type ${typeName(typeof left === 'number' ? right : left)}, expected number`);
  }
  switch (operator) {
    case '-':
      return finite(left - right);
    case '*':
      return finite(left * right);
    case '/':
      if (right === 0) throw runtimeError('Division by zero.');
      return finite(left / right);
    case '%':
      if (right === 0) throw runtimeError('Division by zero.');
      return finite(left % right);
    default:
      return bitwise(operator, left, right);
  }
}

function bitwise(operator: string, left: number, right: number): number {
  if (Math.abs(left) > SAFE || Math.abs(right) > SAFE) {
    throw runtimeError('numeric value outside safe integer range for bitwise operation.');
  }
  const [a, b] = [BigInt(Math.trunc(left)), BigInt(Math.trunc(right))];
  switch (operator) {
    case '&':
      return Number(a & b);
    case '|':
      return Number(a | b);
    case '^':
      return Number(a ^ b);
    case '<<':
    case '>>': {
      if (right < 0) throw runtimeError('Shift by negative exponent.');
      const by = b % 64n;
      return Number(operator === '>>' ? a >> by : BigInt.asIntN(64, a << by));
    }
    default:
      throw runtimeError(`Not a binary operator: ${operator}`);
  }
}

/** Operators before one value. */
export function negate(operator: string, value: Value): Value {
  if (operator === '!') {
    if (typeof value !== 'boolean') throw runtimeError(`Unexpected type ${typeName(value)}, expected boolean`);
    return !value;
  }
  if (typeof value !== 'number') throw runtimeError(`Unexpected type ${typeName(value)}, expected number`);
  if (operator === '-') return -value;
  return operator === '~' ? Number(~BigInt(Math.trunc(value))) : value;
}

/** Numbers and texts by size, lists item by item. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (left instanceof ArrayValue && right instanceof ArrayValue) {
    for (const [index, item] of left.items.entries()) {
      const other = right.items[index];
      if (!other) return 1;
      const found = compareValues(item.force(), other.force());
      if (found !== 0) return found;
    }
    return left.items.length < right.items.length ? -1 : 0;
  }
  throw unfit('<', left, right);
}

/** Equality of whole values; functions cannot be compared. */
export function equalValues(left: Value, right: Value, evaluator: FieldReader): boolean {
  evaluator.spend(1);
  if (typeName(left) !== typeName(right)) return false;
  if (left instanceof FunctionValue) throw runtimeError('Cannot test equality of functions');
  if (left instanceof ArrayValue && right instanceof ArrayValue) {
    return (
      left.items.length === right.items.length &&
      left.items.every((item, index) => {
        const other = right.items[index];
        return other !== undefined && equalValues(item.force(), other.force(), evaluator);
      })
    );
  }
  if (left instanceof ObjectValue && right instanceof ObjectValue) {
    const [names, others] = [visibleNames(left), visibleNames(right)];
    if (names.length !== others.length || names.some((name, index) => name !== others[index])) return false;
    return names.every((name) => equalValues(evaluator.field(left, name), evaluator.field(right, name), evaluator));
  }
  return left === right;
}

/** The fields that are seen, in order. */
export function visibleNames(object: ObjectValue): readonly string[] {
  return object.names().flatMap(([name, visible]) => (visible ? [name] : []));
}

/** A number that is one. */
export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw runtimeError(Number.isNaN(value) ? 'Not a number' : 'Overflow');
}

function unfit(operator: string, left: Value, right: Value): JsonnetError {
  return runtimeError(`Binary operator ${operator} cannot be applied to ${typeName(left)} and ${typeName(right)}`);
}
