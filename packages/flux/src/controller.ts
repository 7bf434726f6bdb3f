// Watches GitRepositories and Kustomizations and keeps each Kustomization equal to its source.

import { type Controller, type Outcome, createController, findCondition, patchStatus } from '@evenkeel/controller';
import { type Deliveries, type Delivery, type SyncRequest, refusedReport } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import {
  type Informer,
  type KubeClient,
  type ResourceType,
  createInformer,
  isKubeError,
  labelSelectorPredicate,
} from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { SourceStore } from '@evenkeel/source';
import { type Clock, parseDurationMs, present } from '@evenkeel/std';
import type { ArtifactPublisher } from './artifacts.ts';
import { deliveryKey } from './front-end.ts';
import { startGitRepositories } from './git-repositories.ts';
import {
  type GitRepository,
  type GitRepositorySpec,
  type GitRepositoryStatus,
  type Kustomization,
  type KustomizationSpec,
  type KustomizationStatus,
  asStatus,
  pendingRequest,
  readResource,
} from './resources.ts';
import { type Verdict, memoryOf, statusOf } from './status.ts';
import { translateKustomization, unsupportedFields } from './translate.ts';

const finalizer = 'finalizers.fluxcd.io';

export interface FluxOptions {
  /** The cluster the resources live in. */
  readonly client: KubeClient;
  readonly store: SourceStore;
  readonly deliveries: () => Deliveries;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Builds and serves archives of sources for programs that fetch them; nothing is built when not given. */
  readonly artifacts?: ArtifactPublisher;
  /**
   * Only resources with such labels are reconciled, as with `--watch-label-selector` of Flux's controllers; the others are
   * somebody else's and are only read. All when not given.
   */
  readonly watchLabelSelector?: string;
  /** Told of every reconciliation that failed for a reason of our own, with the key; it is tried again by itself. */
  readonly onFailure?: (key: string, error: Error) => void;
}

/** The running front end. */
export interface FluxController extends AsyncDisposable {
  /** Reconciles a Kustomization soon; `key` is a delivery key of this front end. */
  wake(key: string, urgency?: 'change' | 'background'): void;
  kustomizations(): readonly Kustomization[];
  kustomization(namespace: string, name: string): Kustomization | undefined;
  repository(namespace: string, name: string): GitRepository | undefined;
  onChange(listener: () => void): () => void;
  readonly controllers: readonly Controller<string>[];
}

/** Starts watching. The definitions must be installed. Resolves when everything has been read once. */
export async function startFlux(options: FluxOptions): Promise<FluxController> {
  const { client, signal } = options;
  const resolve = async (group: string, kind: string): Promise<ResourceType> =>
    present(await client.discovery.resolve({ group, version: 'v1', kind }), `the definition of ${kind}`);
  const repositoryType = await resolve('source.toolkit.fluxcd.io', 'GitRepository');
  const type = await resolve('kustomize.toolkit.fluxcd.io', 'Kustomization');
  const repositories = createInformer(client, repositoryType, { signal });
  const kustomizations = createInformer(client, type, { signal });
  const isOurs = ownership(options.watchLabelSelector);
  await Promise.all([repositories.synced, kustomizations.synced]);
  const sources = startGitRepositories({
    client,
    type: repositoryType,
    repositories,
    store: options.store,
    publisher: options.artifacts,
    isOurs,
    clock: options.clock,
    signal,
    ...(options.onFailure ? { onFailure: options.onFailure } : {}),
  });
  const reconciler = new KustomizationReconciler(options, { type, repositories, kustomizations, isOurs });
  const controller = createController<string>({
    name: 'kustomization',
    reconcile: (key, context) => reconciler.reconcile(key, context.signal),
    concurrency: 32,
    backoff: { baseMs: 750, factor: 2, maxMs: 15 * 60e3 },
    clock: options.clock,
    signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(key, outcome.error);
    },
  });
  wakeOnChanges(controller, { repositories, kustomizations });
  return {
    controllers: [controller, sources],
    wake: (key, urgency) => controller.add(key, urgency),
    kustomizations: () =>
      kustomizations.list().map((object) => readResource<KustomizationSpec, KustomizationStatus>(object)),
    kustomization: (namespace, name) => {
      const object = kustomizations.get(namespace, name);
      return object && readResource<KustomizationSpec, KustomizationStatus>(object);
    },
    repository: (namespace, name) => {
      const object = repositories.get(namespace, name);
      return object && readResource<GitRepositorySpec, GitRepositoryStatus>(object);
    },
    onChange: (listener) => kustomizations.onChange(listener),
    async [Symbol.asyncDispose]() {
      await controller[Symbol.asyncDispose]();
      await sources[Symbol.asyncDispose]();
      await kustomizations[Symbol.asyncDispose]();
      await repositories[Symbol.asyncDispose]();
    },
  };
}

