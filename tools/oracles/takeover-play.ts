// One play of the takeover: the first of the two brings the estate to life, the second takes over and syncs a push, and the
// first takes it back. What changes hands must not change.

import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KubeClient } from '@evenkeel/kube';
import { type KubeObject, gvkOf, parseYaml } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { customizations } from './argo-cd.ts';
import { argoBinary, startArgo } from './takeover-argo.ts';
import type { Statuses } from './takeover-compare.ts';
import type { Estate } from './takeover-estate.ts';
import { type Actor, type Stage, type Write, startStage } from './takeover-stage.ts';

export interface PlayOptions {
  readonly first: Actor;
  readonly estate: Estate;
  /** application.resourceTrackingMethod. */
  readonly method: string;
  /** Where logs and statuses are kept for a look after the run. */
  readonly keep: string;
  readonly say: (text: string) => void;
}

export interface Play {
  readonly actor: Actor;
  /** What the first said when everything was settled, the second when it had taken over, and after the push. */
  readonly first: Statuses;
  readonly taken: Statuses;
  readonly pushed: Statuses;
  readonly problems: readonly string[];
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const applicationNamespaces = ['team-a'];

/** Plays it once. */
export async function playTakeover(options: PlayOptions): Promise<Play> {
  const { first, estate, say } = options;
  const second: Actor = first === 'argocd' ? 'evenkeel' : 'argocd';
  await using stage = await startStage();
  await estate.rewind();
  await using scene = new Scene(stage, options);
  await scene.prepare();
  const problems: string[] = [];
  const applied = await scene.with(first, async () => {
    for (const object of estate.objects) await applyObject(stage.client, object);
    return scene.settled('synced from nothing');
  });
  stage.writes();
  const taken = await scene.with(second, () => scene.takesOver('taken over'));
  problems.push(...scene.rewritten(second, applied, taken));
  const pushed = await scene.with(second, async () => {
    await estate.push();
    await scene.refresh(true);
    return scene.settled('pushed');
  });
  stage.writes();
  const back = await scene.with(first, () => scene.takesOver('taken back'));
  problems.push(...scene.rewritten(first, pushed, back));
  problems.push(...unhealthy(pushed.statuses, back.statuses));
  say(`${problems.length} problems`);
  return { actor: first, first: applied.statuses, taken: taken.statuses, pushed: pushed.statuses, problems };
}

interface Moment {
  readonly statuses: Statuses;
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly writes: readonly Write[];
}

/** How long nothing may happen before it is settled, and how long that is waited for. */
const QUIET_MS = 6000;
const SETTLED_WITHIN_MS = 150_000;

class Scene implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #options: PlayOptions;
  #running: { readonly actor: Actor; readonly stop: () => Promise<void> } | undefined;

  constructor(stage: Stage, options: PlayOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  /** Ends whoever is at work. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** What an installation has beside its programs: Argo CD's own definitions where it is first, its settings always. */
  async prepare(): Promise<void> {
    const { client } = this.#stage;
    await applyObject(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
    if (this.#options.first === 'argocd') {
      for (const name of ['application-crd', 'applicationset-crd', 'appproject-crd'])
        await applyObject(client, argoManifest(`crds/${name}.yaml`));
      await untilServed(client);
      await applyObject(client, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AppProject',
        metadata: { name: 'default', namespace: 'argocd' },
        spec: {
          sourceRepos: ['*'],
          destinations: [{ namespace: '*', server: '*' }],
          clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        },
      });
    } else {
      await this.with('evenkeel', () => sleep(2000, undefined));
      await untilServed(client);
    }
    const labels = { 'app.kubernetes.io/part-of': 'argocd' };
    const settings = argoManifest('base/config/argocd-cm.yaml');
    const data = {
      ...(settings['data'] as Record<string, string> | undefined),
      'application.resourceTrackingMethod': this.#options.method,
    };
    await applyObject(client, { ...settings, metadata: { name: 'argocd-cm', namespace: 'argocd', labels }, data });
    for (const [kind, name] of [
      ['Secret', 'argocd-secret'],
      ['ConfigMap', 'argocd-rbac-cm'],
    ] as const)
      await applyObject(client, { apiVersion: 'v1', kind, metadata: { name, namespace: 'argocd', labels } });
    await applyObject(client, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd', labels },
      data: { 'application.namespaces': applicationNamespaces.join(',') },
    });
  }

  /** Has one of the two at work, and no longer than `then` takes unless the next one is the same. */
  async with<T>(actor: Actor, then: () => PromiseLike<T>): Promise<T> {
    if (this.#running?.actor !== actor) {
      await this.#running?.stop();
      const stop = actor === 'argocd' ? await this.#startArgo() : await this.#startEvenkeel();
      this.#running = { actor, stop };
    }
    try {
      return await then();
    } catch (error) {
      await this.#running?.stop();
      throw error;
    }
  }

