// Watches Applications and keeps each equal to Git: reads the Application, has the engine reconcile, writes what changed.

import {
  type Controller,
  type Outcome,
  type ReconcileContext,
  createController,
  mergePatch,
} from '@evenkeel/controller';
import { type Deliveries, type Delivery, type DeliveryReport, type FrontEnd, refusedReport } from '@evenkeel/delivery';
import { matchesGlob } from '@evenkeel/lang';
import type { Refusal } from '@evenkeel/engine';
import {
  type Informer,
  type KubeClient,
  type ObjectChange,
  type ResourceType,
  createInformer,
  isKubeError,
} from '@evenkeel/kube';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime, present } from '@evenkeel/std';
import { type Application, type ApplicationStatus, readApplication } from './application.ts';
import { argoFrontEnd } from './front-end.ts';
import { rollbackAnnotations, rollbackSentence } from './guard.ts';
import type { ClusterDirectory } from './clusters/directory.ts';
import { explainWindows } from './projects/application-limits.ts';
import { finalizeProjects } from './projects/finalizer.ts';
import type { Verifier } from './projects/integrity.ts';
import { type Governance, createGovernance } from './projects/governance.ts';
import { permitsSource } from './projects/permissions.ts';
import type { Scripts } from './settings/scripts.ts';
import { type SettingsSource, fixedSettings } from './settings/watch-settings.ts';
import { settingsProblems } from './ignore-differences.ts';
import type { RepositoryDirectory } from './repositories/directory.ts';
import { type Departure, depart, withHookFinalizers } from './departure.ts';
import { failureStatus } from './failure.ts';
import { withStagingHint } from './hydrator/spec.ts';
import { memoryOf } from './memory.ts';
import { refusedOperation, requestOf, unlessOutdated } from './operation.ts';
import { leftOut, statusJson, statusOf, withDeletionError } from './status.ts';
import { type ArgoSettings, defaultSettings } from './settings/settings.ts';
import { controlPlaneNamespace, deliveryKey } from './tracking.ts';
import { departingDelivery, isSkipped, translateApplication } from './translate.ts';

const group = 'argoproj.io';
const refreshAnnotation = 'argocd.argoproj.io/refresh';
/** How long after a hook of a deletion has failed it is run again. */
const FAREWELL_AGAIN_MS = 5000;
/** Our own: how many objects status.resources leaves out for their number. */
const leftOutAnnotation = 'evenkeel.dev/resources-left-out';

export interface ArgoOptions {
  /** The cluster Applications live in. */
  readonly client: KubeClient;
  readonly deliveries: () => Deliveries;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of every reconciliation that failed for a reason of our own, with the key; it is tried again by itself. */
  readonly onFailure?: (key: string, error: Error) => void;
  /** Told of every Application that goes back by itself, with why. */
  readonly onRollback?: (key: string, sentence: string) => void;
  /** How many Applications are reconciled at once. */
  readonly concurrency?: number;
  /** The settings of the installation, and the front end made with them; Argo CD's defaults where they are not given. */
  readonly settings?: SettingsSource;
  readonly frontEnd?: FrontEnd;
  /** Where credentials are looked up; everything is reached anonymously where it is not given. */
  readonly repositories?: RepositoryDirectory | undefined;
  /** The clusters Applications may go to; that of this process alone where not given. */
  readonly clusters?: ClusterDirectory | undefined;
  /** Verifies commits where a project asks for it; nothing of such a project is let in without it. */
  readonly verifier?: Verifier | undefined;
}