/** A Kustomization is looked at when it, its source, or one it depends on has changed. */
function wakeOnChanges(
  controller: Controller<string>,
  { repositories, kustomizations }: Pick<Watched, 'repositories' | 'kustomizations'>,
): void {
  const wakeAll = (matches: (kustomization: Kustomization) => boolean): void => {
    for (const object of kustomizations.list()) {
      const kustomization = readResource<KustomizationSpec, KustomizationStatus>(object);
      if (matches(kustomization)) controller.add(keyOf(object));
    }
  };
  repositories.onChange(({ object }) =>
    wakeAll(
      ({ spec, namespace }) =>
        spec.sourceRef.name === object.metadata.name &&
        (spec.sourceRef.namespace ?? namespace) === object.metadata.namespace,
    ),
  );
  kustomizations.onChange(({ object, previous }) => {
    if (!previous || relevant(previous) !== relevant(object)) controller.add(keyOf(object), 'user');
    if (previous && JSON.stringify(previous['status']) === JSON.stringify(object['status'])) return;
    wakeAll(({ spec, namespace }) =>
      (spec.dependsOn ?? []).some(
        (entry) => entry.name === object.metadata.name && (entry.namespace ?? namespace) === object.metadata.namespace,
      ),
    );
  });
  for (const object of kustomizations.list()) controller.add(keyOf(object), 'background');
}

function keyOf(object: KubeObject): string {
  return deliveryKey(object.metadata.namespace ?? '', object.metadata.name ?? '');
}

function relevant(object: KubeObject): string {
  const { annotations, labels, deletionTimestamp } = object.metadata;
  return JSON.stringify([object['spec'], annotations, labels, deletionTimestamp]);
}

interface Watched {
  readonly type: ResourceType;
  readonly repositories: Informer;
  readonly kustomizations: Informer;
  readonly isOurs: (object: KubeObject) => boolean;
}

function ownership(selector: string | undefined): (object: KubeObject) => boolean {
  if (selector === undefined) return () => true;
  const matches = labelSelectorPredicate(selector);
  if (!matches) throw new Error(`unable to configure watch label selector: "${selector}" is not a label selector`);
  return (object) => matches(object.metadata.labels);
}

class KustomizationReconciler {
  readonly #options: FluxOptions;
  readonly #watched: Watched;

  constructor(options: FluxOptions, watched: Watched) {
    this.#options = options;
    this.#watched = watched;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const [, namespace = '', name = ''] = key.split('/');
    const object = this.#watched.kustomizations.get(namespace, name);
    const deliveries = this.#options.deliveries();
    if (!object || !this.#watched.isOurs(object)) {
      deliveries.forget(key);
      return { kind: 'settled' };
    }
    const kustomization = readResource<KustomizationSpec, KustomizationStatus>(object);
    const { spec } = kustomization;
    const repository = this.#sourceOf(kustomization);
    const delivery = translateKustomization(kustomization, repository);
    if (object.metadata.deletionTimestamp !== undefined) return this.#remove(kustomization, delivery, signal);
    if (spec.suspend === true) return { kind: 'settled' };
    const refused = unsupportedFields(spec);
    if (refused.length > 0) return this.#fail(kustomization, refused);
    if (repository?.status.artifact?.revision === undefined) return this.#noSource(kustomization, repository);
    const blocked = this.#dependency(kustomization, repository);
    if (blocked !== undefined) {
      this.#note(kustomization, [{ code: 'DEPENDENCY', sentence: blocked }]);
      await this.#write(kustomization, { kind: 'waiting', reason: 'DependencyNotReady', message: blocked });
      return { kind: 'settled' };
    }
    if (!(object.metadata.finalizers ?? []).includes(finalizer)) await this.#addFinalizer(kustomization);
    const { report, againAfterMs } = await deliveries.reconcile({
      delivery,
      memory: memoryOf(kustomization, delivery.fingerprint),
      request: requestOf(kustomization),
      signal,
    });
    await this.#write(kustomization, { kind: 'report', report, revision: repository.status.artifact?.revision ?? '' });
    deliveries.written(key);
    const intervalMs = parseDurationMs(spec.interval) ?? 60e3;
    return { kind: 'again', afterMs: Math.min(againAfterMs ?? intervalMs, intervalMs) };
  }

