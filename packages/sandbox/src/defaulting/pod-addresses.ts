// A pod's address stands in two places that the server keeps alike.

import { type Bag, type Draft, bagAt } from '../store/draft.ts';

/**
 * `podIP` and the first of `podIPs` are one: the single field wins where they differ, the list fills it where it is empty.
 * Mirrors kubernetes:pkg/apis/core/v1/conversion.go (v1.35).
 */
export function pairAddresses(draft: Draft): void {
  const status = bagAt(draft, 'status');
  if (status === undefined) return;
  const single = typeof status['podIP'] === 'string' ? status['podIP'] : '';
  const list = Array.isArray(status['podIPs']) ? status['podIPs'] : [];
  const first = (list[0] as Bag | undefined)?.['ip'];
  if (single !== '' && first !== single) status['podIPs'] = [{ ip: single }];
  else if (single === '' && typeof first === 'string') status['podIP'] = first;
}
