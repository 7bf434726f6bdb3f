// + - * / % and negation: checked for overflow as 64-bit arithmetic is in Go (cel-go:common/types/overflow.go, v0.26.0).

import { ArrayList, CelError, Duration, ListValue, Timestamp, Uint, type Value, noSuchOverload } from './values.ts';

const timestampMin = -62_135_596_800n * 1_000_000_000n;
const timestampMax = 253_402_300_800n * 1_000_000_000n - 1n;

export function checkedInt(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow');
  return value;
}

export function checkedUint(value: bigint): Uint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

export function checkedDuration(nanos: bigint): Duration {
  if (BigInt.asIntN(64, nanos) !== nanos) throw new CelError('integer overflow');
  return new Duration(nanos);
}

export function checkedTimestamp(nanos: bigint): Timestamp {
  if (nanos < timestampMin || nanos > timestampMax) throw new CelError('timestamp overflow');
  return new Timestamp(nanos);
}

function lacking(operator: string): CelError {
  return new CelError(`no such overload: ${operator}`);
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (typeof a === 'object') return addObjects(a, b);
  throw typeof a === 'boolean' ? lacking('_+_') : noSuchOverload();
}

function addObjects(a: Value, b: Value): Value {
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return checkedDuration(a.nanos + b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return checkedTimestamp(a.nanos + b.nanos);
  if (a instanceof Duration && b instanceof Timestamp) return checkedTimestamp(a.nanos + b.nanos);
  if (a instanceof ListValue && b instanceof ListValue) return joined(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    const bytes = new Uint8Array(a.length + b.length);
    bytes.set(a);
    bytes.set(b, a.length);
    return bytes;
  }
  const adds = [Uint, Duration, Timestamp, ListValue, Uint8Array].some((type) => a instanceof type);
  throw adds ? noSuchOverload() : lacking('_+_');
}

function joined(a: ListValue, b: ListValue): ListValue {
  const own = a.plus(b);
  if (own !== undefined) return new ArrayList(own);
  if (a.size === 0) return b;
  return b.size === 0 ? a : new ArrayList([...a, ...b]);
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a - b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value - b.value);
  if (a instanceof Duration && b instanceof Duration) return checkedDuration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return checkedTimestamp(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Timestamp) return checkedDuration(a.nanos - b.nanos);
  const subtracts = isNumber(a) || a instanceof Duration || a instanceof Timestamp;
  throw subtracts ? noSuchOverload() : lacking('_-_');
}

function isNumber(value: Value): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a * b);
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value * b.value);
  throw isNumber(a) ? noSuchOverload() : lacking('_*_');
}

export function divide(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new CelError('division by zero');
    return checkedInt(a / b);
  }
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  if (a instanceof Uint && b instanceof Uint) {
    if (b.value === 0n) throw new CelError('division by zero');
    return new Uint(a.value / b.value);
  }
  throw isNumber(a) ? noSuchOverload() : lacking('_/_');
}

export function modulo(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new CelError('modulus by zero');
    if (b === -1n && a === -(2n ** 63n)) throw new CelError('integer overflow');
    return a % b;
  }
  if (a instanceof Uint && b instanceof Uint) {
    if (b.value === 0n) throw new CelError('modulus by zero');
    return new Uint(a.value % b.value);
  }
  throw typeof a === 'bigint' || a instanceof Uint ? noSuchOverload() : lacking('_%_');
}

export function negate(a: Value): Value {
  if (typeof a === 'bigint') return checkedInt(-a);
  if (typeof a === 'number') return -a;
  throw typeof a === 'object' ? lacking('-_') : noSuchOverload();
}
