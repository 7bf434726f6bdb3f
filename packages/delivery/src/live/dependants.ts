// Which kinds the built-in controllers make out of which: what has to be watched to draw a resource tree to its leaves.

import type { GroupKind } from '@evenkeel/resource';

const pod: GroupKind = { group: '', kind: 'Pod' };

const made: ReadonlyMap<string, readonly GroupKind[]> = new Map([
  ['apps/Deployment', [{ group: 'apps', kind: 'ReplicaSet' }, pod]],
  ['apps/ReplicaSet', [pod]],
  [
    'apps/StatefulSet',
    [pod, { group: '', kind: 'PersistentVolumeClaim' }, { group: 'apps', kind: 'ControllerRevision' }],
  ],
  ['apps/DaemonSet', [pod, { group: 'apps', kind: 'ControllerRevision' }]],
  ['batch/Job', [pod]],
  ['batch/CronJob', [{ group: 'batch', kind: 'Job' }, pod]],
  ['/ReplicationController', [pod]],
  ['/Service', [{ group: 'discovery.k8s.io', kind: 'EndpointSlice' }]],
]);

/** The kinds that objects of this kind bring forth, directly or through another. */
export function dependantKinds(kind: GroupKind): readonly GroupKind[] {
  return made.get(`${kind.group}/${kind.kind}`) ?? [];
}
