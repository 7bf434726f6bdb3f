// Cells of the kinds that few people list: CSI objects, devices, admission policies, address ranges.

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt } from '../store/draft.ts';
import { type Cell, ageCell, part, text } from './cells.ts';

type RowMaker = (object: KubeObject, nowMs: number) => readonly Cell[];

const nameOf = (object: KubeObject): string => object.metadata.name ?? '';
const ageOf = (object: KubeObject, nowMs: number): string => ageCell(object.metadata.creationTimestamp, nowMs);
const join = (values: readonly unknown[], otherwise: string): string =>
  values.length === 0 ? otherwise : values.map((each) => text(each)).join(',');

function paramKind(kind: Bag | undefined): string {
  return kind === undefined ? '<unset>' : `${text(kind['apiVersion'])}/${text(kind['kind'])}`;
}

function paramRef(reference: Bag | undefined): string {
  if (reference === undefined) return '<unset>';
  if (reference['name'] === undefined) return `${text(reference['namespace'], '*')}/<selector>`;
  const namespace = reference['namespace'];
  return namespace === undefined ? text(reference['name']) : `${text(namespace)}/${text(reference['name'])}`;
}

function claimState(object: KubeObject): string {
  const status = part(object, 'status');
  return [
    ...(object.metadata.deletionTimestamp === undefined ? [] : ['deleted']),
    ...(status['allocation'] === undefined ? ['pending'] : ['allocated']),
    ...(bagsOf(status['reservedFor']).length > 0 ? ['reserved'] : []),
  ].join(',');
}

/** Row makers by collection. */
export const lateRows: Readonly<Record<string, RowMaker>> = {
  'validatingadmissionpolicies.admissionregistration.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    return [
      nameOf(object),
      bagsOf(spec['validations']).length,
      paramKind(bagAt(spec, 'paramKind')),
      ageOf(object, now),
    ];
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    return [nameOf(object), text(spec['policyName']), paramRef(bagAt(spec, 'paramRef')), ageOf(object, now)];
  },
  'ipaddresses.networking.k8s.io': (object) => {
    const parent = part(object, 'spec', 'parentRef');
    const parts = [parent['group'], parent['resource'], parent['namespace'], parent['name']];
    return [
      nameOf(object),
      parts
        .map((each) => text(each))
        .filter((each) => each !== '')
        .join('/'),
    ];
  },
  'servicecidrs.networking.k8s.io': (object, now) => [
    nameOf(object),
    join(listAt(part(object, 'spec'), 'cidrs') ?? [], ''),
    ageOf(object, now),
  ],
  'deviceclasses.resource.k8s.io': (object, now) => [nameOf(object), ageOf(object, now)],
  'resourceclaims.resource.k8s.io': (object, now) => [nameOf(object), claimState(object), ageOf(object, now)],
  'resourceclaimtemplates.resource.k8s.io': (object, now) => [nameOf(object), ageOf(object, now)],
  'resourceslices.resource.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    return [
      nameOf(object),
      text(spec['nodeName']),
      text(spec['driver']),
      text(part(object, 'spec', 'pool')['name']),
      ageOf(object, now),
    ];
  },
  'csidrivers.storage.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    const audiences = bagsOf(spec['tokenRequests']).map((each) => each['audience']);
    return [
      nameOf(object),
      spec['attachRequired'] !== false,
      spec['podInfoOnMount'] === true,
      spec['storageCapacity'] === true,
      join(audiences, '<unset>'),
      spec['requiresRepublish'] === true,
      join(listAt(spec, 'volumeLifecycleModes') ?? [], '<none>'),
      ageOf(object, now),
    ];
  },
  'csinodes.storage.k8s.io': (object, now) => [
    nameOf(object),
    bagsOf(part(object, 'spec')['drivers']).length,
    ageOf(object, now),
  ],
  'volumeattachments.storage.k8s.io': (object, now) => {
    const spec = part(object, 'spec');
    const volume = part(object, 'spec', 'source')['persistentVolumeName'];
    return [
      nameOf(object),
      text(spec['attacher']),
      text(volume),
      text(spec['nodeName']),
      part(object, 'status')['attached'] === true,
      ageOf(object, now),
    ];
  },
  'volumeattributesclasses.storage.k8s.io': (object, now) => [
    nameOf(object),
    text(object['driverName']),
    ageOf(object, now),
  ],
};