  async #startArgo(): Promise<() => Promise<void>> {
    const logDirectory = join(this.#options.keep, `argocd-${this.#options.first}`);
    mkdirSync(logDirectory, { recursive: true });
    const kubeconfig = this.#stage.kubeconfigOf('argocd');
    const argo = await startArgo({ binary: argoBinary, kubeconfig, applicationNamespaces, logDirectory });
    return async () => argo[Symbol.asyncDispose]();
  }

  async #startEvenkeel(): Promise<() => Promise<void>> {
    const log = createWriteStream(join(this.#options.keep, `evenkeel-${this.#options.first}.log`), { flags: 'a' });
    const program = join(root, 'packages/cli/src/main.ts');
    const flags = [
      '--conditions=development',
      program,
      'controller',
      '--port=0',
      `--kubeconfig=${this.#stage.kubeconfigOf('evenkeel')}`,
    ];
    const child = spawn(process.execPath, flags, { cwd: this.#stage.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.stderr.pipe(log, { end: false });
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        if (text.includes('page and API')) resolve();
      });
      child.once('exit', (code) =>
        reject(new Error(`evenkeel controller ended with ${code}; see ${log.path.toString()}`)),
      );
    });
    return async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    };
  }

  /** Argo CD believes what was written lately, so it is asked to look. */
  async takesOver(what: string): Promise<Moment> {
    if (this.#running?.actor === 'argocd') await this.refresh(false);
    return this.settled(what);
  }

  /** Waits until nobody writes any more and nothing is under way, and tells how things stand. */
  async settled(what: string): Promise<Moment> {
    const { actor } = present(this.#running, 'somebody at work');
    const { keep, first, say } = this.#options;
    const writes: Write[] = [];
    let quietSince = Date.now();
    let asked = -1;
    let busy: readonly string[] = [];
    for (const giveUpAt = Date.now() + SETTLED_WITHIN_MS; Date.now() < giveUpAt;) {
      await sleep(500);
      const found = this.#stage.writes();
      const requests = this.#stage.requestsOf(actor);
      // What Argo CD asks for on and on is no sign of work; Evenkeel asks for nothing that it does not need.
      const isWorking = found.some(({ user }) => user === actor) || (actor === 'evenkeel' && requests !== asked);
      writes.push(...found);
      asked = requests;
      const statuses = await this.statuses();
      busy = [...statuses].flatMap(([name, object]) => (isUnderWay(object) ? [name] : []));
      if (isWorking || busy.length > 0) quietSince = Date.now();
      if (Date.now() - quietSince < QUIET_MS) continue;
      break;
    }
    if (busy.length > 0) say(`not settled: ${busy.join(', ')}`);
    const [statuses, objects] = [await this.statuses(), await this.#stage.snapshot()];
    const text = JSON.stringify(Object.fromEntries(statuses), undefined, 1);
    writeFileSync(join(keep, `${first}-${what.replaceAll(' ', '-')}.json`), text);
    say(
      `${actor}: ${what}: ${statuses.size} applications, ${summary(statuses)}, ${writes.filter(({ user }) => user === actor).length} writes`,
    );
    return { statuses, objects, writes };
  }

  async statuses(): Promise<Statuses> {
    const type = present(await this.#stage.client.discovery.resolve(application), 'Application');
    const { items } = await this.#stage.client.list(type);
    return new Map(items.map((item) => [`${item.metadata.namespace ?? ''}/${item.metadata.name ?? ''}`, item]));
  }

  /** Asks for a look at the repository, as a webhook does. A set that is asked is written anew by Argo CD, empty fields filled in. */
  async refresh(asksSets: boolean): Promise<void> {
    const { client } = this.#stage;
    const refresh = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } };
    const set = { metadata: { annotations: { 'argocd.argoproj.io/application-set-refresh': 'true' } } };
    for (const [gvk, patch] of [
      [application, refresh],
      [{ ...application, kind: 'ApplicationSet' }, set],
    ] as const) {
      if (patch === set && !asksSets) continue;
      const type = present(await client.discovery.resolve(gvk), gvk.kind);
      for (const { metadata } of (await client.list(type)).items)
        await client.patch(type, { namespace: metadata.namespace ?? '', name: metadata.name ?? '' }, 'merge', patch);
    }
  }

  /** What the second changed that it had no business to change: by what the objects are, and by what the server has on record. */
  rewritten(actor: Actor, before: Moment, after: Moment): readonly string[] {
    const found: string[] = [];
    for (const { user, verb, resource, namespace, name, code } of after.writes) {
      const isItsOwn =
        /^(applications|applicationsets|appprojects)(\/status)?$/.test(resource) &&
        verb !== 'create' &&
        verb !== 'delete';
      const isInstalling =
        code === 409 || (actor === 'evenkeel' && (name === 'flux-system' || name.endsWith('.fluxcd.io')));
      if (user === actor && !isItsOwn && !isInstalling)
        found.push(`${actor} wrote: ${verb} ${resource} ${namespace}/${name} (${code})`);
    }
    const changed: (readonly [string, KubeObject, KubeObject | undefined])[] = [];
    for (const [key, object] of before.objects) {
      const now = after.objects.get(key);
      const what = changeOf(key, object, now);
      if (what === undefined || isTheirs(key, actor, after.writes)) continue;
      found.push(`${actor}: ${key} ${what}`);
      changed.push([key, object, now]);
    }
    const file = join(this.#options.keep, `${this.#options.first}-rewritten-by-${actor}.json`);
    writeFileSync(file, JSON.stringify(changed, undefined, 1));
    return found;
  }
}

/** True for an object that others wrote meanwhile, and the actor did not: the status of a scaler. */
function isTheirs(key: string, actor: Actor, writes: readonly Write[]): boolean {
  const [type = '', namespace = '', name = ''] = key.split('/');
  const about = writes.filter(
    (write) =>
      type.startsWith(`${write.resource.split('/')[0] ?? ''}.`) && write.namespace === namespace && write.name === name,
  );
  return about.length > 0 && about.every(({ user }) => user !== actor);
}

/** Of Applications the status may change; of everything else what the cluster itself says of it, but no more. */
function changeOf(key: string, before: KubeObject, after: KubeObject | undefined): string | undefined {
  if (after === undefined) return 'is gone';
  if (after.metadata.uid !== before.metadata.uid) return 'is another object';
  if (!/^application(set)?s\.argoproj\.io\//.test(key))
    return asGiven(after) === asGiven(before) ? undefined : 'was rewritten';
  const [one, other] = [before, after].map(({ metadata: { labels, annotations, finalizers }, ...rest }) =>
    JSON.stringify([rest['spec'], labels, annotations, finalizers]),
  );
  return one === other ? undefined : 'has another spec or other metadata';
}

/** An object without its status and the traces of those who write that; what anybody else writes has its time in managedFields. */
function asGiven({ metadata, status: _status, ...rest }: KubeObject): string {
  const { resourceVersion: _version, managedFields = [], ...kept } = metadata;
  return JSON.stringify([rest, kept, managedFields.filter(({ subresource }) => subresource !== 'status')]);
}

const application = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' };

function isUnderWay(object: KubeObject): boolean {
  const { status, operation } = object as unknown as {
    readonly status?: { readonly operationState?: { readonly phase?: string; readonly message?: string } };
    readonly operation?: unknown;
  };
  const isAsked = object.metadata.annotations?.['argocd.argoproj.io/refresh'] !== undefined;
  // What a sync window holds back stays under way until somebody opens it.
  if (/sync window/.test(status?.operationState?.message ?? '')) return false;
  return status === undefined || isAsked || operation !== undefined || status.operationState?.phase === 'Running';
}

function summary(statuses: Statuses): string {
  const words = [...statuses.values()].map((object) => {
    const { sync, health } = (object['status'] ?? {}) as { sync?: { status?: string }; health?: { status?: string } };
    return `${sync?.status ?? '-'}/${health?.status ?? '-'}`;
  });
  return [...Map.groupBy(words, (word) => word)].map(([word, list]) => `${list.length} ${word}`).join(', ');
}

/** Applications that are worse off than before they were taken back. What a missing object makes of the whole is no news. */
function unhealthy(before: Statuses, after: Statuses): readonly string[] {
  return [...after].flatMap(([name, object]) => {
    const [now, then] = [summary(new Map([[name, object]])), summary(new Map([[name, before.get(name) ?? object]]))];
    return now.replace('Missing', 'Healthy') === then.replace('Missing', 'Healthy')
      ? []
      : [`${name}: ${then} before, ${now} after it was taken back`];
  });
}

async function applyObject(client: KubeClient, object: KubeObject): Promise<void> {
  const type = present(await client.discovery.resolve(gvkOf(object)), `${object.kind} of ${object.apiVersion}`);
  const { namespace } = object.metadata;
  const placed =
    type.namespaced && namespace === undefined
      ? { ...object, metadata: { ...object.metadata, namespace: 'argocd' } }
      : object;
  await client.apply(type, placed, { fieldManager: 'ada', force: true });
}

async function untilServed(client: KubeClient): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    client.discovery.invalidate();
    const kinds = ['Application', 'AppProject', 'ApplicationSet'].map((kind) =>
      client.discovery.resolve({ ...application, kind }),
    );
    if ((await Promise.all(kinds)).every((type) => type !== undefined)) return;
    await sleep(100);
  }
  throw new Error('the definitions of Argo CD are not served');
}

/** A manifest of Argo CD's own installation. */
function argoManifest(path: string): KubeObject {
  const file = join(dirname(customizations()), 'manifests', path);
  return parseYaml(readFileSync(file, 'utf8'), { dialect: 'sigs' }) as unknown as KubeObject;
}
