// The cells of each built-in type, in the order of its columns (pkg/printers/internalversion/printers.go, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { formatLabelSelector } from '../api/selectors.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt } from '../store/draft.ts';
import {
  type Cell,
  accessModes,
  ageCell,
  containerCells,
  count,
  humanDuration,
  labelText,
  part,
  templateSpec,
  text,
} from './cells.ts';
import { podCells } from './pod-cells.ts';
import { endpointSliceCells, endpointsCells, ingressCells, serviceCells } from './network-cells.ts';
import { scalerCells } from './scaler-cells.ts';

export type RowMaker = (object: KubeObject, nowMs: number) => readonly Cell[];

const name = (object: KubeObject): string => object.metadata.name ?? '';
const age = (object: KubeObject, nowMs: number): string => ageCell(object.metadata.creationTimestamp, nowMs);
const selectorText = (spec: Bag): string => formatLabelSelector(bagAt(spec, 'selector'));

function replicaSetCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const selector = object.kind === 'ReplicationController' ? labelText(spec['selector']) : selectorText(spec);
  return [
    name(object),
    count(spec['replicas']),
    count(status['replicas']),
    count(status['readyReplicas']),
    age(object, nowMs),
    ...containerCells(templateSpec(spec)),
    selector,
  ];
}

function jobCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const has = (type: string): boolean =>
    bagsOf(status['conditions']).some((each) => each['type'] === type && each['status'] === 'True');
  const state = has('Complete')
    ? 'Complete'
    : has('Failed')
      ? 'Failed'
      : object.metadata.deletionTimestamp !== undefined
        ? 'Terminating'
        : has('Suspended')
          ? 'Suspended'
          : has('FailureTarget')
            ? 'FailureTarget'
            : has('SuccessCriteriaMet')
              ? 'SuccessCriteriaMet'
              : 'Running';
  const wanted = spec['completions'];
  const parallel = count(spec['parallelism']);
  const completions =
    wanted === undefined
      ? parallel > 1
        ? `${count(status['succeeded'])}/1 of ${parallel}`
        : `${count(status['succeeded'])}/1`
      : `${count(status['succeeded'])}/${count(wanted)}`;
  const start = status['startTime'];
  const end = status['completionTime'];
  const duration =
    typeof start !== 'string'
      ? ''
      : humanDuration((typeof end === 'string' ? Date.parse(end) : nowMs) - Date.parse(start));
  return [
    name(object),
    state,
    completions,
    duration,
    age(object, nowMs),
    ...containerCells(templateSpec(spec)),
    selectorText(spec),
  ];
}

function cronJobCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const last = status['lastScheduleTime'];
  return [
    name(object),
    text(spec['schedule']),
    text(spec['timeZone'], '<none>'),
    spec['suspend'] === true ? 'True' : 'False',
    bagsOf(status['active']).length,
    last === undefined ? '<none>' : ageCell(last, nowMs),
    age(object, nowMs),
    ...containerCells(templateSpec(bagAt(bagAt(spec, 'jobTemplate'), 'spec') ?? {})),
    '<none>',
  ];
}

function nodeCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const status = part(object, 'status');
  const facts = bagAt(status, 'nodeInfo') ?? {};
  const ready = bagsOf(status['conditions']).find((each) => each['type'] === 'Ready')?.['status'];
  const word = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
  const roles = Object.keys(object.metadata.labels ?? {}).flatMap((key) =>
    key.startsWith('node-role.kubernetes.io/') ? [key.slice(24)] : [],
  );
  const address = (type: string): string =>
    text(bagsOf(status['addresses']).find((each) => each['type'] === type)?.['address'], '<none>');
  return [
    name(object),
    part(object, 'spec')['unschedulable'] === true ? `${word},SchedulingDisabled` : word,
    roles.length === 0 ? '<none>' : roles.sort().join(','),
    age(object, nowMs),
    text(facts['kubeletVersion']),
    address('InternalIP'),
    address('ExternalIP'),
    text(facts['osImage']) || '<unknown>',
    text(facts['kernelVersion']) || '<unknown>',
    text(facts['containerRuntimeVersion']) || '<unknown>',
  ];
}

function eventCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const about = part(object, 'involvedObject');
  const source = part(object, 'source');
  const last = object['lastTimestamp'] ?? bagAt(part(object), 'series')?.['lastObservedTime'] ?? object['eventTime'];
  const first = object['firstTimestamp'] ?? object['eventTime'];
  const component = text(source['component']) || text(object['reportingComponent']);
  const host = text(source['host']) || text(object['reportingInstance']);
  return [
    ageCell(last, nowMs),
    text(object['type']),
    text(object['reason']),
    `${text(about['kind']).toLowerCase()}/${text(about['name'])}`,
    text(about['fieldPath']),
    host === '' ? component : `${component}, ${host}`,
    text(object['message']).trim(),
    ageCell(first, nowMs),
    typeof object['count'] === 'number' ? object['count'] : 1,
    name(object),
  ];
}

function claimCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const bound = text(spec['volumeName']) !== '';
  const phase = object.metadata.deletionTimestamp === undefined ? text(status['phase']) : 'Terminating';
  return [
    name(object),
    phase,
    text(spec['volumeName']),
    bound ? text(bagAt(status, 'capacity')?.['storage']) : '',
    bound ? accessModes(status['accessModes']) : '',
    text(spec['storageClassName']),
    text(spec['volumeAttributesClassName'], '<unset>'),
    age(object, nowMs),
    text(spec['volumeMode'], '<unset>'),
  ];
}

function volumeCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const claim = bagAt(spec, 'claimRef');
  return [
    name(object),
    text(bagAt(spec, 'capacity')?.['storage']),
    accessModes(spec['accessModes']),
    text(spec['persistentVolumeReclaimPolicy']),
    object.metadata.deletionTimestamp === undefined ? text(status['phase']) : 'Terminating',
    claim === undefined ? '' : `${text(claim['namespace'])}/${text(claim['name'])}`,
    text(spec['storageClassName']),
    text(spec['volumeAttributesClassName'], '<unset>'),
    text(status['reason']),
    age(object, nowMs),
    text(spec['volumeMode'], '<unset>'),
  ];
}

function bindingCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const reference = part(object, 'roleRef');
  const subjects = bagsOf(object['subjects'] as Bag[] | undefined);
  const of = (kind: string): string =>
    subjects
      .filter((each) => each['kind'] === kind)
      .map((each) =>
        kind === 'ServiceAccount' ? `${text(each['namespace'])}/${text(each['name'])}` : text(each['name']),
      )
      .join(', ');
  return [
    name(object),
    `${text(reference['kind'])}/${text(reference['name'])}`,
    age(object, nowMs),
    of('User'),
    of('Group'),
    of('ServiceAccount'),
  ];
}

function quotaCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const hard = part(object, 'status', 'hard');
  const used = part(object, 'status', 'used');
  const list = (limits: boolean): string =>
    Object.keys(hard)
      .filter((key) => key.startsWith('limits') === limits)
      .sort()
      .map((key) => `${key}: ${text(used[key], '0')}/${text(hard[key])}`)
      .join(', ');
  return [name(object), list(false), list(true), age(object, nowMs)];
}