/** The running front end. */
export interface ArgoController extends AsyncDisposable {
  /** Reconciles an Application soon, or when nothing else is to be done; `key` is a delivery key of this front end. */
  wake(key: string, urgency?: 'change' | 'background'): void;
  /** All Applications as last seen. */
  applications(): readonly Application[];
  application(namespace: string, name: string): Application | undefined;
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Writes a part of an Application, in the name of this front end; one that is gone is no error. */
  patch(application: Application, change: JsonObject): Promise<void>;
  /** All AppProjects of the control plane, by name. */
  projects(): readonly KubeObject[];
  /** One of them, as it is written. */
  project(name: string): KubeObject | undefined;
  /** Why nobody may sync an Application by hand now, beginning as upstream says it; undefined where anybody may. */
  syncRefusal(application: Application): string | undefined;
  /** The sync windows that concern an Application, and whether it may sync by itself now. */
  windows(application: Application): ReturnType<Governance['windows']>;
  /** What projects and clusters make of Applications. */
  readonly governance: Governance;
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
  const governance = governanceOf(options, projects, settings);
  governRepositories(options, projects, governance);
  const reconciler = new ApplicationReconciler(options, { type, applications, governance, settings });
  const controller = createController<string>({
    name: 'application',
    reconcile: (key, context) => reconciler.attempt(key, context),
    concurrency: options.concurrency ?? 32,
    backoff: { baseMs: 250, factor: 2, maxMs: 180e3 },
    clock: options.clock,
    signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(key, outcome.error);
    },
  });
  const stop = wakeOnChanges(options, { controller, applications, projects, settings });
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
    patch: (application, change) => reconciler.patch(application, change),
    scripts: () => settings.scripts(),
    governance,
    windows: (application) => governance.windows(application, options.clock.now()),
    syncRefusal(application) {
      const verdict = governance.manualSync(application, options.clock.now());
      if (verdict.kind === 'open') return undefined;
      return explainWindows(verdict).replace('Sync operation', 'cannot sync:');
    },
    project: (name) => projects.get(controlPlaneNamespace, name),
    projects: () =>
      projects
        .list(controlPlaneNamespace)
        .toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)),
    async [Symbol.asyncDispose]() {
      stop();
      await controller[Symbol.asyncDispose]();
      await applications[Symbol.asyncDispose]();
      await projects[Symbol.asyncDispose]();
    },
  };
}

interface Sources {
  readonly controller: Controller<string>;
  readonly applications: Informer;
  readonly projects: Informer;
  readonly settings: SettingsSource;
}

/** Whatever changes what is right for an Application has it looked at again; answers how to stop. */
function wakeOnChanges(options: ArgoOptions, { controller, applications, projects, settings }: Sources): () => void {
  const again = (): void => {
    for (const object of applications.list()) controller.add(keyOf(object), 'background');
  };
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
    again();
  });
  projects.onChange(again);
  const stops = [
    options.clusters?.onChange(again),
    finalizeProjects({ ...options, projects, applications, controlNamespace: controlPlaneNamespace }),
  ];
  return () => {
    for (const stop of stops) stop?.();
  };
}

function governanceOf(
  { clusters, repositories, verifier }: ArgoOptions,
  projects: Informer,
  settings: SettingsSource,
): Governance {
  const repositoriesOf = (name: string): readonly string[] =>
    (repositories?.entries() ?? []).filter(({ project }) => project === name).map(({ url }) => url);
  const controlNamespace = controlPlaneNamespace;
  return createGovernance({ projects, settings, clusters, verifier, repositoriesOf, controlNamespace });
}

/** Submodules get the credentials of what their project permits, and no others. */
function governRepositories({ repositories }: ArgoOptions, projects: Informer, governance: Governance): void {
  const govern = (): void =>
    repositories?.govern((name, url) => {
      const project = governance.project(name);
      return project !== undefined && permitsSource(project, url);
    });
  govern();
  projects.onChange(({ kind, object, previous }) => {
    const isSame = kind === 'updated' && JSON.stringify(previous?.['spec']) === JSON.stringify(object['spec']);
    if (!isSame) govern();
  });
}

/** Entries of repositories and clusters that cannot be used are named once, and again when they change. */
function watchProblems({ repositories, clusters, onFailure, signal }: ArgoOptions): void {
  for (const [key, directory] of Object.entries({ repositories, clusters })) {
    if (!directory) continue;
    let named = '';
    const name = (): void => {
      const problems = directory.problems();
      if (problems.join('\n') === named) return;
      named = problems.join('\n');
      for (const problem of problems) onFailure?.(key, new Error(problem));
    };
    name();
    signal.addEventListener('abort', directory.onChange(name), { once: true });
  }
}

