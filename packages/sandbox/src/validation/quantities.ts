// Amounts of resources ("500m", "1Gi") as exact integers of a billionth, for comparing and adding.

const suffixes: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': 1_000_000_000n,
  k: 1_000_000_000n * 10n ** 3n,
  M: 1_000_000_000n * 10n ** 6n,
  G: 1_000_000_000n * 10n ** 9n,
  T: 1_000_000_000n * 10n ** 12n,
  P: 1_000_000_000n * 10n ** 15n,
  E: 1_000_000_000n * 10n ** 18n,
  Ki: 1_000_000_000n * 2n ** 10n,
  Mi: 1_000_000_000n * 2n ** 20n,
  Gi: 1_000_000_000n * 2n ** 30n,
  Ti: 1_000_000_000n * 2n ** 40n,
  Pi: 1_000_000_000n * 2n ** 50n,
  Ei: 1_000_000_000n * 2n ** 60n,
};

/** The amount in billionths, or undefined where it cannot be read. */
export function parseAmount(value: unknown): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|Ki|Mi|Gi|Ti|Pi|Ei|M|G|T|P|E|[eE][+-]?\d+)?$/.exec(String(value));
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix);
  const unit = exponent === null ? (suffixes[suffix] ?? 1n) : 1_000_000_000n;
  const power = (exponent === null ? 0 : Number(exponent[1])) - fraction.length;
  if (Math.abs(power) > 60) return undefined;
  const scaled = power >= 0 ? digits * unit * 10n ** BigInt(power) : ceilDivide(digits * unit, 10n ** BigInt(-power));
  return sign === '-' ? -scaled : scaled;
}

/** Negative, zero or positive; unreadable amounts compare as equal. */
export function compareAmounts(a: unknown, b: unknown): number {
  const left = parseAmount(a);
  const right = parseAmount(b);
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
