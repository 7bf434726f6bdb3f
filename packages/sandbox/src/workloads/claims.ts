// Storage: claims get volumes of their own; volumes of deleted claims go away.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';
import { type PodSpecView, specView } from './views.ts';

interface ClaimView {
  readonly accessModes?: string[];
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly volumeMode?: string;
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}

const protection = 'kubernetes.io/pvc-protection';

/** Binds claims, and lets deleted ones go once no pod uses them. */
export function claimController(): ControllerSpec {
  return {
    manager: 'kube-controller-manager',
    watches: {
      persistentvolumeclaims: ownKey,
      pods: ({ type, object }) =>
        type === 'DELETED'
          ? (specView<PodSpecView>(object).volumes ?? []).flatMap((volume) =>
              volume.persistentVolumeClaim === undefined
                ? []
                : [`${object.metadata.namespace ?? ''}/${volume.persistentVolumeClaim.claimName}`],
            )
          : [],
    },
    reconcile: (actor, namespace, name) => {
      const claim = actor.get('persistentvolumeclaims', namespace, name);
      if (claim === undefined) return;
      if (claim.metadata.deletionTimestamp !== undefined) release(actor, claim);
      else if ((claim['status'] as { phase?: string } | undefined)?.phase !== 'Bound') bind(actor, claim);
    },
  };
}

function release(actor: Actor, claim: KubeObject): void {
  const { namespace = '', name = '' } = claim.metadata;
  const used = actor
    .list('pods', namespace)
    .some((pod) =>
      (specView<PodSpecView>(pod).volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === name),
    );
  if (used || !(claim.metadata.finalizers ?? []).includes(protection)) return;
  const { volumeName } = specView<ClaimView>(claim);
  actor.update('persistentvolumeclaims', claim, (draft) => {
    const rest = (draft.metadata.finalizers ?? []).filter((each) => each !== protection);
    if (rest.length > 0) draft.metadata.finalizers = rest;
    else delete draft.metadata.finalizers;
  });
  const volume = volumeName === undefined ? undefined : actor.get('persistentvolumes', '', volumeName);
  if (volume === undefined) return;
  const { persistentVolumeReclaimPolicy } = specView<{ persistentVolumeReclaimPolicy?: string }>(volume);
  if (persistentVolumeReclaimPolicy === 'Delete')
    actor.deps.store.collection('persistentvolumes').remove('', volumeName ?? '');
  else actor.updateStatus('persistentvolumes', volume, (status) => (status['phase'] = 'Released'));
}

function bind(actor: Actor, claim: KubeObject): void {
  const spec = specView<ClaimView>(claim);
  const className = spec.storageClassName ?? '';
  const storageClass = actor.get('storageclasses.storage.k8s.io', '', className);
  const storage = spec.resources?.requests?.storage ?? '1Gi';
  const accessModes = [...(spec.accessModes ?? [])];
  const volumeName =
    spec.volumeName ??
    (storageClass === undefined ? existingVolume(actor, claim) : provision(actor, claim, storageClass));
  if (volumeName === undefined) return;
  actor.update('persistentvolumeclaims', claim, (draft) => {
    const next = bagAt(draft, 'spec') ?? {};
    next['volumeName'] = volumeName;
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    };
  });
  actor.updateStatus('persistentvolumeclaims', claim, (status) => {
    status['phase'] = 'Bound';
    status['accessModes'] = accessModes;
    status['capacity'] = { storage };
  });
}

function provision(actor: Actor, claim: KubeObject, storageClass: KubeObject): string {
  const spec = specView<ClaimView>(claim);
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const { namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const volume: Bag = {
    capacity: { storage: spec.resources?.requests?.storage ?? '1Gi' },
    accessModes: [...(spec.accessModes ?? [])],
    claimRef: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      name: claim.metadata.name ?? '',
      uid,
      resourceVersion,
    },
    persistentVolumeReclaimPolicy:
      typeof storageClass['reclaimPolicy'] === 'string' ? storageClass['reclaimPolicy'] : 'Delete',
    storageClassName: storageClass.metadata.name ?? '',
    volumeMode: spec.volumeMode ?? 'Filesystem',
    hostPath: { path: `/var/lib/sandbox/${name}`, type: 'DirectoryOrCreate' },
  };
  const created = actor.create('persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { 'pv.kubernetes.io/provisioned-by': scalarText(storageClass['provisioner'] ?? '') },
    },
    spec: volume,
  });
  if (created !== undefined) actor.updateStatus('persistentvolumes', created, (status) => (status['phase'] = 'Bound'));
  return name;
}

// Without a class, a volume that somebody made for claims without one.
function existingVolume(actor: Actor, claim: KubeObject): string | undefined {
  const free = actor
    .list('persistentvolumes')
    .find(
      (volume) =>
        specView<{ storageClassName?: string }>(volume).storageClassName ===
          specView<ClaimView>(claim).storageClassName &&
        specView<{ claimRef?: unknown }>(volume).claimRef === undefined,
    );
  if (free === undefined) return undefined;
  const { namespace = '', name = '', uid = '' } = claim.metadata;
  actor.put('persistentvolumes', free, (draft) => {
    draft['spec'] = {
      ...bagAt(draft, 'spec'),
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    };
    draft['status'] = { ...bagAt(draft, 'status'), phase: 'Bound' };
  });
  return free.metadata.name;
}