function keyOf(object: KubeObject): string {
  return deliveryKey(object.metadata.namespace ?? '', object.metadata.name ?? '');
}

/** True where an update says nothing that asks for work: our own status writes come back as events. */
function onlyStatusChanged(previous: KubeObject, object: KubeObject): boolean {
  const relevant = (from: KubeObject): string => {
    const { annotations, labels, finalizers, deletionTimestamp } = from.metadata;
    // Upstream's tools end an operation by saying so in its status.
    const status = from['status'] as ApplicationStatus | undefined;
    const isTerminating = status?.operationState?.phase === 'Terminating';
    const spec = from['spec'];
    return JSON.stringify([spec, from['operation'], annotations, labels, finalizers, deletionTimestamp, isTerminating]);
  };
  return relevant(previous) === relevant(object);
}

interface Watched {
  readonly type: ResourceType;
  readonly applications: Informer;
  readonly governance: Governance;
  readonly settings: SettingsSource;
}

class ApplicationReconciler {
  readonly #options: ArgoOptions;
  readonly #watched: Watched;
  /** When everything of an Application was last rendered anew, whatever is remembered. */
  readonly #hardAtMs = new Map<string, number>();
  /** When the hooks of an Application that is being deleted last failed. */
  readonly #failedAtMs = new Map<string, number>();

  constructor(options: ArgoOptions, watched: Watched) {
    this.#options = options;
    this.#watched = watched;
  }

  /** One reconciliation; where it ends in a way nobody foresaw, the Application says so. */
  async attempt(key: string, { signal, failures }: ReconcileContext): Promise<Outcome> {
    try {
      return await this.reconcile(key, signal);
    } catch (error) {
      const [, namespace = '', name = ''] = key.split('/');
      const object = this.#watched.applications.get(namespace, name);
      const isTold = object && !signal.aborted && !isSkipped(object);
      if (isTold) await this.#tellFailure(readApplication(object), error, failures);
      throw error;
    }
  }

