// Watches Applications and keeps each equal to Git: reads the Application, has the engine reconcile, writes what changed.

import { type Controller, type Outcome, createController, mergePatch } from '@evenkeel/controller';
import {
  type Deliveries,
  type Delivery,
  type DeliveryReport,
  type FrontEnd,
  type SyncRequest,
  refusedReport,
} from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import { type Informer, type KubeClient, type ResourceType, createInformer, isKubeError } from '@evenkeel/kube';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type Clock, present } from '@evenkeel/std';
import { type Application, type RequestedOperation, readApplication } from './application.ts';
import { argoFrontEnd } from './front-end.ts';
import { projectRefusals } from './projects.ts';
import type { Scripts } from './settings/scripts.ts';
import { type SettingsSource, fixedSettings } from './settings/watch-settings.ts';
import { settingsProblems } from './ignore-differences.ts';
import type { RepositoryDirectory } from './repositories/directory.ts';
import { memoryOf, statusJson, statusOf } from './status.ts';
import { deliveryKey } from './tracking.ts';
import { departingDelivery, translateApplication } from './translate.ts';

const group = 'argoproj.io';
const refreshAnnotation = 'argocd.argoproj.io/refresh';
const cascadeFinalizer = /^resources-finalizer\.argocd\.argoproj\.io(\/(foreground|background))?$/;

export interface ArgoOptions {
  /** The cluster Applications live in. */
  readonly client: KubeClient;
  readonly deliveries: () => Deliveries;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of every reconciliation that failed for a reason of our own, with the key; it is tried again by itself. */
  readonly onFailure?: (key: string, error: Error) => void;
  /** How many Applications are reconciled at once. */
  readonly concurrency?: number;
  /** The settings of the installation, and the front end made with them; Argo CD's defaults where they are not given. */
  readonly settings?: SettingsSource;
  readonly frontEnd?: FrontEnd;
  /** Where credentials are looked up; everything is reached anonymously where it is not given. */
  readonly repositories?: RepositoryDirectory | undefined;
}

/** The running front end. */
export interface ArgoController extends AsyncDisposable {
  /** Reconciles an Application soon, or when nothing else is to be done; `key` is a delivery key of this front end. */
  wake(key: string, urgency?: 'change' | 'background'): void;
  /** All Applications as last seen. */
  applications(): readonly Application[];
  application(namespace: string, name: string): Application | undefined;
  onChange(listener: () => void): () => void;
  /** What users wrote about health and actions, as it stands now. */
  scripts(): Scripts;
  readonly controller: Controller<string>;
}

/** Starts watching. The definitions must be installed. Resolves when the first Applications have been read. */
export async function startArgo(options: ArgoOptions): Promise<ArgoController> {
  const { client, signal } = options;
  const [applicationType, projectType] = await Promise.all([
    client.discovery.resolve({ group, version: 'v1alpha1', kind: 'Application' }),
    client.discovery.resolve({ group, version: 'v1alpha1', kind: 'AppProject' }),
  ]);
  const type = present(applicationType, 'the definition of Application');
  const applications = createInformer(client, type, { signal });
  const projects = createInformer(client, present(projectType, 'the definition of AppProject'), { signal });
  await Promise.all([applications.synced, projects.synced]);
  const settings = options.settings ?? fixedSettings();
  const reconciler = new ApplicationReconciler(options, { type, applications, projects, settings });
  const controller = createController<string>({
    name: 'application',
    reconcile: (key, context) => reconciler.reconcile(key, context.signal),
    concurrency: options.concurrency ?? 32,
    backoff: { baseMs: 250, factor: 2, maxMs: 180e3 },
    clock: options.clock,
    signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(key, outcome.error);
    },
  });
  applications.onChange(({ kind, object, previous }) => {
    if (kind === 'updated' && previous && onlyStatusChanged(previous, object)) return;
    controller.add(keyOf(object), object['operation'] === undefined ? 'change' : 'user');
  });
  // What the settings say wrongly is left out and named; the rest counts.
  const nameProblems = (): void => {
    for (const problem of [...settings.problems(), ...settingsProblems(settings.current())]) {
      options.onFailure?.('argocd-cm', new Error(problem));
    }
  };
  nameProblems();
  watchProblems(options);
  settings.onChange(() => {
    nameProblems();
    for (const object of applications.list()) controller.add(keyOf(object), 'background');
  });
  projects.onChange(() => {
    for (const object of applications.list()) controller.add(keyOf(object), 'background');
  });
  for (const object of applications.list()) controller.add(keyOf(object), 'background');
  return {
    controller,
    wake: (key, urgency) => controller.add(key, urgency),
    applications: () => applications.list().map(readApplication),
    application: (namespace, name) => {
      const object = applications.get(namespace, name);
      return object && readApplication(object);
    },
    onChange: (listener) => applications.onChange(listener),
    scripts: () => settings.scripts(),
    async [Symbol.asyncDispose]() {
      await controller[Symbol.asyncDispose]();
      await applications[Symbol.asyncDispose]();
      await projects[Symbol.asyncDispose]();
    },
  };
}

