// HorizontalPodAutoscalers are stored as autoscaling/v2 and also served as autoscaling/v1, which knows CPU only; what v1
// cannot say travels in annotations, as upstream (pkg/apis/autoscaling/v1/conversion.go).

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, type Draft, type Value, bagAt, draftOf, isBag, listAt, sealed } from '../store/draft.ts';

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';
const currentAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';

/** A stored (v2) autoscaler as v1. */
export function scalerToV1(object: KubeObject): KubeObject {
  const draft = draftOf(object);
  draft.apiVersion = 'autoscaling/v1';
  const spec = bagAt(draft, 'spec');
  const metrics = listAt(spec, 'metrics') ?? [];
  const others = metrics.filter((metric) => cpuTarget(metric) === undefined);
  const cpu = metrics.map(cpuTarget).find((target) => target !== undefined);
  if (spec !== undefined) {
    delete spec['metrics'];
    if (cpu !== undefined) spec['targetCPUUtilizationPercentage'] = cpu;
    if (others.length > 0) annotate(draft, metricsAnnotation, others);
    if (spec['behavior'] !== undefined) annotate(draft, behaviorAnnotation, spec['behavior']);
    delete spec['behavior'];
  }
  const status = bagAt(draft, 'status');
  if (status !== undefined) {
    status['currentReplicas'] ??= 0;
    if (status['conditions'] !== undefined) annotate(draft, conditionsAnnotation, status['conditions']);
    if (status['currentMetrics'] !== undefined && status['currentMetrics'] !== null)
      annotate(draft, currentAnnotation, status['currentMetrics']);
    delete status['conditions'];
    delete status['currentMetrics'];
  }
  return sealed(draft);
}

/** A v1 autoscaler as v2. */
export function scalerFromV1(object: KubeObject): KubeObject {
  const draft = draftOf(object);
  draft.apiVersion = 'autoscaling/v2';
  const spec = bagAt(draft, 'spec');
  if (spec === undefined) return sealed(draft);
  const metrics = takeAnnotation(draft, metricsAnnotation);
  const list = Array.isArray(metrics) ? metrics : [];
  const target = spec['targetCPUUtilizationPercentage'];
  delete spec['targetCPUUtilizationPercentage'];
  if (typeof target === 'number') {
    list.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
    });
  }
  if (list.length > 0) spec['metrics'] = list;
  const behavior = takeAnnotation(draft, behaviorAnnotation);
  if (isBag(behavior)) spec['behavior'] = behavior;
  const conditions = takeAnnotation(draft, conditionsAnnotation);
  const current = takeAnnotation(draft, currentAnnotation);
  const status = bagAt(draft, 'status');
  if (status !== undefined && Array.isArray(conditions)) status['conditions'] = conditions;
  if (status !== undefined && Array.isArray(current)) status['currentMetrics'] = current;
  return sealed(draft);
}

function cpuTarget(metric: unknown): number | undefined {
  const resource = isBag(metric) && metric['type'] === 'Resource' ? bagAt(metric, 'resource') : undefined;
  const utilization = bagAt(resource, 'target')?.['averageUtilization'];
  return resource?.['name'] === 'cpu' && typeof utilization === 'number' ? utilization : undefined;
}

function annotate(draft: Draft, name: string, value: unknown): void {
  draft.metadata.annotations = { ...draft.metadata.annotations, [name]: JSON.stringify(value) };
}

function takeAnnotation(draft: Draft, name: string): Bag | Value[] | undefined {
  const text = draft.metadata.annotations?.[name];
  if (text === undefined) return undefined;
  delete draft.metadata.annotations?.[name];
  try {
    return JSON.parse(text) as Bag | Value[];
  } catch {
    return undefined;
  }
}
