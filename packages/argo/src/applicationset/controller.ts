// Watches ApplicationSets and everything they generate from.

import { type Controller, createController, createEventRecorder } from '@evenkeel/controller';
import { ForgeAccess } from '@evenkeel/git';
import { type Informer, type KubeClient, type ObjectChange, type ResourceType, createInformer } from '@evenkeel/kube';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { ChartStore, RepositoryAccess, SourceStore } from '@evenkeel/source';
import { type Clock, present } from '@evenkeel/std';
import type { RepositoryDirectory } from '../repositories/directory.ts';
import { type ApplicationSet, readApplicationSet } from './application-set.ts';
import { clusterWorld } from './cluster-world.ts';
import { controllingSet } from './desired.ts';
import { type Generation, generateApplications } from './generate-applications.ts';
import { againAfterMs } from './generators/generate.ts';
import { SetReconciler } from './reconcile.ts';
import { type SetSettings, namespaceAllowed, readSetSettings } from './set-settings.ts';

const group = 'argoproj.io';
const paramsName = 'argocd-cmd-params-cm';
const reconcileDeadlineMs = 5 * 60_000;

export interface SetControllerOptions {
  readonly client: KubeClient;
  readonly store: SourceStore;
  /** Where artifacts of registries come from. */
  readonly charts?: ChartStore | undefined;
  /** Where Argo CD's own Secrets, ConfigMaps and AppProjects are. */
  readonly controlNamespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure?: (key: string, error: Error) => void;
  /** Where credentials of repositories are looked up. */
  readonly repositories?: RepositoryDirectory | undefined;
  /** Variables in which a platform tells this process who it is: forges of that platform are asked in its name. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The running controller. */
export interface SetController extends AsyncDisposable {
  sets(): readonly ApplicationSet[];
  set(namespace: string, name: string): ApplicationSet | undefined;
  /** What a set would generate, without writing anything: a preview. */
  generate(object: KubeObject, signal: AbortSignal): Promise<Generation>;
  /** Has a set ask its repositories and forges again. */
  refresh(namespace: string, name: string): void;
  readonly controller: Controller<string>;
}

/** Starts watching; resolves when everything has been read once. The definitions must be installed. */
export async function startApplicationSets(options: SetControllerOptions): Promise<SetController> {
  await using stack = new AsyncDisposableStack();
  const watched = await watchAll(options, stack);
  const access = stack.use(new ForgeAccess({ signal: options.signal, now: () => options.clock.now() }));
  const events = stack.use(
    createEventRecorder(options.client, { component: 'argocd-applicationset-controller', clock: options.clock }),
  );
  const memory = new GenerationMemory(options, watched, access);
  stack.defer(() => memory.close());
  const reconciler = new SetReconciler({
    ...watched,
    client: options.client,
    controlNamespace: options.controlNamespace,
    clock: options.clock,
    events,
    settings: () => memory.settings,
    generate: (set, signal) => memory.generate(set, signal),
    againAfterMs: (set) => memory.againAfterMs(set),
  });
  const controller = createController<string>({
    name: 'applicationset',
    reconcile: (key, context) => reconciler.reconcile(key, context.signal),
    concurrency: 10,
    deadlineMs: reconcileDeadlineMs,
    backoff: { baseMs: 500, factor: 2, maxMs: 180e3 },
    clock: options.clock,
    signal: options.signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(`applicationset ${key}`, outcome.error);
    },
  });
  stack.use(controller);
  memory.onStale = (key) => controller.add(key);
  wake(watched, memory, controller, options.controlNamespace);
  const owned = stack.move();
  return {
    controller,
    sets: () => watched.sets.list().map(readApplicationSet),
    set: (namespace, name) => {
      const object = watched.sets.get(namespace, name);
      return object && readApplicationSet(object);
    },
    generate: (object, signal) => memory.preview(readApplicationSet(object), signal),
    refresh: (namespace, name) => memory.forget(`${namespace}/${name}`),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

interface Watched {
  readonly setType: ResourceType;
  readonly applicationType: ResourceType;
  readonly sets: Informer;
  readonly applications: Informer;
  readonly projects: Informer;
  readonly clusterSecrets: Informer;
  readonly params: Informer;
}

async function watchAll(options: SetControllerOptions, stack: AsyncDisposableStack): Promise<Watched> {
  const { client, signal, controlNamespace: namespace } = options;
  const typeOf = async (kind: string, of = group, version = 'v1alpha1'): Promise<ResourceType> =>
    present(await client.discovery.resolve({ group: of, version, kind }), `the definition of ${kind}`);
  const setType = await typeOf('ApplicationSet');
  const applicationType = await typeOf('Application');
  const [secretType, mapType] = [await typeOf('Secret', '', 'v1'), await typeOf('ConfigMap', '', 'v1')];
  const watched: Watched = {
    setType,
    applicationType,
    sets: createInformer(client, setType, { signal }),
    applications: createInformer(client, applicationType, { signal, indexes: { set: indexBySet } }),
    projects: createInformer(client, await typeOf('AppProject'), { signal, namespace }),
    clusterSecrets: createInformer(client, secretType, {
      signal,
      namespace,
      labelSelector: 'argocd.argoproj.io/secret-type=cluster',
    }),
    params: createInformer(client, mapType, { signal, namespace, fieldSelector: `metadata.name=${paramsName}` }),
  };
  const { sets, applications, projects, clusterSecrets, params } = watched;
  const informers = [sets, applications, projects, clusterSecrets, params];
  for (const informer of informers) stack.use(informer);
  await Promise.all(informers.map((informer) => informer.synced));
  return watched;
}

function indexBySet(application: KubeObject): readonly string[] {
  const name = controllingSet(application);
  return name === undefined ? [] : [`${application.metadata.namespace ?? ''}/${name}`];
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** From changes to keys. What a set generates from makes what was generated stale; what it has generated does not. */
function wake(watched: Watched, memory: GenerationMemory, controller: Controller<string>, own: string): void {
  const { sets, applications, projects, clusterSecrets, params } = watched;
  const allowed = (key: string): boolean => namespaceAllowed(memory.settings, key.split('/')[0] ?? '', own);
  const add = (key: string): void => {
    if (allowed(key)) controller.add(key);
  };
  const all = (): void => {
    for (const object of sets.list()) memory.forget(keyOf(object));
  };
  sets.onChange(({ object, previous, kind }) => {
    if (kind === 'deleted') memory.drop(keyOf(object));
    if (kind !== 'updated' || !previous || saysMore(previous, object)) add(keyOf(object));
  });
  applications.onChange((change) => {
    if (!matters(change)) return;
    const owners = [...indexBySet(change.object), ...(change.previous ? indexBySet(change.previous) : [])];
    // One that goes, or is let go, may be what another set could not have until now.
    const left = change.kind === 'deleted' || (change.previous && indexBySet(change.object)[0] !== owners[1]);
    for (const key of new Set([...owners, ...(left ? memory.wanting(change.object) : [])])) add(key);
  });
  clusterSecrets.onChange(all);
  params.onChange(all);
  projects.onChange(({ kind }) => {
    if (kind !== 'updated') for (const object of sets.list()) add(keyOf(object));
  });
  for (const object of sets.list()) add(keyOf(object));
}

/** Where a rolling sync stands counts too: one turn takes an Application one state on, and it may be further already. */
function saysMore(previous: KubeObject, object: KubeObject): boolean {
  const relevant = ({ metadata, ...rest }: KubeObject): string => {
    const { applicationStatus } = (rest['status'] ?? {}) as JsonObject;
    const { annotations, deletionTimestamp, finalizers } = metadata;
    return JSON.stringify([rest['spec'], annotations, deletionTimestamp, finalizers, applicationStatus]);
  };
  return relevant(previous) !== relevant(object);
}

/** Changes of an Application that its set answers to: its fields, and how it fares. */
function matters({ object, previous, kind }: ObjectChange): boolean {
  if (kind !== 'updated' || !previous) return true;
  const relevant = (from: KubeObject): string => {
    const { annotations, labels, finalizers, ownerReferences, deletionTimestamp } = from.metadata;
    const status = (from['status'] ?? {}) as Readonly<Record<string, { readonly [name: string]: unknown } | undefined>>;
    return JSON.stringify([
      from['spec'],
      [annotations, labels, finalizers, ownerReferences, deletionTimestamp],
      [status['sync']?.['status'], status['sync']?.['revision'], status['sync']?.['revisions']],
      [status['health']?.['status'], status['operationState']?.['phase'], status['operationState']?.['startedAt']],
      status['conditions'],
    ]);
  };
  return relevant(previous) !== relevant(object);
}

interface Remembered {
  readonly spec: string;
  readonly generation: Generation;
  /** Undefined: good until something changes. */
  readonly dueAtMs: number | undefined;
}

/** What sets generated last, so that the health of an Application costs no question to a forge. */
class GenerationMemory {
  /** Told of sets whose generation is no longer good. */
  onStale: (key: string) => void = () => undefined;
  readonly #options: SetControllerOptions;
  readonly #watched: Watched;
  readonly #access: ForgeAccess;
  readonly #remembered = new Map<string, Remembered>();
  readonly #repositories = new Map<string, Map<string, () => void>>();
  readonly #followedWith = new Map<string, RepositoryAccess | undefined>();

  constructor(options: SetControllerOptions, watched: Watched, access: ForgeAccess) {
    this.#options = options;
    this.#watched = watched;
    this.#access = access;
  }

  get settings(): SetSettings {
    const params = this.#watched.params.get(this.#options.controlNamespace, paramsName);
    return readSetSettings((params?.['data'] ?? {}) as Readonly<Record<string, string>>);
  }

  async generate(set: ApplicationSet, signal: AbortSignal): Promise<Generation> {
    const key = keyOf(set.object);
    const spec = JSON.stringify([set.spec, set.object.metadata.uid]);
    const known = this.#remembered.get(key);
    const now = this.#options.clock.now();
    const isDue = known?.dueAtMs !== undefined && known.dueAtMs <= now;
    const asked = set.object.metadata.annotations?.['argocd.argoproj.io/application-set-refresh'] !== undefined;
    if (known && known.spec === spec && known.generation.kind === 'generated' && !isDue && !asked)
      return known.generation;
    const read = new Set<string>();
    // Forgotten before it is made: what becomes stale meanwhile is made again.
    this.#remembered.delete(key);
    const generation = await this.#run(set, signal, read);
    const after = againAfterMs(set.spec.generators, this.settings.requeueMs);
    this.#remembered.set(key, { spec, generation, dueAtMs: after === undefined ? undefined : now + after });
    this.#follow(key, read, this.#accessOf(set));
    return generation;
  }

  preview(set: ApplicationSet, signal: AbortSignal): Promise<Generation> {
    return this.#run(set, signal, new Set());
  }

  againAfterMs(set: ApplicationSet): number | undefined {
    const due = this.#remembered.get(keyOf(set.object))?.dueAtMs;
    return due === undefined ? undefined : Math.max(0, due - this.#options.clock.now());
  }

  /** The sets that generate an Application of this name. */
  wanting({ metadata }: KubeObject): readonly string[] {
    return [...this.#remembered].flatMap(([key, { generation }]) =>
      key.startsWith(`${metadata.namespace ?? ''}/`) &&
      generation.kind === 'generated' &&
      generation.applications.some((one) => one.metadata.name === metadata.name)
        ? [key]
        : [],
    );
  }

  forget(key: string): void {
    this.#remembered.delete(key);
    this.onStale(key);
  }

  drop(key: string): void {
    this.#remembered.delete(key);
    this.#follow(key, new Set());
    this.#repositories.delete(key);
    this.#followedWith.delete(key);
  }

  close(): void {
    for (const key of this.#repositories.keys()) this.drop(key);
  }

  #run(set: ApplicationSet, signal: AbortSignal, read: Set<string>): Promise<Generation> {
    const { client, store, charts, clock, controlNamespace, environment } = this.#options;
    const { clusterSecrets } = this.#watched;
    const world = clusterWorld({
      client,
      store,
      charts,
      clock,
      clusterSecrets,
      settings: this.settings,
      access: this.#access,
      environment,
      controlNamespace,
      repositories: this.#accessOf(set),
      signal,
      onRepository: (url) => read.add(url),
    });
    return generateApplications(set, world);
  }

  /**
   * The credentials of the project that the set's Applications are in. Where a template decides that, only those of all
   * projects, since a set must not choose whose credentials it uses.
   */
  #accessOf({ spec }: ApplicationSet): RepositoryAccess | undefined {
    const named = spec.template.spec?.['project'];
    const project = typeof named === 'string' && !named.includes('{{') ? named : '';
    return this.#options.repositories?.access(project);
  }

  /** Hears of pushes to what a set reads, and of nothing else; of other credentials for it, too. */
  #follow(key: string, urls: ReadonlySet<string>, access?: RepositoryAccess): void {
    const followed = this.#repositories.get(key) ?? new Map<string, () => void>();
    const same = this.#followedWith.get(key) === access;
    this.#followedWith.set(key, access);
    for (const [url, stop] of followed) {
      if (same && urls.has(url)) continue;
      stop();
      followed.delete(url);
    }
    for (const url of urls) {
      if (!followed.has(url))
        followed.set(
          url,
          this.#options.store.watch(url, () => this.forget(key), { access }),
        );
    }
    this.#repositories.set(key, followed);
  }
}
