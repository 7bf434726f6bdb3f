// Named amounts of resources ({cpu: "500m", pods: "3"}): read, added, compared and printed as apiserver's pkg/quota/v1 does.

import {
  type Quantity,
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityValue,
} from '@evenkeel/resource';
import { type Bag, isBag, scalarText } from '../store/draft.ts';

/** Amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** Reads a resource list; what is no quantity is left out, as validation has refused it. */
export function amountsOf(value: unknown): Amounts {
  const result = new Map<string, Quantity>();
  for (const [name, amount] of Object.entries(isBag(value) ? value : {})) {
    const parsed = parseQuantity(scalarText(amount));
    if (parsed.ok) result.set(name, parsed.value);
  }
  return result;
}

/** So many of a countable thing. */
export function count(number: number): Quantity {
  return { digits: BigInt(number), exponent: 0, format: 'DecimalSI', text: undefined };
}

/** The sum by name. */
export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const result = new Map(left);
  for (const [name, amount] of right) {
    const before = result.get(name);
    result.set(name, before === undefined ? amount : addQuantities(before, amount));
  }
  return result;
}

/** The larger by name. */
export function largerAmounts(left: Amounts, right: Amounts): Amounts {
  const result = new Map(left);
  for (const [name, amount] of right) {
    const before = result.get(name);
    if (before === undefined || compareQuantities(amount, before) > 0) result.set(name, amount);
  }
  return result;
}

/** What `left` has more than `right`; nothing below zero. */
export function growth(left: Amounts, right: Amounts): Amounts {
  const result = new Map<string, Quantity>();
  for (const [name, amount] of left) {
    const before = right.get(name);
    const more = before === undefined ? amount : addQuantities(amount, negated(before));
    if (more.digits > 0n) result.set(name, more);
  }
  return result;
}

/** Only the names that `keep` lets through. */
export function onlyAmounts(amounts: Amounts, keep: (name: string) => boolean): Amounts {
  return new Map([...amounts].filter(([name]) => keep(name)));
}

/** As objects carry them. */
export function amountsBag(amounts: Amounts): Bag {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]));
}

/** "cpu=1,memory=2Gi", as refusals print it. */
export function printAmounts(amounts: Amounts): string {
  return [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
}

/** In thousandths, rounded up: the precision that limit ranges compare at. */
export function thousandths(amount: Quantity): bigint {
  return quantityValue({ ...amount, exponent: amount.exponent + 3 });
}

function negated(amount: Quantity): Quantity {
  return { ...amount, digits: -amount.digits, text: undefined };
}
