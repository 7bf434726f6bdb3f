// What classes forbid: a second default priority, an overhead that no runtime class gives
// (kubernetes:plugin/pkg/admission/{priority,runtimeclass}, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { forbidden } from '../api/status.ts';
import type { Write } from '../api/writer.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

const priorities = 'priorityclasses.scheduling.k8s.io';

/** Throws 403 where a class refuses a write. */
export function checkClasses(store: Store, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (write.subresource !== undefined) return;
  if (write.type.collection === priorities) checkStandardPriority(store, write, draft, old);
  if (write.type.collection === 'pods' && old === undefined) checkOverhead(store, write, draft);
}

function checkStandardPriority(store: Store, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (draft['globalDefault'] !== true) return;
  const value = (each: KubeObject): number => Number(each['value'] ?? 0);
  const [standard] = store
    .collection(priorities)
    .list()
    .filter((each) => each['globalDefault'] === true)
    .sort((a, b) => value(a) - value(b));
  const name = standard?.metadata.name;
  if (name === undefined || (old !== undefined && name === draft.metadata.name)) return;
  const why = `PriorityClass ${name} is already marked as default. Only one default can exist`;
  throw forbidden(write.type, draft.metadata.name ?? '', why);
}

function checkOverhead(store: Store, write: Write, draft: Draft): void {
  const spec = bagAt(draft, 'spec') ?? {};
  if (spec['overhead'] === undefined) return;
  const name = scalarText(spec['runtimeClassName'] ?? '');
  const found = name === '' ? undefined : store.collection('runtimeclasses.node.k8s.io').get('', name);
  if (bagAt(found as unknown as Bag | undefined, 'overhead') !== undefined) return;
  const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
  throw forbidden(write.type, draft.metadata.name ?? '', why);
}