  #sourceOf({ spec, namespace }: Kustomization): GitRepository | undefined {
    const object = this.#watched.repositories.get(spec.sourceRef.namespace ?? namespace, spec.sourceRef.name);
    return object && readResource<GitRepositorySpec, GitRepositoryStatus>(object);
  }

  async #noSource(kustomization: Kustomization, repository: GitRepository | undefined): Promise<Outcome> {
    const { sourceRef } = kustomization.spec;
    const named = `GitRepository "${sourceRef.namespace ?? kustomization.namespace}/${sourceRef.name}"`;
    const failure = repository && findCondition(repository.status.conditions, 'Ready');
    const message = repository ? `${named} is not ready${failure ? `: ${failure.message}` : ''}` : `${named} not found`;
    this.#note(kustomization, [
      { code: 'SOURCE_UNREACHABLE', sentence: message, remedy: 'Create or correct the GitRepository.' },
    ]);
    await this.#write(kustomization, { kind: 'failed', reason: 'ArtifactFailed', message });
    return { kind: 'settled' };
  }

  /** Why a dependency holds this Kustomization up; undefined where none does. */
  #dependency({ spec, namespace }: Kustomization, repository: GitRepository): string | undefined {
    for (const entry of spec.dependsOn ?? []) {
      const at = entry.namespace ?? namespace;
      const object = this.#watched.kustomizations.get(at, entry.name);
      if (!object) return `dependency '${at}/${entry.name}' not found`;
      const dependency = readResource<KustomizationSpec, KustomizationStatus>(object);
      const ready = findCondition(dependency.status.conditions, 'Ready');
      const current = dependency.status.observedGeneration === (object.metadata.generation ?? 1);
      if (!current || ready?.status !== 'True') return `dependency '${at}/${entry.name}' is not ready`;
      const sameSource =
        dependency.spec.sourceRef.name === spec.sourceRef.name &&
        (dependency.spec.sourceRef.namespace ?? at) === (spec.sourceRef.namespace ?? namespace);
      if (sameSource && dependency.status.lastAppliedRevision !== repository.status.artifact?.revision) {
        return `dependency '${at}/${entry.name}' revision is not up to date`;
      }
    }
    return undefined;
  }

  async #fail(kustomization: Kustomization, refusals: readonly Refusal[]): Promise<Outcome> {
    this.#note(kustomization, refusals);
    const message = refusals.map((refusal) => refusal.sentence).join('; ');
    await this.#write(kustomization, { kind: 'failed', reason: 'UnsupportedField', message });
    return { kind: 'settled' };
  }

  #note({ namespace, name }: Kustomization, refusals: readonly Refusal[]): void {
    const key = deliveryKey(namespace, name);
    const report = refusedReport(key, refusals);
    this.#options.deliveries().noteRefused(key, report);
  }

  async #write(kustomization: Kustomization, verdict: Verdict): Promise<void> {
    const status = asStatus(statusOf(kustomization, verdict, this.#options.clock.now()));
    try {
      const change = { object: kustomization.object, status };
      const written = await patchStatus(this.#options.client, this.#watched.type, change, {
        // The original writes status under another name than what it applies.
        fieldManager: 'gotk-kustomize-controller',
      });
      this.#watched.kustomizations.observe(written);
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
  }

  async #addFinalizer({ object, namespace, name }: Kustomization): Promise<void> {
    const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
    const patch = { metadata: { finalizers, resourceVersion: object.metadata.resourceVersion ?? null } };
    const written = await this.#options.client.patch(this.#watched.type, { namespace, name }, 'merge', patch);
    this.#watched.kustomizations.observe(written);
  }

  async #remove(kustomization: Kustomization, delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
    const { object, spec, namespace, name } = kustomization;
    if (!(object.metadata.finalizers ?? []).includes(finalizer)) return { kind: 'settled' };
    const policy = spec.deletionPolicy ?? 'MirrorPrune';
    const deletes = policy === 'Delete' || policy === 'WaitForTermination' || (policy === 'MirrorPrune' && spec.prune);
    if (deletes && spec.suspend !== true) {
      const memory = memoryOf(kustomization, delivery.fingerprint);
      const { left } = await this.#options
        .deliveries()
        .dismantle({ delivery, memory, propagation: 'Background', signal });
      if (left > 0) return { kind: 'again', afterMs: policy === 'WaitForTermination' ? 2000 : 250 };
    }
    const finalizers = (object.metadata.finalizers ?? []).filter((entry) => entry !== finalizer);
    try {
      await this.#options.client.patch(this.#watched.type, { namespace, name }, 'merge', { metadata: { finalizers } });
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
    return { kind: 'settled' };
  }
}

/** A fresh `reconcile.fluxcd.io/requestedAt` asks for work now. */
function requestOf({ object, status }: Kustomization): SyncRequest | undefined {
  const token = pendingRequest(object, status.lastHandledReconcileAt);
  if (token === undefined) return undefined;
  return { id: `requested-${token}`, initiatedBy: { automated: false, username: 'reconcile.fluxcd.io/requestedAt' } };
}