  async #tellFailure(application: Application, error: unknown, failures: number): Promise<void> {
    const { client, clock } = this.#options;
    const { namespace, name } = application;
    const { fieldManager } = argoFrontEnd;
    const status = failureStatus(application, error, { nowMs: clock.now(), failures });
    if (!status || !isOurs(namespace, this.#watched.settings.current())) return;
    try {
      await client.patch(this.#watched.type, { namespace, name }, 'merge', { status }, { fieldManager });
    } catch {
      // The next attempt tells.
    }
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const [, namespace = '', name = ''] = key.split('/');
    const object = this.#watched.applications.get(namespace, name);
    const deliveries = this.#options.deliveries();
    if (!object) {
      deliveries.forget(key);
      this.#hardAtMs.delete(key);
      this.#failedAtMs.delete(key);
      return { kind: 'settled' };
    }
    if (!isOurs(namespace, this.#watched.settings.current())) return { kind: 'settled' };
    const application = this.#watched.governance.place(readApplication(object));
    const skipped = isSkipped(object);
    if (object.metadata.deletionTimestamp !== undefined) {
      return skipped ? { kind: 'settled' } : this.#remove(application, signal);
    }
    if (application.status.operationState?.phase === 'Terminating') deliveries.terminate(key, 'Operation terminated');
    const translation = translateApplication(application, this.#frontEnd(), this.#watched.settings.current());
    if (translation.kind === 'refused') return this.#writeRefused(application, translation.refusals);
    const delivery = this.#withAccess(translation.delivery, application);
    const denied = this.#watched.governance.refusals(application);
    if (denied.length > 0) return this.#writeRefused(application, denied);
    const { report, againAfterMs, requestTaken } = await deliveries.reconcile({
      delivery,
      memory: memoryOf(application, delivery.fingerprint, this.#watched.settings.current()),
      request: skipped ? undefined : requestOf(application, this.#watched.settings.current()),
      refresh: this.#isHardDue(key) ? 'hard' : refreshOf(application),
      signal,
    });
    // One that asks to be left alone is looked at, but nothing of it is written.
    if (skipped) return { kind: 'settled' };
    await this.#write(application, withStagingHint(application, report), requestTaken);
    deliveries.written(key);
    return this.#again(key, againAfterMs);
  }

  /** `timeout.hard.reconciliation`: 0 leaves it to people. The first time is no such time. */
  #isHardDue(key: string): boolean {
    const { hardReconciliationMs } = this.#watched.settings.current();
    const nowMs = this.#options.clock.now();
    const lastMs = this.#hardAtMs.get(key) ?? nowMs;
    const isDue = hardReconciliationMs > 0 && nowMs - lastMs >= hardReconciliationMs;
    this.#hardAtMs.set(key, isDue ? nowMs : lastMs);
    return isDue;
  }

  #again(key: string, afterMs: number | undefined): Outcome {
    const { hardReconciliationMs } = this.#watched.settings.current();
    const sinceMs = this.#options.clock.now() - (this.#hardAtMs.get(key) ?? 0);
    const hardMs = hardReconciliationMs > 0 ? Math.max(0, hardReconciliationMs - sinceMs) : Infinity;
    const nextMs = Math.min(afterMs ?? Infinity, hardMs);
    return nextMs === Infinity ? { kind: 'settled' } : { kind: 'again', afterMs: nextMs };
  }

  /** Credentials are no part of what a delivery is; they are looked up when something is fetched. */
  #withAccess(bare: Delivery, application: Application): Delivery {
    const limits = this.#watched.governance.limits(application);
    const delivery = limits ? { ...bare, limits } : bare;
    const access = this.#options.repositories?.access(application.spec.project || 'default');
    const pollMs = pollMsOf(this.#watched.settings.current());
    return { ...delivery, sources: delivery.sources.map((source) => ({ ...source, access, pollMs })) };
  }

  #frontEnd(): FrontEnd {
    return this.#options.frontEnd ?? argoFrontEnd;
  }

  async #writeRefused(application: Application, refusals: readonly Refusal[]): Promise<Outcome> {
    const key = deliveryKey(application.namespace, application.name);
    const report = refusedReport(key, refusals);
    const deliveries = this.#options.deliveries();
    const last = deliveries.noteRefused(key, report, true);
    const refused = refusedOperation(application, refusals, this.#options.clock.now());
    const operation = refused ?? unlessOutdated(last, application);
    await this.#write(application, operation ? { ...report, operation } : report, refused !== undefined);
    deliveries.written(key);
    return { kind: 'settled' };
  }

  /** One merge patch for everything that changed; none where nothing did. */
  async #write(application: Application, report: DeliveryReport, requestTaken: boolean): Promise<void> {
    const nowMs = this.#options.clock.now();
    const { persistResourceHealth: persistHealth } = this.#watched.settings.current();
    const status = statusOf(application, report, { nowMs, persistHealth });
    const patch: Record<string, Json> = {};
    const refresh = refreshOf(application);
    const difference = mergePatch(statusBefore(application), statusJson(status));
    // Told with what changed: a time alone would be a write each time nothing did.
    const isWorthTelling = difference !== undefined || refresh !== undefined;
    if (isWorthTelling) patch['status'] = { ...(difference as JsonObject | undefined), reconciledAt: kubeTime(nowMs) };
    if (requestTaken && application.operation !== undefined) patch['operation'] = null;
    const metadata = metadataPatch(application, { report, nowMs }, status);
    if (Object.keys(metadata).length > 0) patch['metadata'] = metadata;
    if (Object.keys(patch).length > 0) await this.patch(application, patch);
    const back = rollbackSentence(metadata['annotations']);
    if (back !== undefined) this.#options.onRollback?.(report.key, back);
  }

  async patch({ namespace, name }: Application, patch: JsonObject): Promise<void> {
    const { fieldManager } = argoFrontEnd;
    try {
      const written = await this.#options.client.patch(this.#watched.type, { namespace, name }, 'merge', patch, {
        fieldManager,
      });
      this.#watched.applications.observe(written);
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
  }

  /** Runs hooks and deletes what the Application owns where its finalizers ask for it, then lets the Application go. */
  async #remove(application: Application, signal: AbortSignal): Promise<Outcome> {
    const { object, status, namespace, name } = application;
    const key = deliveryKey(namespace, name);
    // What a failed hook leaves behind wakes us; that is no reason to run it again at once.
    const restMs = (this.#failedAtMs.get(key) ?? -Infinity) + FAREWELL_AGAIN_MS - this.#options.clock.now();
    if (restMs > 0) return { kind: 'again', afterMs: restMs };
    this.#failedAtMs.delete(key);
    const departure = await depart({
      application,
      deliveries: this.#options.deliveries(),
      leaving: this.#withAccess(departingDelivery(application, this.#frontEnd()), application),
      staysBecause: this.#watched.governance.staysBecause(application),
      whole: () => {
        const translation = translateApplication(application, this.#frontEnd(), this.#watched.settings.current());
        if (translation.kind === 'delivery') return this.#withAccess(translation.delivery, application);
        return translation.refusals.map(({ sentence }) => sentence).join('; ');
      },
      signal,
    });
    if (departure.kind === 'free') return { kind: 'settled' };
    const after = withDeletionError(status, sentenceOf(departure), this.#options.clock.now());
    const difference = mergePatch(statusBefore(application), statusJson(after));
    const patch: Record<string, Json> = difference === undefined ? {} : { status: difference };
    if (departure.kind === 'served') {
      const finalizers = (object.metadata.finalizers ?? []).filter((entry) => entry !== departure.finalizer);
      patch['metadata'] = { finalizers };
    }
    if (Object.keys(patch).length > 0) await this.patch(application, patch);
    if (departure.kind === 'served') return { kind: 'again', afterMs: 0 };
    if (departure.kind === 'failed') {
      this.#failedAtMs.set(key, this.#options.clock.now());
      return { kind: 'failed', error: new Error(departure.sentence), retry: true };
    }
    return { kind: 'again', afterMs: 5000 };
  }
}

/** `timeout.reconciliation`, where it is set: 0 leaves it to webhooks and people. Its jitter has nothing to spread here. */
export function pollMsOf({ reconciliationMs }: ArgoSettings): number | undefined {
  if (reconciliationMs === defaultSettings.reconciliationMs) return undefined;
  return reconciliationMs === 0 ? Infinity : reconciliationMs;
}

/** Where `application.namespaces` names namespaces, Applications elsewhere are somebody else's. */
function isOurs(namespace: string, { applicationNamespaces }: ArgoSettings): boolean {
  if (applicationNamespaces.length === 0 || namespace === controlPlaneNamespace) return true;
  return applicationNamespaces.some((glob) => matchesGlob(glob, namespace));
}

function statusBefore({ object }: Application): Json {
  return (object['status'] ?? {}) as Json;
}

function sentenceOf(departure: Departure): string | undefined {
  return departure.kind === 'failed' || departure.kind === 'waiting' ? departure.sentence : undefined;
}

/** What changes beside status and operation: a refresh that was done, finalizers of hooks, what the status leaves out. */
function metadataPatch(
  application: Application,
  { report, nowMs }: { readonly report: DeliveryReport; readonly nowMs: number },
  status: ApplicationStatus,
): Record<string, Json> {
  const { metadata } = application.object;
  const annotations: Record<string, Json> = { ...rollbackAnnotations(application, report, nowMs) };
  if (refreshOf(application)) annotations[refreshAnnotation] = null;
  const left = leftOut(report, status);
  const said = metadata.annotations?.[leftOutAnnotation];
  if (left > 0 ? said !== String(left) : said !== undefined)
    annotations[leftOutAnnotation] = left > 0 ? String(left) : null;
  const finalizers = report.farewells && withHookFinalizers(metadata.finalizers ?? [], report.farewells);
  return {
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(finalizers ? { finalizers: [...finalizers] } : {}),
  };
}

function refreshOf(application: Application): 'normal' | 'hard' | undefined {
  const value = application.object.metadata.annotations?.[refreshAnnotation];
  return value === undefined ? undefined : value === 'hard' ? 'hard' : 'normal';
}
