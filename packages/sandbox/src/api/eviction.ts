// pods/eviction: a deletion that disruption budgets may refuse.

import { type Bag, type Draft, bagAt, isBag, scalarText } from '../store/draft.ts';
import { readRemoveOptions } from './remover.ts';
import type { ApiAnswer, ApiRequest, ResourcePath } from './request.ts';
import { type LabelSelector, labelSelectorMatch } from './selectors.ts';
import type { ApiDeps } from './server.ts';
import type { ServedType } from './served-type.ts';
import { ApiError, notFound } from './status.ts';

/** Evicts a pod. Throws 404, 429 where a budget allows no disruption now. */
export function evictPod(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  const pod = deps.store.collection('pods').get(path.namespace ?? '', name);
  if (pod === undefined) throw notFound(type, name);
  const budgets = deps.store
    .collection('poddisruptionbudgets.policy')
    .list(path.namespace ?? '')
    .filter((budget) => {
      const selector = bagAt(bagAt(budget as unknown as Draft, 'spec'), 'selector') as LabelSelector | undefined;
      return labelSelectorMatch(selector)(pod.metadata.labels);
    });
  for (const budget of budgets) {
    const allowed = bagAt(budget as unknown as Draft, 'status')?.['disruptionsAllowed'];
    if (typeof allowed === 'number' && allowed > 0) continue;
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata.name ?? ''} needs ${scalarText(bagAt(budget as unknown as Draft, 'status')?.['desiredHealthy'] ?? 0)} healthy pods and has ${scalarText(bagAt(budget as unknown as Draft, 'status')?.['currentHealthy'] ?? 0)} currently`,
        },
      ],
    });
  }
  const body = isBag(request.body) ? (request.body as Bag) : {};
  deps.remover.remove(
    type,
    { namespace: path.namespace, name },
    readRemoveOptions(bagAt(body, 'deleteOptions'), request.query),
  );
  return {
    kind: 'object',
    status: 201,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}
