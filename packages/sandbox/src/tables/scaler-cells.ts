// The cells of HorizontalPodAutoscalers (pkg/printers/internalversion/printers.go, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt } from '../store/draft.ts';
import { type Cell, ageCell, count, part, text } from './cells.ts';

export function scalerCells(object: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(object, 'spec');
  const target = bagAt(spec, 'scaleTargetRef') ?? {};
  return [
    object.metadata.name ?? '',
    `${text(target['kind'])}/${text(target['name'])}`,
    metricsText(bagsOf(spec['metrics']), bagsOf(part(object, 'status')['currentMetrics'])),
    text(spec['minReplicas'], '<unset>'),
    count(spec['maxReplicas']),
    count(part(object, 'status')['currentReplicas']),
    ageCell(object.metadata.creationTimestamp, nowMs),
  ];
}

function metricsText(metrics: readonly Bag[], current: readonly Bag[]): string {
  if (metrics.length === 0) return '<none>';
  const list = metrics.slice(0, 2).map((metric, index) => metricText(metric, current[index]));
  return metrics.length > 2 ? `${list.join(', ')} + ${metrics.length - 2} more...` : list.join(', ');
}

function metricText(metric: Bag, current: Bag | undefined): string {
  const source = {
    Resource: 'resource',
    ContainerResource: 'containerResource',
    Pods: 'pods',
    Object: 'object',
    External: 'external',
  }[text(metric['type'])];
  if (source === undefined) return '<unknown type>';
  const body = bagAt(metric, source) ?? {};
  const target = bagAt(body, 'target') ?? {};
  const now = bagAt(bagAt(current, source), 'current') ?? {};
  const label = source === 'resource' || source === 'containerResource' ? `${text(body['name'])}: ` : '';
  const utilization = target['averageUtilization'];
  if (utilization !== undefined) {
    const value = now['averageUtilization'];
    return `${label}${value === undefined ? '<unknown>' : `${text(value)}%`}/${text(utilization)}%`;
  }
  const average = target['averageValue'];
  const suffix =
    average !== undefined && source !== 'pods' && source !== 'resource' && source !== 'containerResource'
      ? ' (avg)'
      : '';
  return `${label}${text(now['averageValue'] ?? now['value'], '<unknown>')}/${text(average ?? target['value'])}${suffix}`;
}
