// Defaults and creation rules of namespaces, configuration, storage and other types of the core group and its
// neighbours (Kubernetes 1.35).

import { signingRequestStrategy } from './signing-requests.ts';
import { enforceAnnotation } from '../admission/account-secrets.ts';
import { standardClass } from './standard-class.ts';
import type { Json } from '@evenkeel/resource';
import type { Strategy } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt, copyValue, listAt, scalarText } from '../store/draft.ts';
import {
  validateBudget,
  validateConfigMap,
  validateImmutableData,
  validateSecret,
  validateSecretUpdate,
} from '../validation/configuration.ts';
import {
  validateLease,
  validateNode,
  validateNodeUpdate,
  validatePriorityClass,
  validatePriorityClassUpdate,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
} from '../validation/cluster-kinds.ts';
import { validateLimitRange, validateQuota, validateQuotaUpdate } from '../validation/quota-kinds.ts';
import {
  validateClaim,
  validateClaimUpdate,
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolume,
  validateVolumeUpdate,
} from '../validation/storage.ts';
import { bagsOf, fallback, memberBag, specOf } from './drafts.ts';

function defaultNamespace(draft: Draft): void {
  draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name ?? '' };
}

function prepareNamespace(draft: Draft): void {
  const spec = specOf(draft);
  const finalizers = listAt(spec, 'finalizers') ?? [];
  spec['finalizers'] = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  draft['status'] = { phase: 'Active' };
}

// stringData is for writing only: it ends up in data.
function defaultSecret(draft: Draft): void {
  fallback(draft as unknown as Bag, 'type', 'Opaque');
  if (draft['type'] === '') draft['type'] = 'Opaque';
  const text = bagAt(draft, 'stringData');
  if (text === undefined) return;
  const data = memberBag(draft as unknown as Bag, 'data');
  for (const [key, value] of Object.entries(text)) data[key] = Buffer.from(scalarText(value)).toString('base64');
  delete draft['stringData'];
}

function defaultClaim(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'volumeMode', 'Filesystem');
  const limits = bagAt(bagAt(spec, 'resources'), 'limits');
  if (limits !== undefined) {
    const requests = memberBag(memberBag(spec, 'resources'), 'requests');
    for (const [name, amount] of Object.entries(limits)) if (amount !== undefined) fallback(requests, name, amount);
  }
}

function defaultLimitRange(draft: Draft): void {
  for (const item of bagsOf(specOf(draft)['limits'])) {
    if (item['type'] !== 'Container') continue;
    const limits = memberBag(item, 'default');
    for (const [name, amount] of Object.entries(bagAt(item, 'max') ?? {}))
      if (amount !== undefined) fallback(limits, name, amount);
    const requests = memberBag(item, 'defaultRequest');
    for (const [name, amount] of Object.entries({ ...limits, ...bagAt(item, 'min') })) {
      if (amount === undefined) continue;
      fallback(requests, name, limits[name] ?? amount);
    }
    for (const key of ['default', 'defaultRequest'])
      if (Object.keys(bagAt(item, key) ?? {}).length === 0) delete item[key];
  }
}

// Sources of kinds that no populator knows are left out, not refused.
function dropForeignSource(spec: Bag): void {
  const source = bagAt(spec, 'dataSource');
  if (source === undefined) return;
  const isClaim = source['kind'] === 'PersistentVolumeClaim' && (source['apiGroup'] ?? '') === '';
  const isSnapshot = source['kind'] === 'VolumeSnapshot' && source['apiGroup'] === 'snapshot.storage.k8s.io';
  if (!isClaim && !isSnapshot) delete spec['dataSource'];
}

const nodeInfo = [
  'architecture',
  'bootID',
  'containerRuntimeVersion',
  'kernelVersion',
  'kubeProxyVersion',
  'kubeletVersion',
  'machineID',
  'operatingSystem',
  'osImage',
  'systemUUID',
];

// Nodes start out tainted, until they are known to be ready.
function completeNode(draft: Draft): void {
  const status = memberBag(draft as unknown as Bag, 'status');
  fallback(memberBag(memberBag(status, 'daemonEndpoints'), 'kubeletEndpoint'), 'Port', 0);
  const info = memberBag(status, 'nodeInfo');
  for (const key of nodeInfo) fallback(info, key, '');
  const ready = bagsOf(status['conditions']).some((each) => each['type'] === 'Ready' && each['status'] === 'True');
  if (ready) return;
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const spec = specOf(draft);
  const taints = bagsOf(spec['taints']);
  if (!taints.some((each) => each['key'] === taint.key && each['effect'] === taint.effect)) taints.push(taint);
  spec['taints'] = taints;
}

