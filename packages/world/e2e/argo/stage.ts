// The stage of the tests of the sync engine: Applications on the shop's repository whose syncs are asked for by writing
// `operation`, and what they then asked of the API server, in order.

import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, KubeObject, ObjectRef } from '@evenkeel/resource';
import { type Story, at, look, shopUrl, startStory } from '../story.ts';

export const annotations = {
  wave: 'argocd.argoproj.io/sync-wave',
  hook: 'argocd.argoproj.io/hook',
  deletion: 'argocd.argoproj.io/hook-delete-policy',
  options: 'argocd.argoproj.io/sync-options',
  compare: 'argocd.argoproj.io/compare-options',
  approved: 'argocd.argoproj.io/deletion-approved',
  refresh: 'argocd.argoproj.io/refresh',
  skip: 'argocd.argoproj.io/skip-reconcile',
  helmHook: 'helm.sh/hook',
} as const;

/** What an Application is to be. */
export interface Wish {
  readonly files: Readonly<Record<string, string>>;
  readonly syncPolicy?: JsonObject;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: JsonObject;
}

/** What a sync is asked for with. */
export interface OperationWish {
  readonly sync?: JsonObject;
  readonly retry?: JsonObject;
  readonly info?: readonly JsonObject[];
}

/** A story whose Applications each live in the directory and the namespace of their name. */
export interface Stage extends AsyncDisposable {
  readonly story: Story;
  /** Commits files below the Application's directory; undefined deletes one. */
  readonly push: (name: string, files: Readonly<Record<string, string | undefined>>) => Promise<string>;
  /** Commits the files and creates the Application, into a namespace that is there. */
  readonly install: (name: string, wish: Wish) => Promise<void>;
  /** Asks for a sync and waits for its end; answers the Application then. */
  readonly sync: (name: string, wish?: OperationWish) => Promise<KubeObject>;
  /** Asks for a sync and no more. */
  readonly ask: (name: string, wish?: OperationWish) => Promise<void>;
  /** Waits until the operation that was asked for last has ended. */
  readonly ended: (name: string) => Promise<KubeObject>;
  readonly patch: (name: string, change: JsonObject) => Promise<void>;
  readonly app: (name: string) => Promise<KubeObject | undefined>;
  /** The Application once `fits` holds. */
  readonly until: (name: string, what: string, fits: (app: KubeObject) => boolean) => Promise<KubeObject>;
  /** Everything written below a namespace since the last `clear`, in order. */
  readonly writes: (namespace: string) => readonly string[];
  readonly clear: () => void;
  readonly make: (object: KubeObject) => Promise<KubeObject>;
  readonly change: (ref: ObjectRef, patch: JsonObject) => Promise<void>;
  readonly get: (ref: string) => Promise<KubeObject | undefined>;
}

/** Starts a stage on an empty repository. */
export async function startStage(): Promise<Stage> {
  const story = await startStory();
  const { client } = story.world;
  const type = async (kind: string, group = ''): Promise<Parameters<typeof client.get>[0]> => {
    const found = await client.discovery.preferred({ group, kind });
    if (!found) throw new Error(`the cluster serves no ${kind}`);
    return found;
  };
  const application = await type('Application', 'argoproj.io');
  const stage: Stage = {
    story,
    push: (name, files) =>
      story.push(Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]))),
    async install(name, wish) {
      await stage.push(name, wish.files);
      await make(story, namespaceNamed(name));
      await client.create(application, applicationOf(name, wish));
    },
    async sync(name, wish) {
      await stage.ask(name, wish);
      return stage.ended(name);
    },
    async ask(name, { sync = {}, retry = {}, info = [] } = {}) {
      const run = (runs.get(name) ?? 0) + 1;
      runs.set(name, run);
      const policy = at(await stage.app(name), 'spec', 'syncPolicy', 'syncOptions') as readonly string[] | undefined;
      const operation: JsonObject = {
        initiatedBy: { username: 'ada' },
        sync: { ...(policy ? { syncOptions: policy } : {}), ...sync },
        retry,
        info: [{ name: 'run', value: String(run) }, ...info],
      };
      await client.patch(application, { namespace: 'argocd', name }, 'merge', { operation });
    },
    ended: (name) =>
      stage.until(name, 'its operation to end', (app) => {
        const state = at(app, 'status', 'operationState');
        const run = at(state, 'operation', 'info', 0, 'value');
        return run === String(runs.get(name)) && ['Succeeded', 'Failed', 'Error'].includes(String(at(state, 'phase')));
      }),
    async patch(name, change) {
      await client.patch(application, { namespace: 'argocd', name }, 'merge', change);
    },
    app: (name) => story.get(`application.argoproj.io/argocd/${name}`),
    until: (name, what, fits) =>
      story.until(`${name}: ${what}`, async () => {
        const app = look(await stage.app(name));
        return app && fits(app) ? app : undefined;
      }),
    writes: (namespace) => writesOf(story, namespace),
    clear: () => story.requests.clear(),
    make: (object) => make(story, object),
    async change({ group, kind, namespace, name }, patch) {
      await client.patch(await type(kind, group), { namespace, name }, 'merge', patch);
    },
    get: (ref) => story.get(ref),
    [Symbol.asyncDispose]: () => story[Symbol.asyncDispose](),
  };
  const runs = new Map<string, number>();
  return stage;
}

