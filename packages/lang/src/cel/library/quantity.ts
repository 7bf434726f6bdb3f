// quantity (k8s.io/apiserver v0.35:pkg/cel/library/quantity.go).

import { type Quantity, addQuantities, compareQuantities, parseQuantity, quantityValue } from '@evenkeel/resource';
import { type Overload, overload } from '../overload.ts';
import { type CelType, structType } from '../types.ts';
import { CelError, OpaqueValue, type Value, noSuchOverload } from '../values.ts';

export const quantityType: CelType = structType('kubernetes.Quantity');

class QuantityValue extends OpaqueValue {
  override readonly type: CelType = quantityType;
  readonly quantity: Quantity;
  /** False where upstream computes with decimals and no longer takes the value for a 64-bit integer. */
  readonly plain: boolean;
  constructor(quantity: Quantity, plain: boolean) {
    super();
    this.quantity = quantity;
    this.plain = plain;
  }
  override equals(other: Value): boolean {
    if (!(other instanceof QuantityValue)) throw noSuchOverload();
    return compareQuantities(this.quantity, other.quantity) === 0;
  }
}

function of(value: Value | undefined): Quantity {
  return (value as QuantityValue).quantity;
}

// Upstream multiplies by a power of ten, which may be off by the last bit.
function approximate({ digits, exponent }: Quantity): number {
  return Number(digits) * 10 ** exponent;
}

function order(a: Value | undefined, b: Value | undefined): number {
  return compareQuantities(of(a), of(b));
}

// A whole number of 64 bits, or undefined.
function asInteger({ quantity, plain }: QuantityValue): bigint | undefined {
  if (!plain) return undefined;
  const value = quantityValue(quantity);
  const whole: Quantity = { digits: value, exponent: 0, format: 'DecimalSI', text: undefined };
  return compareQuantities(whole, quantity) === 0 && BigInt.asIntN(64, value) === value ? value : undefined;
}

function sum(a: Value | undefined, b: Value | undefined, sign: bigint): QuantityValue {
  const other: Quantity =
    typeof b === 'bigint' ? { digits: b, exponent: 0, format: 'DecimalExponent', text: undefined } : of(b);
  const plain = (a as QuantityValue).plain && (typeof b === 'bigint' || (b as QuantityValue).plain);
  return new QuantityValue(addQuantities(of(a), { ...other, digits: sign * other.digits, text: undefined }), plain);
}

export const quantityFunctions: readonly Overload[] = [
  overload('string_to_quantity', 'quantity(string) kubernetes.Quantity', (text) => {
    const parsed = parseQuantity(text as string);
    if (!parsed.ok) throw new CelError(parsed.error);
    return new QuantityValue(parsed.value, !/\.\d*[KMGTPE]i$/.test(text as string));
  }),
  overload('is_quantity_string', 'isQuantity(string) bool', (text) => parseQuantity(text as string).ok),
  overload('quantity_sign', 'sign(kubernetes.Quantity) int', (value) => {
    const { digits } = of(value);
    return digits > 0n ? 1n : digits < 0n ? -1n : 0n;
  }),
  overload(
    'quantity_is_greater_than',
    'kubernetes.Quantity .isGreaterThan(kubernetes.Quantity) bool',
    (a, b) => order(a, b) > 0,
  ),
  overload(
    'quantity_is_less_than',
    'kubernetes.Quantity .isLessThan(kubernetes.Quantity) bool',
    (a, b) => order(a, b) < 0,
  ),
  overload('quantity_compare_to', 'kubernetes.Quantity .compareTo(kubernetes.Quantity) int', (a, b) =>
    BigInt(order(a, b)),
  ),
  overload('quantity_get_float', 'kubernetes.Quantity .asApproximateFloat() double', (value) => approximate(of(value))),
  overload('quantity_get_int', 'kubernetes.Quantity .asInteger() int', (value) => {
    const whole = asInteger(value as QuantityValue);
    if (whole === undefined) throw new CelError('cannot convert value to integer');
    return whole;
  }),
  overload(
    'quantity_is_integer',
    'kubernetes.Quantity .isInteger() bool',
    (value) => asInteger(value as QuantityValue) !== undefined,
  ),
  overload('quantity_add', 'kubernetes.Quantity .add(kubernetes.Quantity) kubernetes.Quantity', (a, b) =>
    sum(a, b, 1n),
  ),
  overload('quantity_add_int', 'kubernetes.Quantity .add(int) kubernetes.Quantity', (a, b) => sum(a, b, 1n)),
  overload('quantity_sub', 'kubernetes.Quantity .sub(kubernetes.Quantity) kubernetes.Quantity', (a, b) =>
    sum(a, b, -1n),
  ),
  overload('quantity_sub_int', 'kubernetes.Quantity .sub(int) kubernetes.Quantity', (a, b) => sum(a, b, -1n)),
];
