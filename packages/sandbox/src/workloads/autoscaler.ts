// HorizontalPodAutoscalers (pkg/controller/podautoscaler, Kubernetes 1.35). Load is given, not measured: pods run exactly at
// their target unless the annotation sandbox.evenkeel.dev/utilization on the autoscaler says another percentage.

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, copyValue, scalarText } from '../store/draft.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { upsertCondition } from './conditions.ts';
import { type ControllerSpec, keyOf, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import { specView, statusView } from './views.ts';

interface AutoscalerView {
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
}

const collection = 'horizontalpodautoscalers.autoscaling';
const annotation = 'sandbox.evenkeel.dev/utilization';

const targets: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** Keeps autoscalers' status and their targets between minimum and maximum. */
export function autoscalerController(deps: ControllerDeps): ControllerSpec {
  const events = new EventRecorder(deps, 'horizontal-pod-autoscaler');
  const all = deps.store.collection(collection);
  const ofTarget = ({ object }: { readonly object: KubeObject }): readonly string[] =>
    all
      .list(object.metadata.namespace ?? '')
      .filter((scaler) => {
        const { scaleTargetRef } = specView<AutoscalerView>(scaler);
        return scaleTargetRef.kind === object.kind && scaleTargetRef.name === object.metadata.name;
      })
      .map(keyOf);
  return {
    manager: 'kube-controller-manager',
    watches: {
      [collection]: ownKey,
      'deployments.apps': ofTarget,
      'statefulsets.apps': ofTarget,
      'replicasets.apps': ofTarget,
    },
    reconcile: (actor, namespace, name) => {
      const scaler = actor.get(collection, namespace, name);
      if (scaler !== undefined) sync(actor, events, scaler);
    },
  };
}

function sync(actor: Actor, events: EventRecorder, scaler: KubeObject): void {
  const spec = specView<AutoscalerView>(scaler);
  const target = actor.get(
    targets[spec.scaleTargetRef.kind] ?? '',
    scaler.metadata.namespace ?? '',
    spec.scaleTargetRef.name,
  );
  if (target === undefined) {
    const message = `the HPA controller was unable to get the target's current scale: ${spec.scaleTargetRef.kind.toLowerCase()}s.apps "${spec.scaleTargetRef.name}" not found`;
    events.record(scaler, {
      type: 'Warning',
      reason: 'FailedGetScale',
      message: message.slice(message.indexOf(': ') + 2),
    });
    actor.updateStatus(collection, scaler, (status) => {
      upsertCondition(status, { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }, actor.now());
    });
    return;
  }
  const current = specView<{ replicas?: number }>(target).replicas ?? 1;
  const wanted = wantedReplicas(scaler, current);
  const desired = current === 0 ? 0 : Math.min(Math.max(wanted, spec.minReplicas ?? 1), spec.maxReplicas);
  if (desired !== current) scale(actor, events, scaler, { target, desired });
  writeStatus(actor, scaler, { target, wanted, desired, scaled: desired !== current });
}

function utilization(scaler: KubeObject): number | undefined {
  const value = Number(scaler.metadata.annotations?.[annotation]);
  return Number.isFinite(value) ? value : undefined;
}

// Within a tenth of the target nothing is done, as upstream.
function wantedReplicas(scaler: KubeObject, current: number): number {
  const given = utilization(scaler);
  if (given === undefined) return current;
  const metrics = bagsOf(bagAt(scaler as unknown as Draft, 'spec')?.['metrics']);
  const goals = metrics.map((metric) => bagAt(bagAt(metric, 'resource'), 'target')?.['averageUtilization']);
  const ratios = goals
    .filter((goal): goal is number => typeof goal === 'number' && goal > 0)
    .map((goal) => given / goal);
  const ratio = ratios.length === 0 ? 1 : Math.max(...ratios);
  return Math.abs(ratio - 1) <= 0.1 ? current : Math.ceil(current * ratio);
}

function scale(
  actor: Actor,
  events: EventRecorder,
  scaler: KubeObject,
  to: { readonly target: KubeObject; readonly desired: number },
): void {
  actor.update(
    targets[to.target.kind] ?? '',
    to.target,
    (draft) => {
      const spec = bagAt(draft, 'spec') ?? {};
      spec['replicas'] = to.desired;
    },
    'scale',
  );
  events.record(scaler, {
    type: 'Normal',
    reason: 'SuccessfulRescale',
    message: `New size: ${to.desired}; reason: All metrics below target`,
  });
}

interface Outcome {
  readonly target: KubeObject;
  readonly wanted: number;
  readonly desired: number;
  readonly scaled: boolean;
}

function writeStatus(actor: Actor, scaler: KubeObject, { target, wanted, desired, scaled }: Outcome): void {
  const now = actor.now();
  actor.updateStatus(collection, scaler, (status, object) => {
    status['currentReplicas'] = statusView<{ replicas?: number }>(target).replicas ?? 0;
    status['desiredReplicas'] = desired;
    status['observedGeneration'] = object.metadata.generation ?? 1;
    if (object.metadata.generation === undefined) delete status['observedGeneration'];
    if (scaled) status['lastScaleTime'] = now;
    status['currentMetrics'] = currentMetrics(scaler);
    upsertCondition(
      status,
      scaled
        ? {
            type: 'AbleToScale',
            status: 'True',
            reason: 'SucceededRescale',
            message: `the HPA controller was able to update the target scale to ${desired}`,
          }
        : {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ReadyForNewScale',
            message: 'recommended size matches current size',
          },
      now,
    );
    const active = desired > 0;
    upsertCondition(
      status,
      active
        ? {
            type: 'ScalingActive',
            status: 'True',
            reason: 'ValidMetricFound',
            message:
              'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
          }
        : {
            type: 'ScalingActive',
            status: 'False',
            reason: 'ScalingDisabled',
            message: 'scaling is disabled since the replica count of the target is zero',
          },
      now,
    );
    upsertCondition(status, limited(wanted, desired), now);
  });
}

function limited(wanted: number, desired: number): Parameters<typeof upsertCondition>[1] {
  const type = 'ScalingLimited';
  if (wanted < desired)
    return {
      type,
      status: 'True',
      reason: 'TooFewReplicas',
      message: 'the desired replica count is less than the minimum replica count',
    };
  if (wanted > desired)
    return {
      type,
      status: 'True',
      reason: 'TooManyReplicas',
      message: 'the desired replica count is more than the maximum replica count',
    };
  return {
    type,
    status: 'False',
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  };
}

// Each metric as it stands now: at its target, or at the given utilisation.
function currentMetrics(scaler: KubeObject): Bag[] {
  const given = utilization(scaler);
  return bagsOf(bagAt(scaler as unknown as Draft, 'spec')?.['metrics']).flatMap((metric) => {
    if (metric['type'] !== 'Resource') return [];
    const resource = bagAt(metric, 'resource') ?? {};
    const goal = bagAt(resource, 'target') ?? {};
    const average = given ?? goal['averageUtilization'];
    const current: Bag =
      goal['averageUtilization'] === undefined
        ? { averageValue: copyValue(goal['averageValue'] as string) ?? '0' }
        : { averageUtilization: typeof average === 'number' ? average : 0, averageValue: '0' };
    return [{ type: 'Resource', resource: { name: scalarText(resource['name']), current } }];
  });
}