async function make(story: Story, object: KubeObject): Promise<KubeObject> {
  const { client } = story.world;
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const type = await client.discovery.resolve({ group, version, kind: object.kind });
  if (!type) throw new Error(`the cluster serves no ${object.kind}`);
  return client.apply(type, object, { fieldManager: 'somebody', force: true });
}

function namespaceNamed(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function applicationOf(name: string, wish: Wish): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      ...(wish.annotations ? { annotations: wish.annotations } : {}),
      ...(wish.finalizers ? { finalizers: wish.finalizers } : {}),
    },
    spec: {
      project: 'default',
      source: { repoURL: shopUrl, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      ...(wish.syncPolicy ? { syncPolicy: wish.syncPolicy } : {}),
      ...wish.spec,
    },
  };
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'apply', PUT: 'replace', DELETE: 'delete' };

/** "apply configmaps/a", "create jobs/b", "dry configmaps/c", "release jobs/b" (its finalizer), in the order of the requests. */
function writesOf(story: Story, namespace: string): readonly string[] {
  const inside = new RegExp(`^/(?:api|apis)/.*/namespaces/${namespace}/([a-z]+)(?:/([^/]+))?$`);
  const itself = new RegExp(`^/api/v1/(namespaces)(?:/(${namespace}))?$`);
  const global = new RegExp(`^/(?:api|apis)/(?!.*/namespaces/).*/([a-z]+)(?:/([^/]+))?$`);
  return story.requests.recorded.flatMap(({ kind, method, path, query, request }) => {
    const verb = verbs[method];
    const match = inside.exec(path) ?? itself.exec(path) ?? global.exec(path);
    if (kind !== 'send' || verb === undefined || !match) return [];
    const body = request.body as KubeObject | undefined;
    const name = match[2] ?? body?.metadata?.name ?? '';
    if (!inside.test(path) && !name.includes(namespace)) return [];
    if (query['dryRun'] !== undefined) return [`dry ${match[1]}/${name}`];
    const isRelease =
      verb === 'apply' && body?.metadata !== undefined && 'finalizers' in body.metadata && !('kind' in body);
    return [`${isRelease ? 'release' : verb} ${match[1]}/${name}`];
  });
}

/** What a sync wrote, without the look beforehand and the release of hooks. */
export function applied(writes: readonly string[]): readonly string[] {
  return writes
    .filter((line) => !/^(dry|release) /.test(line))
    .map((line) => line.replace(/^(create|apply|replace) /, ''));
}

export interface ResultLine {
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
  readonly hookType?: string;
  readonly hookPhase?: string;
  readonly syncPhase?: string;
}

export function resultsOf(app: KubeObject): readonly ResultLine[] {
  return (at(app, 'status', 'operationState', 'syncResult', 'resources') ?? []) as readonly ResultLine[];
}

export function resultOf(app: KubeObject, name: string): ResultLine | undefined {
  return resultsOf(app).find((line) => line.name === name);
}

export function phaseOf(app: KubeObject | undefined): string {
  return String(at(app, 'status', 'operationState', 'phase'));
}

export function messageOf(app: KubeObject | undefined): string {
  return String(at(app, 'status', 'operationState', 'message'));
}

export function syncOf(app: KubeObject | undefined): string {
  return String(at(app, 'status', 'sync', 'status'));
}

/** Long enough for something that must not happen to have happened. */
export function aWhile(): Promise<void> {
  return sleep(600);
}