/** Row makers by collection. */
export const rows: Readonly<Record<string, RowMaker>> = {
  pods: podCells,
  services: serviceCells,
  endpoints: endpointsCells,
  'endpointslices.discovery.k8s.io': endpointSliceCells,
  'ingresses.networking.k8s.io': ingressCells,
  'horizontalpodautoscalers.autoscaling': scalerCells,
  nodes: nodeCells,
  events: eventCells,
  persistentvolumeclaims: claimCells,
  persistentvolumes: volumeCells,
  resourcequotas: quotaCells,
  'replicasets.apps': replicaSetCells,
  replicationcontrollers: replicaSetCells,
  'jobs.batch': jobCells,
  'cronjobs.batch': cronJobCells,
  'rolebindings.rbac.authorization.k8s.io': bindingCells,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingCells,
  configmaps: (object, now) => [
    name(object),
    Object.keys(part(object, 'data')).length + Object.keys(part(object, 'binaryData')).length,
    age(object, now),
  ],
  secrets: (object, now) => [
    name(object),
    text(object['type']),
    Object.keys(part(object, 'data')).length,
    age(object, now),
  ],
  namespaces: (object, now) => [name(object), text(part(object, 'status')['phase']), age(object, now)],
  serviceaccounts: (object, now) => [name(object), age(object, now)],
  podtemplates: (object) => [
    name(object),
    ...containerCells(bagAt(part(object, 'template'), 'spec')),
    labelText(part(object, 'template', 'metadata')['labels']),
  ],
  'deployments.apps': (object, now) => {
    const spec = part(object, 'spec');
    const status = part(object, 'status');
    return [
      name(object),
      `${count(status['readyReplicas'])}/${count(spec['replicas'])}`,
      count(status['updatedReplicas']),
      count(status['availableReplicas']),
      age(object, now),
      ...containerCells(templateSpec(spec)),
      selectorText(spec),
    ];
  },
  'statefulsets.apps': (object, now) => {
    const spec = part(object, 'spec');
    return [
      name(object),
      `${count(part(object, 'status')['readyReplicas'])}/${count(spec['replicas'])}`,
      age(object, now),
      ...containerCells(templateSpec(spec)),
    ];
  },
  'daemonsets.apps': (object, now) => {
    const spec = part(object, 'spec');
    const status = part(object, 'status');
    return [
      name(object),
      count(status['desiredNumberScheduled']),
      count(status['currentNumberScheduled']),
      count(status['numberReady']),
      count(status['updatedNumberScheduled']),
      count(status['numberAvailable']),
      labelText(templateSpec(spec)?.['nodeSelector']),
      age(object, now),
      ...containerCells(templateSpec(spec)),
      selectorText(spec),
    ];
  },
  'controllerrevisions.apps': (object, now) => {
    const owner = object.metadata.ownerReferences?.find((each) => each.controller === true);
    const group = owner?.apiVersion.includes('/') === true ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
    return [
      name(object),
      owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group}/${owner.name}`,
      typeof object['revision'] === 'number' ? object['revision'] : 0,
      age(object, now),
    ];
  },
  'poddisruptionbudgets.policy': (object, now) => {
    const spec = part(object, 'spec');
    return [
      name(object),
      text(spec['minAvailable'], 'N/A'),
      text(spec['maxUnavailable'], 'N/A'),
      count(part(object, 'status')['disruptionsAllowed']),
      age(object, now),
    ];
  },
  'networkpolicies.networking.k8s.io': (object, now) => [
    name(object),
    formatLabelSelector(part(object, 'spec', 'podSelector')) || '<none>',
    age(object, now),
  ],
  'ingressclasses.networking.k8s.io': (object, now) => {
    const parameters = bagAt(part(object, 'spec'), 'parameters');
    const group = text(parameters?.['apiGroup']);
    return [
      name(object),
      text(part(object, 'spec')['controller']),
      parameters === undefined
        ? '<none>'
        : `${text(parameters['kind'])}${group === '' ? '' : `.${group}`}/${text(parameters['name'])}`,
      age(object, now),
    ];
  },
  'storageclasses.storage.k8s.io': (object, now) => {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      isDefault ? `${name(object)} (default)` : name(object),
      text(object['provisioner']),
      text(object['reclaimPolicy']),
      text(object['volumeBindingMode']),
      object['allowVolumeExpansion'] === true,
      age(object, now),
    ];
  },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': (object, now) => [
    name(object),
    bagsOf(object['webhooks'] as Bag[] | undefined).length,
    age(object, now),
  ],
  'validatingwebhookconfigurations.admissionregistration.k8s.io': (object, now) => [
    name(object),
    bagsOf(object['webhooks'] as Bag[] | undefined).length,
    age(object, now),
  ],
  'priorityclasses.scheduling.k8s.io': (object, now) => [
    name(object),
    count(object['value']),
    object['globalDefault'] === true,
    age(object, now),
    text(object['preemptionPolicy']),
  ],
  'leases.coordination.k8s.io': (object, now) => [
    name(object),
    text(part(object, 'spec')['holderIdentity']),
    age(object, now),
  ],
  'runtimeclasses.node.k8s.io': (object, now) => [name(object), text(object['handler']), age(object, now)],
  'apiservices.apiregistration.k8s.io': (object, now) => {
    const service = bagAt(part(object, 'spec'), 'service');
    const condition = bagsOf(part(object, 'status')['conditions']).find((each) => each['type'] === 'Available');
    const status = text(condition?.['status'], 'Unknown');
    const available =
      status === 'True' || condition === undefined ? status : `${status} (${text(condition['reason'])})`;
    return [
      name(object),
      service === undefined ? 'Local' : `${text(service['namespace'])}/${text(service['name'])}`,
      available,
      age(object, now),
    ];
  },
  'certificatesigningrequests.certificates.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    const status = part(object, 'status');
    const types = (listAt(status, 'conditions') ?? []).map((each) => text((each as Bag)['type']));
    const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
    const seconds = spec['expirationSeconds'];
    return [
      name(object),
      age(object, now),
      text(spec['signerName'], '<none>'),
      text(spec['username']),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
      `${decision}${types.includes('Failed') ? ',Failed' : ''}${text(status['certificate']) === '' ? '' : ',Issued'}`,
    ];
  },
};