/** Entries of repositories that cannot be used are named once, and again when they change. */
function watchProblems({ repositories, onFailure, signal }: ArgoOptions): void {
  let named = '';
  const name = (): void => {
    const problems = repositories?.problems() ?? [];
    if (problems.join('\n') === named) return;
    named = problems.join('\n');
    for (const problem of problems) onFailure?.('repositories', new Error(problem));
  };
  name();
  const stop = repositories?.onChange(name);
  if (stop) signal.addEventListener('abort', stop, { once: true });
}

function keyOf(object: KubeObject): string {
  return deliveryKey(object.metadata.namespace ?? '', object.metadata.name ?? '');
}

/** True where an update says nothing that asks for work: our own status writes come back as events. */
function onlyStatusChanged(previous: KubeObject, object: KubeObject): boolean {
  const relevant = (from: KubeObject): string => {
    const { annotations, labels, finalizers, deletionTimestamp } = from.metadata;
    return JSON.stringify([from['spec'], from['operation'], annotations, labels, finalizers, deletionTimestamp]);
  };
  return relevant(previous) === relevant(object);
}

interface Watched {
  readonly type: ResourceType;
  readonly applications: Informer;
  readonly projects: Informer;
  readonly settings: SettingsSource;
}

class ApplicationReconciler {
  readonly #options: ArgoOptions;
  readonly #watched: Watched;

  constructor(options: ArgoOptions, watched: Watched) {
    this.#options = options;
    this.#watched = watched;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const [, namespace = '', name = ''] = key.split('/');
    const object = this.#watched.applications.get(namespace, name);
    const deliveries = this.#options.deliveries();
    if (!object) {
      deliveries.forget(key);
      return { kind: 'settled' };
    }
    const application = readApplication(object);
    if (object.metadata.deletionTimestamp !== undefined) return this.#remove(application, signal);
    const translation = translateApplication(application, this.#frontEnd(), this.#watched.settings.current());
    if (translation.kind === 'refused') return this.#writeRefused(application, translation.refusals);
    const delivery = this.#withAccess(translation.delivery, application);
    const denied = this.#permission(application, delivery);
    if (denied.length > 0) return this.#writeRefused(application, denied);
    const { report, againAfterMs, requestTaken } = await deliveries.reconcile({
      delivery,
      memory: memoryOf(application, delivery.fingerprint),
      request: requestOf(application) ?? (deliveries.hasOperated(key) ? undefined : interruptedRequest(application)),
      refresh: refreshOf(application),
      signal,
    });
    await this.#write(application, report, requestTaken);
    return againAfterMs === undefined ? { kind: 'settled' } : { kind: 'again', afterMs: againAfterMs };
  }

  /** Credentials are no part of what a delivery is; they are looked up when something is fetched. */
  #withAccess(delivery: Delivery, { spec }: Application): Delivery {
    const access = this.#options.repositories?.access(spec.project || 'default');
    return access ? { ...delivery, sources: delivery.sources.map((source) => ({ ...source, access })) } : delivery;
  }