export const clusterStrategies: Readonly<Record<string, Strategy>> = {
  namespaces: {
    returnsDeleted: true,
    defaults: defaultNamespace,
    prepareCreate: prepareNamespace,
    keepBeside: {
      finalize: (draft, old) => {
        const status = copyValue(old['status'] as Json);
        if (status !== undefined) draft['status'] = status;
      },
    },
  },
  configmaps: { validate: validateConfigMap, validateUpdate: validateImmutableData },
  secrets: {
    defaults: defaultSecret,
    updateFirst: true,
    validate: validateSecret,
    validateUpdate: validateSecretUpdate,
  },
  serviceaccounts: {
    returnsDeleted: true,
    warnings: (draft) =>
      draft.metadata.annotations?.[enforceAnnotation] === undefined
        ? []
        : [
            `metadata.annotations[${enforceAnnotation}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
          ],
  },
  resourcequotas: {
    returnsDeleted: true,
    validate: validateQuota,
    validateUpdate: validateQuotaUpdate,
    prepareCreate: (draft) => {
      draft['status'] = {};
    },
  },
  limitranges: { createOnUpdate: true, defaults: defaultLimitRange, validate: validateLimitRange },
  nodes: {
    prepareCreate: (draft) => {
      completeNode(draft);
    },
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
  },
  events: {
    createOnUpdate: true,
    // Members that are always answered with.
    prepareCreate: (draft) => {
      for (const key of ['eventTime', 'firstTimestamp', 'lastTimestamp']) fallback(draft as unknown as Bag, key, null);
      for (const key of ['reportingComponent', 'reportingInstance']) fallback(draft as unknown as Bag, key, '');
      fallback(draft as unknown as Bag, 'source', {});
    },
  },
  persistentvolumeclaims: {
    returnsDeleted: true,
    defaults: defaultClaim,
    prepareCreate: (draft, context) => {
      draft['status'] = { phase: 'Pending' };
      draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), 'kubernetes.io/pvc-protection'])];
      const spec = specOf(draft);
      dropForeignSource(spec);
      if (spec['storageClassName'] !== undefined) return;
      const mark = 'storageclass.kubernetes.io/is-default-class';
      const standard = standardClass(context.store, 'storageclasses.storage.k8s.io', mark);
      if (standard !== undefined) spec['storageClassName'] = standard;
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
  },
  persistentvolumes: {
    returnsDeleted: true,
    defaults: (draft) => {
      const spec = specOf(draft);
      fallback(bagAt(spec, 'hostPath'), 'type', '');
      fallback(spec, 'persistentVolumeReclaimPolicy', 'Retain');
      fallback(spec, 'volumeMode', 'Filesystem');
    },
    prepareCreate: (draft) => {
      draft['status'] = { phase: 'Pending', lastPhaseTransitionTime: draft.metadata.creationTimestamp ?? null };
      draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), 'kubernetes.io/pv-protection'])];
    },
    validate: validateVolume,
    validateUpdate: validateVolumeUpdate,
  },
  'storageclasses.storage.k8s.io': {
    returnsDeleted: true,
    defaults: (draft) => {
      fallback(draft as unknown as Bag, 'reclaimPolicy', 'Delete');
      fallback(draft as unknown as Bag, 'volumeBindingMode', 'Immediate');
    },
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
  },
  'poddisruptionbudgets.policy': {
    generation: true,
    prepareCreate: (draft) => {
      draft['status'] = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
    },
    validate: validateBudget,
  },
  'leases.coordination.k8s.io': { createOnUpdate: true, validate: validateLease },
  'priorityclasses.scheduling.k8s.io': {
    generation: true,
    defaults: (draft) => fallback(draft as unknown as Bag, 'preemptionPolicy', 'PreemptLowerPriority'),
    validate: validatePriorityClass,
    generationChanged: () => false,
    validateUpdate: validatePriorityClassUpdate,
  },
  'runtimeclasses.node.k8s.io': { validate: validateRuntimeClass, validateUpdate: validateRuntimeClassUpdate },
  'certificatesigningrequests.certificates.k8s.io': signingRequestStrategy,
  'volumeattachments.storage.k8s.io': {
    returnsDeleted: true,
    prepareCreate: (draft) => void (draft['status'] = { attached: false }),
  },
  'csinodes.storage.k8s.io': {
    returnsDeleted: true,
    prepareCreate: (draft) => {
      const spec = specOf(draft);
      if ((listAt(spec, 'drivers') ?? []).length === 0) spec['drivers'] = null;
    },
  },
  'csidrivers.storage.k8s.io': {
    returnsDeleted: true,
    defaults: (draft) => {
      const spec = specOf(draft);
      fallback(spec, 'attachRequired', true);
      fallback(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
      for (const key of ['podInfoOnMount', 'requiresRepublish', 'seLinuxMount', 'storageCapacity'])
        fallback(spec, key, false);
      if ((listAt(spec, 'volumeLifecycleModes') ?? []).length === 0) spec['volumeLifecycleModes'] = ['Persistent'];
    },
  },
  'volumeattributesclasses.storage.k8s.io': {
    returnsDeleted: true,
    prepareCreate: (draft) => {
      const finalizers = [...(draft.metadata.finalizers ?? []), 'kubernetes.io/vac-protection'];
      draft.metadata.finalizers = [...new Set(finalizers)];
    },
  },
  'deviceclasses.resource.k8s.io': { generation: true, returnsDeleted: true },
  'resourceclaimtemplates.resource.k8s.io': { returnsDeleted: true },
  'resourceclaims.resource.k8s.io': {
    returnsDeleted: true,
    defaults: (draft) => {
      for (const request of bagsOf(bagAt(specOf(draft), 'devices')?.['requests'])) {
        const exactly = bagAt(request, 'exactly');
        fallback(exactly, 'allocationMode', 'ExactCount');
        if (exactly?.['allocationMode'] === 'ExactCount') fallback(exactly, 'count', 1);
      }
    },
    prepareCreate: (draft) => void (draft['status'] = {}),
  },
};
