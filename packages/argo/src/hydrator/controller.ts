// Keeps hydrated branches equal to what dry sources come to: a key for each group of Applications that are written in one
// commit. Whatever may concern a group wakes it; what is to be done is read from the Applications and from Git.

import { type Controller, type Outcome, createController, mergePatch } from '@evenkeel/controller';
import type { DeliverySource, DryRenderer } from '@evenkeel/delivery';
import { matchesGlob } from '@evenkeel/lang';
import type { KubeClient } from '@evenkeel/kube';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { RepositoryAccess, SourceStore } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import { type Application, readApplication } from '../application.ts';
import { type ArgoController, pollMsOf } from '../controller.ts';
import type { RepositoryDirectory } from '../repositories/directory.ts';
import type { SettingsSource } from '../settings/watch-settings.ts';
import { controlPlaneNamespace, deliveryKey } from '../tracking.ts';
import { isSkipped } from '../translate.ts';
import { concernsPaths } from '../webhook/targets.ts';
import { type Hydration, type HydrationWorld, dryRevision, hydrateGroup } from './hydrate.ts';
import { FAILED_REST_MS, needOf } from './need.ts';
import { DrySources, dryDeliverySource } from './render-dry.ts';
import { type Hydratable, asHydratable, drySourceOf, hydrationKey, qualifiedName } from './spec.ts';
import { type HydratorStatus, begun, failed, hydrated, hydratorStatusJson, hydratorStatusOf } from './status.ts';
import { groupProblem } from './validate.ts';

const hydrateAnnotation = 'argocd.argoproj.io/hydrate';
const timestampAnnotation = 'argocd.argoproj.io/hydrate-timestamp';

/** A hydration that ends sooner is told of once, at its end. */
const QUIET_MS = 400;
/** How soon it is asked again what cannot be found out. */
const UNKNOWN_AGAIN_MS = 60_000;
const DEADLINE_MS = 15 * 60_000;
const WRITES_AT_ONCE = 32;

export interface HydratorOptions {
  readonly client: KubeClient;
  /** The Applications, and what their projects permit. */
  readonly argo: Pick<ArgoController, 'applications' | 'application' | 'onChange' | 'governance' | 'patch'>;
  readonly store: SourceStore;
  readonly dry: DryRenderer;
  readonly settings: SettingsSource;
  readonly repositories?: RepositoryDirectory | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure?: (key: string, error: Error) => void;
}

/** Starts hydrating. Nothing is asked or written where no Application has a source hydrator. */
export function startHydrator(options: HydratorOptions): AsyncDisposable {
  const groups = new HydrationGroups(options);
  const controller = createController<string>({
    name: 'hydrator',
    reconcile: (key, { signal }) => groups.reconcile(key, signal),
    // argoproj/argo-cd: --hydration-processors.
    concurrency: 5,
    deadlineMs: DEADLINE_MS,
    backoff: { baseMs: 1000, factor: 2, maxMs: FAILED_REST_MS },
    clock: options.clock,
    signal: options.signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(`hydration ${key}`, outcome.error);
    },
  });
  const stop = groups.watch(controller);
  return {
    async [Symbol.asyncDispose]() {
      stop();
      await controller[Symbol.asyncDispose]();
    },
  };
}

interface Watching {
  readonly source: string;
  readonly access: RepositoryAccess | undefined;
  readonly stop: () => void;
}

class HydrationGroups {
  readonly #options: HydratorOptions;
  readonly #world: HydrationWorld;
  /** The group each Application was last seen in, and who is in each. */
  readonly #groupOf = new Map<string, string>();
  readonly #members = new Map<string, Set<string>>();
  readonly #watching = new Map<string, Watching>();
  /** Groups whose failure may have had a cause that is gone. */
  readonly #hopeful = new Set<string>();

