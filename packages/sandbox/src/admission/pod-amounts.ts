// What a pod asks for as a whole: containers run together, init containers one after the other, sidecars throughout.

import { type Bag, bagAt } from '../store/draft.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Amounts, addAmounts, amountsOf, largerAmounts } from './amounts.ts';

/** A pod's requests or limits (component-helpers:resource/helpers.go, 1.35); its own figures win over its containers'. */
export function podAmounts(spec: Bag | undefined, side: 'requests' | 'limits'): Amounts {
  const of = (container: Bag): Amounts => amountsOf(bagAt(bagAt(container, 'resources'), side));
  let total: Amounts = new Map();
  for (const container of bagsOf(spec?.['containers'])) total = addAmounts(total, of(container));
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of bagsOf(spec?.['initContainers'])) {
    const own = of(container);
    if (container['restartPolicy'] === 'Always') {
      total = addAmounts(total, own);
      sidecars = addAmounts(sidecars, own);
      starting = largerAmounts(starting, sidecars);
    } else starting = largerAmounts(starting, addAmounts(own, sidecars));
  }
  total = largerAmounts(total, starting);
  const result = new Map(total);
  for (const [name, amount] of amountsOf(bagAt(bagAt(spec, 'resources'), side))) {
    if (name === 'cpu' || name === 'memory') result.set(name, amount);
  }
  return result;
}
