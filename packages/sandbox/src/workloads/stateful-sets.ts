// The StatefulSet controller (pkg/controller/statefulset, Kubernetes 1.35): pods with names, in order, with claims of their
// own and revisions kept as ControllerRevisions.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, type Draft, bagAt } from '../store/draft.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, controllerKey, controllerOf, ownKey } from './controller.ts';
import { recordRevision } from './controller-revisions.ts';
import { EventRecorder } from './events.ts';
import type { OwnerIndex } from './owner-index.ts';
import { controllerReference, podFrom } from './templates.ts';
import { type TemplateView, isPodReady, podAvailability, specView, statusView } from './views.ts';

interface StatefulSetView {
  readonly replicas?: number;
  readonly serviceName?: string;
  readonly minReadySeconds?: number;
  readonly podManagementPolicy?: string;
  readonly ordinals?: { readonly start?: number };
  readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
  readonly revisionHistoryLimit?: number;
  readonly template: TemplateView;
  readonly volumeClaimTemplates?: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    };
    readonly spec: unknown;
  }[];
}

const collection = 'statefulsets.apps';
const revisionLabel = 'controller-revision-hash';

/** The StatefulSet controller. */
export function statefulSetController(deps: ControllerDeps, index: OwnerIndex): ControllerSpec {
  const events = new EventRecorder(deps, 'statefulset-controller');
  return {
    manager: 'kube-controller-manager',
    watches: { [collection]: ownKey, pods: controllerKey('StatefulSet') },
    reconcile: (actor, namespace, name) => {
      const set = actor.get(collection, namespace, name);
      return set === undefined ? undefined : new Sync(actor, events, index, set).run();
    },
  };
}

class Sync {
  readonly #actor: Actor;
  readonly #events: EventRecorder;
  readonly #index: OwnerIndex;
  readonly #set: KubeObject;
  readonly #spec: StatefulSetView;
  readonly #name: string;
  readonly #namespace: string;

  constructor(actor: Actor, events: EventRecorder, index: OwnerIndex, set: KubeObject) {
    this.#actor = actor;
    this.#events = events;
    this.#index = index;
    this.#set = set;
    this.#spec = specView<StatefulSetView>(set);
    this.#name = set.metadata.name ?? '';
    this.#namespace = set.metadata.namespace ?? '';
  }

