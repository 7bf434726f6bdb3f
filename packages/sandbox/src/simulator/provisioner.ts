// Storage for claims on a real server: a default class, and a volume for each claim that waits. Binding is the business of
// the server's own controllers.

import { type KubeClient, type ResourceType, createInformer } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';

const className = 'standard';
const provisionerName = 'sandbox.evenkeel.dev/provisioner';

interface ClaimSpec {
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly accessModes?: readonly string[];
  readonly volumeMode?: string;
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}

/** Creates the class where there is none and provides volumes until the signal. */
export async function startProvisioner(
  client: KubeClient,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const types = await client.discovery.everyVersion();
  const typeOf = (plural: string): ResourceType | undefined => types.find((each) => each.plural === plural);
  const [classes, volumes, claims] = ['storageclasses', 'persistentvolumes', 'persistentvolumeclaims'].map(typeOf);
  if (classes === undefined || volumes === undefined || claims === undefined) return;
  if ((await client.get(classes, { name: className })) === undefined) await client.create(classes, storageClass);
  const informer = createInformer(client, claims, { signal });
  const provide = (claim: KubeObject): void => {
    if (!waits(claim)) return;
    client.create(volumes, volumeFor(claim)).catch((error: unknown) => {
      if (!signal.aborted && !/already exists/.test(String(error))) onError(error);
    });
  };
  informer.onChange(({ kind, object }) => kind !== 'deleted' && provide(object));
  await informer.synced;
  for (const claim of informer.list()) provide(claim);
}

// Bound at once, as no scheduler here waits with a node in mind.
const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: className, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: provisionerName,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

function waits(claim: KubeObject): boolean {
  const spec = (claim['spec'] ?? {}) as ClaimSpec;
  return spec.storageClassName === className && (spec.volumeName ?? '') === '';
}

function volumeFor(claim: KubeObject): KubeObject {
  const spec = (claim['spec'] ?? {}) as ClaimSpec;
  const { namespace = '', name = '', uid = '' } = claim.metadata;
  const volume = `pvc-${uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume, annotations: { 'pv.kubernetes.io/provisioned-by': provisionerName } },
    spec: {
      capacity: { storage: spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: [...(spec.accessModes ?? ['ReadWriteOnce'])],
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: className,
      volumeMode: spec.volumeMode ?? 'Filesystem',
      hostPath: { path: `/var/lib/sandbox/${volume}`, type: 'DirectoryOrCreate' },
    },
  };
}
