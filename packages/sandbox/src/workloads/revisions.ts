// ReplicaSets as a deployment's revisions: which one is for the current template, its number and annotations, and how
// many old ones are kept (pkg/controller/deployment/util, Kubernetes 1.35).

import type { Json, KubeObject } from '@evenkeel/resource';
import { type Bag, type Draft, bagAt, copyValue, sameValue } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import type { DeploymentView } from './deployments.ts';
import { maxReplicas, newSetReplicas, type Rollout } from './rollout-limits.ts';
import { controllerReference, templateHash } from './templates.ts';
import { type TemplateView, specView, statusView } from './views.ts';

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

// These stay where they are: they speak of one object only.
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** The set made from the deployment's current template; the oldest where there are several. */
export function findNewSet(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  const template = specView<DeploymentView>(deployment).template;
  return sets
    .filter((set) => sameTemplate(specView<{ template: TemplateView }>(set).template, template))
    .toSorted(
      (a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? ''),
    )[0];
}

function sameTemplate(a: TemplateView, b: TemplateView): boolean {
  return sameValue(withoutHash(a), withoutHash(b));
}

function withoutHash(template: TemplateView): unknown {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[revisionAnnotation] ?? '0') || 0;
}

/** The set of the current template, created where there is none yet; its revision is the newest either way. */
export function getOrCreateNewSet(rollout: Rollout, sets: readonly KubeObject[]): KubeObject | undefined {
  const existing = findNewSet(rollout.deployment, sets);
  if (existing !== undefined) return existing;
  const created = createSet(rollout, sets);
  if (created !== undefined) {
    const replicas = specView<{ replicas?: number }>(created).replicas ?? 0;
    if (replicas > 0) {
      rollout.events.record(rollout.deployment, {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled up replica set ${created.metadata.name ?? ''} from 0 to ${replicas}`,
      });
    }
  }
  return created;
}

function createSet({ actor, deployment }: Rollout, sets: readonly KubeObject[]): KubeObject | undefined {
  const spec = specView<DeploymentView>(deployment);
  const collisions = statusView<{ collisionCount?: number }>(deployment).collisionCount ?? 0;
  const hash = templateHash(spec.template, collisions);
  const template = (copyValue(spec.template as unknown as Json) ?? {}) as Bag;
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
  template['metadata'] = { ...bagAt(template, 'metadata'), labels };
  const revision = Math.max(0, ...sets.map(revisionOf)) + 1;
  const set = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name ?? ''}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels: { ...labels },
      annotations: { ...copiedAnnotations(deployment), ...ownAnnotations(deployment, revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, sets, undefined),
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...(copyValue(spec.selector as unknown as Json) as Bag),
        matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash },
      },
      template,
    },
  };
  const created = actor.create('replicasets.apps', set);
  if (created === undefined && actor.get('replicasets.apps', set.metadata.namespace, set.metadata.name) !== undefined) {
    // Another template has the same hash: the next try hashes differently.
    actor.updateStatus('deployments.apps', deployment, (status) => (status['collisionCount'] = collisions + 1));
  }
  return created;
}

function copiedAnnotations(deployment: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key)),
  );
}

function ownAnnotations(deployment: KubeObject, revision: number): Record<string, string> {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  return {
    [revisionAnnotation]: String(revision),
    [desiredAnnotation]: String(wanted),
    [maxAnnotation]: String(maxReplicas(deployment)),
  };
}

/** Brings the annotations of the sets and the deployment's revision up to date; a set that is rolled back to becomes newest. */
export function annotateSets({ actor, deployment }: Rollout, newSet: KubeObject, sets: readonly KubeObject[]): void {
  const others = Math.max(0, ...sets.filter((set) => set.metadata.uid !== newSet.metadata.uid).map(revisionOf));
  const current = revisionOf(newSet);
  const revision = Math.max(current, others + 1);
  actor.update('replicasets.apps', newSet, (draft) => {
    const annotations = { ...draft.metadata.annotations };
    if (current !== 0 && revision > current) {
      const history = [
        ...(annotations[historyAnnotation] ?? '').split(',').filter((each) => each !== ''),
        String(current),
      ];
      annotations[historyAnnotation] = history.join(',');
    }
    draft.metadata.annotations = {
      ...annotations,
      ...copiedAnnotations(deployment),
      ...ownAnnotations(deployment, revision),
    };
  });
  if (deployment.metadata.annotations?.[revisionAnnotation] === String(revision)) return;
  // With the status, as upstream does: otherwise the generation would go up.
  const annotate = (draft: Draft): void => {
    draft.metadata.annotations = { ...draft.metadata.annotations, [revisionAnnotation]: String(revision) };
  };
  actor.update('deployments.apps', deployment, annotate, 'status');
}

/** Annotations of one set while scaling. */
export function scaleAnnotations(deployment: KubeObject): Record<string, string> {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  return { [desiredAnnotation]: String(wanted), [maxAnnotation]: String(maxReplicas(deployment)) };
}

/** Deletes old, empty sets beyond the history limit. */
export function cleanUpHistory(actor: Actor, deployment: KubeObject, sets: readonly KubeObject[]): void {
  const limit = specView<DeploymentView>(deployment).revisionHistoryLimit ?? 10;
  const newSet = findNewSet(deployment, sets);
  const old = sets.filter(
    (set) => set.metadata.uid !== newSet?.metadata.uid && set.metadata.deletionTimestamp === undefined,
  );
  const surplus = old.length - limit;
  if (surplus <= 0) return;
  for (const set of old.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus)) {
    const status = statusView<{ replicas?: number; observedGeneration?: number }>(set);
    if ((status.replicas ?? 0) !== 0 || (specView<{ replicas?: number }>(set).replicas ?? 0) !== 0) continue;
    actor.delete('replicasets.apps', set);
  }
}