  run(): number | undefined {
    const update = recordRevision(
      this.#actor,
      this.#index,
      this.#set,
      this.#spec.template,
      this.#spec.revisionHistoryLimit ?? 10,
    );
    const before = statusView<{ currentRevision?: string }>(this.#set).currentRevision;
    const current =
      before !== undefined && this.#actor.get('controllerrevisions.apps', this.#namespace, before) !== undefined
        ? before
        : update;
    if (this.#set.metadata.deletionTimestamp === undefined) this.#manage(current, update);
    return this.#writeStatus(current, update);
  }

  #pods(): readonly KubeObject[] {
    return this.#index
      .inCollection(this.#set.metadata.uid ?? '', 'pods')
      .flatMap((place) => this.#actor.get('pods', place.namespace, place.name) ?? [])
      .filter((pod) => controllerOf(pod)?.uid === this.#set.metadata.uid);
  }

  #ordinalOf(pod: KubeObject): number {
    return Number(/-(\d+)$/.exec(pod.metadata.name ?? '')?.[1] ?? '-1');
  }

  #manage(current: string, update: string): void {
    const start = this.#spec.ordinals?.start ?? 0;
    const wanted = this.#spec.replicas ?? 1;
    const parallel = this.#spec.podManagementPolicy === 'Parallel';
    const pods = new Map(this.#pods().map((pod) => [this.#ordinalOf(pod), pod]));
    for (let ordinal = start; ordinal < start + wanted; ordinal++) {
      if (!this.#ensure(ordinal, pods.get(ordinal), this.#revisionFor(ordinal, current, update)) && !parallel) return;
    }
    const surplus = [...pods.entries()]
      .filter(([ordinal]) => ordinal < start || ordinal >= start + wanted)
      .sort(([a], [b]) => b - a);
    for (const [, pod] of surplus) {
      if (pod.metadata.deletionTimestamp === undefined) this.#delete(pod);
      if (!parallel) return;
    }
    this.#roll(pods, update);
  }

  // Ordinals below the partition, and those not reached yet, keep the current revision.
  #revisionFor(ordinal: number, current: string, update: string): string {
    const partition = this.#spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    return this.#spec.updateStrategy?.type === 'OnDelete' || ordinal >= partition ? update : current;
  }

  /** True where the pod is there, running and available. */
  #ensure(ordinal: number, pod: KubeObject | undefined, revision: string): boolean {
    if (pod === undefined) {
      this.#create(ordinal, revision);
      return false;
    }
    const { phase } = statusView<{ phase?: string }>(pod);
    if (pod.metadata.deletionTimestamp !== undefined) return false;
    if (phase === 'Failed' || phase === 'Succeeded') {
      this.#events.record(this.#set, {
        type: 'Warning',
        reason: 'RecreatingFailedPod',
        message: `StatefulSet ${this.#namespace}/${this.#name} is recreating failed Pod ${pod.metadata.name ?? ''}`,
      });
      this.#delete(pod);
      return false;
    }
    return podAvailability(pod, this.#spec.minReadySeconds ?? 0, this.#actor.deps.clock.now()) === true;
  }

  #create(ordinal: number, revision: string): void {
    const name = `${this.#name}-${ordinal}`;
    this.#createClaims(ordinal);
    const pod = podFrom(this.#templateOf(revision), this.#set, {
      name,
      labels: {
        'apps.kubernetes.io/pod-index': String(ordinal),
        [revisionLabel]: revision,
        'statefulset.kubernetes.io/pod-name': name,
      },
    });
    pod.metadata.generateName = `${this.#name}-`;
    const spec = bagAt(pod, 'spec') ?? {};
    spec['hostname'] = name;
    if (this.#spec.serviceName !== undefined && this.#spec.serviceName !== '')
      spec['subdomain'] = this.#spec.serviceName;
    spec['volumes'] = this.#volumes(ordinal, spec);
    const created = this.#actor.create('pods', pod);
    if (created !== undefined) {
      this.#events.record(this.#set, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Create Pod ${name} in StatefulSet ${this.#name} successful`,
      });
    }
  }

  #templateOf(revision: string): TemplateView {
    const kept = this.#actor.get('controllerrevisions.apps', this.#namespace, revision);
    const template = bagAt(bagAt(kept as unknown as Draft | undefined, 'data'), 'spec')?.['template'] as
      | (TemplateView & Bag)
      | undefined;
    if (template === undefined) return this.#spec.template;
    const { $patch: _patch, ...rest } = template;
    return rest as unknown as TemplateView;
  }

  #claimName(template: string, ordinal: number): string {
    return `${template}-${this.#name}-${ordinal}`;
  }

  #volumes(ordinal: number, spec: Bag): Bag[] {
    const claims = (this.#spec.volumeClaimTemplates ?? []).map((claim): Bag => ({
      name: claim.metadata.name,
      persistentVolumeClaim: { claimName: this.#claimName(claim.metadata.name, ordinal) },
    }));
    const names = new Set(claims.map((claim) => claim['name']));
    const others = Array.isArray(spec['volumes'])
      ? (spec['volumes'] as Bag[]).filter((volume) => !names.has(volume['name']))
      : [];
    return [...claims, ...others];
  }

  #createClaims(ordinal: number): void {
    const owned = this.#spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete';
    for (const claim of this.#spec.volumeClaimTemplates ?? []) {
      const name = this.#claimName(claim.metadata.name, ordinal);
      if (this.#actor.get('persistentvolumeclaims', this.#namespace, name) !== undefined) continue;
      const selector = specView<{ selector?: { matchLabels?: Record<string, string> } }>(this.#set).selector;
      const labels = { ...claim.metadata.labels, ...selector?.matchLabels };
      this.#actor.create('persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          namespace: this.#namespace,
          labels,
          ...(claim.metadata.annotations === undefined ? {} : { annotations: { ...claim.metadata.annotations } }),
          ...(owned ? { ownerReferences: [controllerReference(this.#set)] } : {}),
        },
        spec: structuredClone(claim.spec) as Bag,
      });
      this.#events.record(this.#set, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Create Claim ${name} Pod ${this.#name}-${ordinal} in StatefulSet ${this.#name} success`,
      });
    }
  }

  #delete(pod: KubeObject): void {
    this.#actor.delete('pods', pod);
    this.#events.record(this.#set, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Delete Pod ${pod.metadata.name ?? ''} in StatefulSet ${this.#name} successful`,
    });
  }

  // Highest ordinal first, one at a time, each waiting for the one before to be ready again.
  #roll(pods: ReadonlyMap<number, KubeObject>, update: string): void {
    if (this.#spec.updateStrategy?.type === 'OnDelete') return;
    const partition = this.#spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    for (const [ordinal, pod] of [...pods.entries()].sort(([a], [b]) => b - a)) {
      if (ordinal < partition) return;
      if (pod.metadata.deletionTimestamp !== undefined) return;
      if (pod.metadata.labels?.[revisionLabel] !== update) {
        this.#delete(pod);
        return;
      }
      if (!isPodReady(pod)) return;
    }
  }

  #writeStatus(current: string, update: string): number | undefined {
    const pods = this.#pods().filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const nowMs = this.#actor.deps.clock.now();
    const minReady = this.#spec.minReadySeconds ?? 0;
    const waits = pods
      .map((pod) => podAvailability(pod, minReady, nowMs))
      .filter((wait): wait is number => typeof wait === 'number' && Number.isFinite(wait));
    const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === update);
    const ready = pods.filter(isPodReady);
    const wanted = this.#spec.replicas ?? 1;
    const done = updated.length === wanted && pods.length === wanted && ready.length === wanted;
    const onCurrent = done ? updated : pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === current);
    this.#actor.updateStatus(collection, this.#set, (status, now) => {
      status['observedGeneration'] = now.metadata.generation ?? 1;
      status['replicas'] = pods.length;
      status['availableReplicas'] = pods.filter((pod) => podAvailability(pod, minReady, nowMs) === true).length;
      setCount(status, 'readyReplicas', ready.length);
      setCount(status, 'currentReplicas', onCurrent.length);
      setCount(status, 'updatedReplicas', updated.length);
      status['currentRevision'] = done ? update : current;
      status['updateRevision'] = update;
      status['collisionCount'] ??= 0;
    });
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }
}

function setCount(status: Bag, key: string, count: number): void {
  if (count > 0) status[key] = count;
  else delete status[key];
}