  constructor(options: HydratorOptions) {
    this.#options = options;
    const { store, dry, argo, settings, repositories, clock } = options;
    this.#world = {
      store,
      dry,
      sources: new DrySources(dry),
      governance: argo.governance,
      settings: () => settings.current(),
      repositories,
      clock,
    };
  }

  /** Answers how to stop. */
  watch(controller: Controller<string>): () => void {
    const { argo, repositories, settings } = this.#options;
    const all = (): void => {
      for (const key of this.#members.keys()) this.#wake(key);
    };
    this.#wake = (key) => controller.add(key);
    for (const application of argo.applications()) this.#see(application.object);
    const stops = [
      argo.onChange(({ kind, object, previous }) => {
        if (kind === 'deleted') this.#forget(object);
        else if (!previous || asksForMore(previous, object)) this.#see(object);
      }),
      repositories?.onChange(() => {
        for (const key of this.#members.keys()) this.#hopeful.add(key);
        all();
      }),
      settings.onChange(all),
    ];
    return () => {
      for (const stop of stops) stop?.();
      for (const { stop } of this.#watching.values()) stop();
    };
  }

  #wake: (key: string) => void = () => undefined;

  /** Whoever leaves a group leaves others behind that may be hydrated now. */
  #see(object: KubeObject): void {
    const { namespace = '', name = '' } = object.metadata;
    const app = `${namespace}/${name}`;
    const hydratable = asHydratable(readApplication(object));
    const key = hydratable && hydrationKey(hydratable.hydrator);
    const before = this.#groupOf.get(app);
    if (before !== undefined && before !== key) {
      this.#leave(app, before);
      this.#wake(before);
    }
    if (key === undefined) return this.#options.dry.forget(deliveryKey(namespace, name));
    this.#groupOf.set(app, key);
    const members = this.#members.get(key) ?? new Set();
    this.#members.set(key, members.add(app));
    this.#wake(key);
  }

  #forget({ metadata: { namespace = '', name = '' } }: KubeObject): void {
    const app = `${namespace}/${name}`;
    const key = this.#groupOf.get(app);
    this.#options.dry.forget(deliveryKey(namespace, name));
    if (key === undefined) return;
    this.#leave(app, key);
    this.#wake(key);
  }

  #leave(app: string, key: string): void {
    this.#groupOf.delete(app);
    const members = this.#members.get(key);
    members?.delete(app);
    if (members?.size === 0) this.#members.delete(key);
  }

  /** The Applications of a group as they stand now, in the order of their names. */
  #groupAt(key: string): readonly Hydratable[] {
    const { argo, settings } = this.#options;
    const { applicationNamespaces } = settings.current();
    return [...(this.#members.get(key) ?? [])].toSorted().flatMap((app): readonly Hydratable[] => {
      const [namespace = '', name = ''] = app.split('/');
      const application = argo.application(namespace, name);
      const hydratable = application && asHydratable(application);
      if (!hydratable || hydrationKey(hydratable.hydrator) !== key) return [];
      const { object } = hydratable;
      const isOurs =
        applicationNamespaces.length === 0 ||
        namespace === controlPlaneNamespace ||
        applicationNamespaces.some((glob) => matchesGlob(glob, namespace));
      return isOurs && !isSkipped(object) && object.metadata.deletionTimestamp === undefined ? [hydratable] : [];
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const group = this.#groupAt(key);
    const [first] = group;
    if (!first) {
      this.#watching.get(key)?.stop();
      this.#watching.delete(key);
      this.#hopeful.delete(key);
      return { kind: 'settled' };
    }
    this.#watchDry(key, first);
    const isHopeful = this.#hopeful.delete(key);
    const needed = await this.#needed(group, { isHopeful, signal });
    if (needed.kind === 'rest') return again(needed.restMs);
    return this.#hydrate(group, { refresh: needed.refresh, signal });
  }

  /** A group watches the repository of its dry source with the credentials of its first member. */
  #watchDry(key: string, first: Hydratable): void {
    const source = this.#drySource(first);
    const { access } = source;
    const text = JSON.stringify([source.url, source.revision, source.pollMs]);
    const known = this.#watching.get(key);
    if (known?.source === text && known.access === access) return;
    known?.stop();
    const stop = this.#options.dry.watch(source, () => this.#wake(key));
    this.#watching.set(key, { source: text, access, stop });
  }

  #drySource(application: Hydratable): DeliverySource {
    const { settings, repositories } = this.#options;
    const access = repositories?.access(application.spec.project || 'default');
    const current = settings.current();
    return { ...dryDeliverySource(application, current, access), pollMs: pollMsOf(current) };
  }

  /** Whether anybody of the group has to be hydrated. What was compared and found the same is noted on the way. */
  async #needed(
    group: readonly Hydratable[],
    { isHopeful, signal }: { readonly isHopeful: boolean; readonly signal: AbortSignal },
  ): Promise<{ readonly kind: 'now'; readonly refresh: boolean } | { readonly kind: 'rest'; readonly restMs: number }> {
    const nowMs = this.#options.clock.now();
    const refresh = group.some((each) => requestOf(each) !== undefined);
    if (group.some((each) => requestOf(each) === 'hard')) {
      for (const { namespace, name } of group) this.#options.dry.forget(deliveryKey(namespace, name));
    }
    let restMs = Infinity;
    const compared: { readonly application: Hydratable; readonly since: string }[] = [];
    for (const application of group) {
      const requested = requestOf(application) ?? (isHopeful ? 'normal' : undefined);
      const need = needOf(application, { status: hydratorStatusOf(application), requested, nowMs });
      if (need.kind === 'now') return { kind: 'now', refresh };
      restMs = Math.min(restMs, need.restMs ?? Infinity);
      if (need.kind === 'compare') compared.push({ application, since: need.since });
    }
    const [one] = compared;
    if (!one) return { kind: 'rest', restMs };
    let sha: string;
    try {
      sha = await dryRevision(one.application, this.#world, { refresh, signal });
    } catch (error) {
      signal.throwIfAborted();
      this.#options.onFailure?.(
        qualifiedName(one.application),
        error instanceof Error ? error : new Error(String(error)),
      );
      for (const application of group) await this.#write(application, hydratorStatusOf(application));
      return { kind: 'rest', restMs: Math.min(restMs, UNKNOWN_AGAIN_MS) };
    }
    for (const { application, since } of compared) {
      if (await this.#isChanged(application, since, sha)) return { kind: 'now', refresh: false };
    }
    for (const application of group) {
      const status = hydratorStatusOf(application);
      await this.#write(application, { ...status, lastComparedDryRevision: sha });
    }
    return { kind: 'rest', restMs };
  }

  /** Where an Application says which paths concern it, a commit that touches none of them is no reason to hydrate. */
  async #isChanged(application: Hydratable, since: string, sha: string): Promise<boolean> {
    if (since === sha) return false;
    const source = drySourceOf(application.hydrator);
    const { store, repositories } = this.#options;
    try {
      const access = repositories?.access(application.spec.project || 'default');
      const repository = await store.open(source.repoURL ?? '', { access });
      const changed = await repository.changedPaths(since, sha);
      return concernsPaths(
        application,
        source,
        changed.map(({ path }) => path),
      );
    } catch {
      // A commit that is gone tells nothing: everything may have changed.
      return true;
    }
  }

  async #hydrate(
    group: readonly Hydratable[],
    request: { readonly refresh: boolean; readonly signal: AbortSignal },
  ): Promise<Outcome> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    const work = hydrateGroup(group, this.#world, { ...request, strangers: this.#strangersOf(group) });
    const ended = work.then(
      () => true,
      () => true,
    );
    // What takes longer is told of while it is under way; a process that ends then leaves word of it.
    const quiet = clock.sleep(QUIET_MS, request.signal).then(
      () => false,
      () => true,
    );
    const isQuick = await Promise.race([ended, quiet]);
    if (!isQuick) {
      await each(group, (one) => this.#say(one, begun(hydratorStatusOf(one), one.hydrator, startedMs)));
    }
    const result = await work;
    await each(group, (one) => this.#conclude(one, result, startedMs));
    return result.kind === 'failed' ? again(FAILED_REST_MS + 1000) : { kind: 'settled' };
  }

  /** Applications that are hydrated from elsewhere. */
  #strangersOf(group: readonly Hydratable[]): readonly Hydratable[] {
    const own = new Set(group.map(qualifiedName));
    return this.#options.argo.applications().flatMap((application): readonly Hydratable[] => {
      if (!application.spec.sourceHydrator || own.has(qualifiedName(application))) return [];
      const hydratable = asHydratable(application);
      return hydratable && application.object.metadata.deletionTimestamp === undefined ? [hydratable] : [];
    });
  }

  async #conclude(application: Hydratable, result: Hydration, startedMs: number): Promise<void> {
    const { argo, clock } = this.#options;
    const now = argo.application(application.namespace, application.name);
    if (!now) return;
    const before = hydratorStatusOf(now);
    const { drySHA } = result;
    const ending = { startedMs, nowMs: clock.now(), sourceHydrator: application.hydrator, drySHA };
    if (result.kind === 'hydrated') {
      await this.#write(now, hydrated(before, { ...ending, drySHA: result.drySHA }, result.hydratedSHA), application);
      return;
    }
    const { problems } = result;
    const why = problems.get(qualifiedName(application)) ?? groupProblem(problems);
    await this.#write(now, failed(before, ending, why), application);
  }

  /** Writes a status alone. */
  async #say(application: Application, status: HydratorStatus): Promise<void> {
    await this.#patch(application, status, {});
  }

  /** Writes a status and takes away what was asked for with it; a question that came meanwhile stays. */
  async #write(application: Application, status: HydratorStatus, asked: Application = application): Promise<void> {
    const answered = annotationOf(asked, timestampAnnotation) === annotationOf(application, timestampAnnotation);
    const gone: Record<string, Json> = {};
    for (const name of [hydrateAnnotation, timestampAnnotation]) {
      const wasAsked = annotationOf(asked, name) !== undefined;
      if (answered && wasAsked && annotationOf(application, name) !== undefined) gone[name] = null;
    }
    await this.#patch(application, status, gone);
  }

  async #patch(application: Application, status: HydratorStatus, annotations: JsonObject): Promise<void> {
    const before = (application.object['status'] as JsonObject | undefined)?.['sourceHydrator'] ?? {};
    const difference = mergePatch(before as Json, hydratorStatusJson(status));
    const patch: Record<string, Json> = {};
    if (difference !== undefined) patch['status'] = { sourceHydrator: difference };
    if (Object.keys(annotations).length > 0) patch['metadata'] = { annotations };
    if (Object.keys(patch).length > 0) await this.#options.argo.patch(application, patch);
  }
}

/** Some at a time: a group may be of hundreds. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += WRITES_AT_ONCE) {
    await Promise.all(items.slice(at, at + WRITES_AT_ONCE).map(work));
  }
}

function again(afterMs: number): Outcome {
  return Number.isFinite(afterMs) ? { kind: 'again', afterMs: Math.max(0, afterMs) } : { kind: 'settled' };
}

function annotationOf({ object }: Application, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

function requestOf(application: Application): 'normal' | 'hard' | undefined {
  const value = annotationOf(application, hydrateAnnotation);
  return value === undefined ? undefined : value === 'hard' ? 'hard' : 'normal';
}

/** Our own writes come back as events and ask for nothing. */
function asksForMore(previous: KubeObject, object: KubeObject): boolean {
  const relevant = (from: KubeObject): string => {
    const { annotations = {}, deletionTimestamp } = from.metadata;
    return JSON.stringify([
      from['spec'],
      annotations[hydrateAnnotation],
      annotations[timestampAnnotation],
      isSkipped(from),
      deletionTimestamp,
    ]);
  };
  return relevant(previous) !== relevant(object);
}
