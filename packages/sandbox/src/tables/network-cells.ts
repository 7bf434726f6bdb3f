// The cells of services, endpoints and ingresses (pkg/printers/internalversion/printers.go, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, listAt } from '../store/draft.ts';
import { type Cell, ageCell, labelText, part, text } from './cells.ts';

export function serviceCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const address = text(listAt(spec, 'clusterIPs')?.[0]) || text(spec['clusterIP']);
  return [
    object.metadata.name ?? '',
    text(spec['type']),
    address === '' ? '<none>' : address,
    externalAddress(object),
    portsText(spec),
    ageCell(object.metadata.creationTimestamp, nowMs),
    labelText(spec['selector']),
  ];
}

function externalAddress(object: KubeObject): string {
  const spec = part(object, 'spec');
  const given = (listAt(spec, 'externalIPs') ?? []).map((each) => text(each));
  switch (text(spec['type'])) {
    case 'ExternalName':
      return text(spec['externalName']);
    case 'LoadBalancer': {
      const own = bagsOf(part(object, 'status', 'loadBalancer')['ingress']).map(
        (each) => text(each['ip']) || text(each['hostname']),
      );
      const all = [...own, ...given].filter((each) => each !== '');
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return given.length === 0 ? '<none>' : given.join(',');
  }
}

function portsText(spec: Bag): string {
  const ports = bagsOf(spec['ports']).map((port) => {
    const node = port['nodePort'];
    return typeof node === 'number' && node > 0
      ? `${text(port['port'])}:${node}/${text(port['protocol'])}`
      : `${text(port['port'])}/${text(port['protocol'])}`;
  });
  return ports.length === 0 ? '<none>' : ports.join(',');
}

// As many as fit, then how many more there are.
function shortened(items: readonly string[], max: number): string {
  if (items.length === 0) return '<none>';
  return items.length <= max ? items.join(',') : `${items.slice(0, max).join(',')} + ${items.length - max} more...`;
}

export function endpointsCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const list = bagsOf(object['subsets'] as Bag[] | undefined).flatMap((subset) => {
    const addresses = bagsOf(subset['addresses']).map((each) => text(each['ip']));
    const ports = bagsOf(subset['ports']).map((each) => text(each['port']));
    return ports.length === 0 ? addresses : ports.flatMap((port) => addresses.map((address) => `${address}:${port}`));
  });
  return [object.metadata.name ?? '', shortened(list, 3), ageCell(object.metadata.creationTimestamp, nowMs)];
}

export function endpointSliceCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const ports = bagsOf(object['ports'] as Bag[] | undefined).map((each) => text(each['port'], '*'));
  const addresses = bagsOf(object['endpoints'] as Bag[] | undefined).flatMap((each) =>
    (listAt(each, 'addresses') ?? []).map((address) => text(address)),
  );
  const orUnset = (value: string): string => (value === '<none>' ? '<unset>' : value);
  return [
    object.metadata.name ?? '',
    text(object['addressType']),
    orUnset(shortened(ports, 3)),
    orUnset(shortened(addresses, 3)),
    ageCell(object.metadata.creationTimestamp, nowMs),
  ];
}

export function ingressCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const hosts = bagsOf(spec['rules'])
    .map((rule) => text(rule['host']))
    .filter((host) => host !== '');
  const shown =
    hosts.length === 0
      ? '*'
      : hosts.length > 3
        ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...`
        : hosts.join(',');
  const addresses = bagsOf(part(object, 'status', 'loadBalancer')['ingress']).map(
    (each) => text(each['ip']) || text(each['hostname']),
  );
  const className =
    text(spec['ingressClassName']) || text(object.metadata.annotations?.['kubernetes.io/ingress.class']);
  return [
    object.metadata.name ?? '',
    className === '' ? '<none>' : className,
    shown,
    addresses.filter((each) => each !== '').join(','),
    (listAt(spec, 'tls') ?? []).length > 0 ? '80, 443' : '80',
    ageCell(object.metadata.creationTimestamp, nowMs),
  ];
}