  #frontEnd(): FrontEnd {
    return this.#options.frontEnd ?? argoFrontEnd;
  }

  #permission(application: Application, delivery: Delivery): readonly Refusal[] {
    const name = application.spec.project || 'default';
    return projectRefusals(name, this.#watched.projects.get('argocd', name), delivery);
  }

  async #writeRefused(application: Application, refusals: readonly Refusal[]): Promise<Outcome> {
    const key = deliveryKey(application.namespace, application.name);
    const report = refusedReport(key, refusals);
    this.#options.deliveries().noteRefused(key, report);
    await this.#write(application, report, application.operation !== undefined);
    return { kind: 'settled' };
  }

  /** One merge patch for everything that changed; none where nothing did. */
  async #write(application: Application, report: DeliveryReport, requestTaken: boolean): Promise<void> {
    const status = statusJson(statusOf(application, report, this.#options.clock.now()));
    const before = (application.object['status'] ?? {}) as Json;
    const difference = mergePatch(before, status);
    const patch: Record<string, Json> = {};
    if (difference !== undefined) patch['status'] = difference;
    if (requestTaken && application.operation !== undefined) patch['operation'] = null;
    if (refreshOf(application)) patch['metadata'] = { annotations: { [refreshAnnotation]: null } };
    if (Object.keys(patch).length === 0) return;
    const { namespace, name } = application;
    try {
      const written = await this.#options.client.patch(
        this.#watched.type,
        { namespace, name },
        'merge',
        patch as JsonObject,
        {
          fieldManager: argoFrontEnd.fieldManager,
        },
      );
      this.#watched.applications.observe(written);
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
  }

  /** Deletes what the Application owns where its finalizer asks for it, then lets the Application go. */
  async #remove(application: Application, signal: AbortSignal): Promise<Outcome> {
    const { object, namespace, name } = application;
    const finalizers = object.metadata.finalizers ?? [];
    const cascade = finalizers.find((finalizer) => cascadeFinalizer.test(finalizer));
    if (cascade === undefined) return { kind: 'settled' };
    const delivery = departingDelivery(application, this.#frontEnd());
    const background = cascade.endsWith('/background');
    const { left } = await this.#options.deliveries().dismantle({
      delivery,
      memory: memoryOf(application, delivery.fingerprint),
      propagation: background ? 'Background' : 'Foreground',
      signal,
    });
    if (left > 0) return { kind: 'again', afterMs: 5000 };
    const rest = finalizers.filter((finalizer) => finalizer !== cascade);
    try {
      await this.#options.client.patch(this.#watched.type, { namespace, name }, 'merge', {
        metadata: { finalizers: rest },
      });
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
    return { kind: 'settled' };
  }
}

function refreshOf(application: Application): 'normal' | 'hard' | undefined {
  const value = application.object.metadata.annotations?.[refreshAnnotation];
  return value === undefined ? undefined : value === 'hard' ? 'hard' : 'normal';
}

/** The sync that somebody asked for by writing `operation`. */
function requestOf({ operation, object }: Application): SyncRequest | undefined {
  return operation && readOperation(operation, `requested-${object.metadata.resourceVersion ?? ''}`);
}

/** The sync somebody asked for that a restart cut short: on record as running, and run by nobody. */
function interruptedRequest({ status }: Application): SyncRequest | undefined {
  const state = status.operationState;
  if (state?.phase !== 'Running' || state.operation.initiatedBy?.automated === true) return undefined;
  return readOperation(state.operation, `resumed-${state.startedAt}`);
}

function readOperation({ sync, initiatedBy }: RequestedOperation, id: string): SyncRequest | undefined {
  if (!sync) return undefined;
  const only = (sync.resources ?? []).map((resource) => ({
    group: resource.group ?? '',
    kind: resource.kind,
    namespace: resource.namespace ?? '',
    name: resource.name,
  }));
  return {
    id,
    revision: sync.revision === '' ? undefined : sync.revision,
    prune: sync.prune === true,
    dryRun: sync.dryRun === true,
    only: only.length > 0 ? only : undefined,
    skipHooks: sync.syncStrategy?.apply !== undefined,
    initiatedBy: { automated: initiatedBy?.automated === true, username: initiatedBy?.username },
  };
}
