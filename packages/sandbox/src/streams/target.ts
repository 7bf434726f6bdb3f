// Which container a stream is for, and why it can be none: in the words of the API server and of the kubelet behind it.

import type { KubeObject } from '@evenkeel/resource';
import { ApiError, badRequest, notFound } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

export interface StreamTarget {
  readonly pod: KubeObject;
  readonly container: string;
}

/** Finds the container. Throws 400, 404, 500. */
export function streamTarget(
  store: Store,
  at: { readonly namespace: string; readonly name: string },
  asked: string | undefined,
): StreamTarget {
  const pod = store.collection('pods').get(at.namespace, at.name);
  if (pod === undefined) throw notFound({ group: '', plural: 'pods', kind: 'Pod' }, at.name);
  const spec = bagAt(pod as unknown as Draft, 'spec');
  const names = bagsOf(spec?.['containers']).map((each) => scalarText(each['name']));
  const container = chosen(pod, names, asked);
  if (scalarText(spec?.['nodeName'] ?? '') === '') throw badRequest(`pod ${at.name} does not have a host assigned`);
  const statuses = bagsOf(bagAt(pod as unknown as Draft, 'status')?.['containerStatuses']);
  const status = statuses.find((each) => each['name'] === container);
  if (bagAt(bagAt(status, 'state'), 'running') === undefined) {
    const message = `unable to upgrade connection: container not found (${JSON.stringify(container)})`;
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
  }
  return { pod, container };
}

function chosen(pod: KubeObject, names: readonly string[], asked: string | undefined): string {
  const name = pod.metadata.name ?? '';
  if (asked !== undefined && asked !== '') {
    if (names.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred !== undefined && names.includes(preferred)) return preferred;
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
}
