// Values in the cells of tables: ages, lists, selectors, as `kubectl get` shows them.

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, isBag } from '../store/draft.ts';

export type Cell = string | number | boolean;

/** Age since a time, in kubectl's two largest units ("5d3h", "47s"); "<unknown>" for none (apimachinery:pkg/util/duration). */
export function ageCell(time: unknown, nowMs: number): string {
  if (typeof time !== 'string' || time === '') return '<unknown>';
  return humanDuration(nowMs - Date.parse(time));
}

/** A duration as people read it. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return days < 2920 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

function withRest(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${value}${unit}` : `${value}${unit}${rest}${restUnit}`;
}

/** An object's spec, status or other member as a bag, empty where there is none. */
export function part(object: KubeObject, ...path: readonly string[]): Bag {
  let bag: Bag = object as unknown as Bag;
  for (const key of path) bag = bagAt(bag, key) ?? {};
  return bag;
}

export function text(value: unknown, otherwise = ''): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : otherwise;
}

export function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** "a=b,c=d", or `<none>`. */
export function labelText(labels: unknown): string {
  if (!isBag(labels) || Object.keys(labels).length === 0) return '<none>';
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${text(value)}`)
    .sort()
    .join(',');
}

/** Names and images of a pod template's containers. */
export function containerCells(podSpec: Bag | undefined): readonly [string, string] {
  const containers = bagsOf(podSpec?.['containers']);
  return [
    containers.map((each) => text(each['name'])).join(','),
    containers.map((each) => text(each['image'])).join(','),
  ];
}

/** The spec of the template in a spec. */
export function templateSpec(spec: Bag): Bag | undefined {
  return bagAt(bagAt(spec, 'template'), 'spec');
}

/** Short names of access modes: RWO, ROX, RWX, RWOP. */
export function accessModes(modes: unknown): string {
  const short: Readonly<Record<string, string>> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  };
  return Array.isArray(modes)
    ? modes
        .map((mode) => short[String(mode)] ?? '')
        .filter((each) => each !== '')
        .join(',')
    : '';
}
