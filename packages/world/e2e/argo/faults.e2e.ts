// A process that ends between any two requests of a sync, and one request of it that fails: the next process, or the next
// attempt, comes to the same end. Every request is tried, so nothing here is left to chance; FAULT_AT=7 tries the seventh alone.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type KubeTransport, KubeUnreachable, createKubeClient } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { type World, startWorld } from '@evenkeel/world';
import { onlySandbox, startBed } from '../bed.ts';
import { at, git, makeRepository, shopDirectory, shopUrl, untilTrue } from '../story.ts';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configMap, deployment, job } from './manifests.ts';
import { annotations } from './stage.ts';

const skip = onlySandbox('it starts a process for each request of a sync');
const { wave, hook, deletion } = annotations;
const bed = skip === false ? await startBed() : undefined;
const repository = skip === false ? await makeRepository(shopDirectory) : '';
after(() => bed?.[Symbol.asyncDispose]());

/** The process ends before the request arrives, or before its answer does; or the request alone is lost. */
type Fault = 'dies' | 'unheard' | 'fails';

/** A cluster as one process sees it: until its hour has come. */
class Window implements KubeTransport {
  readonly endpoint: string;
  readonly sent: string[] = [];
  readonly #inner: KubeTransport;
  #at = Infinity;
  #mode: Fault = 'dies';
  #armed = false;
  #dead = false;

  constructor(inner: KubeTransport) {
    this.#inner = inner;
    this.endpoint = inner.endpoint;
  }

  /** From now on requests count; number `at` does not arrive, and where the process `dies`, none after it. */
  arm(at: number, mode: Fault): void {
    this.#armed = true;
    this.#at = at;
    this.#mode = mode;
    this.sent.length = 0;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  async send(request: Parameters<KubeTransport['send']>[0]): ReturnType<KubeTransport['send']> {
    if (this.#dead) throw new KubeUnreachable('the process has ended (injected)');
    if (this.#armed) {
      this.sent.push(`${request.method} ${request.path}`);
      if (this.sent.length - 1 === this.#at) {
        if (this.#mode === 'unheard') await this.#inner.send(request);
        if (this.#mode !== 'fails') this.#dead = true;
        throw new KubeUnreachable('connection reset (injected)');
      }
    }
    return this.#inner.send(request);
  }

  watch(request: Parameters<KubeTransport['watch']>[0]): ReturnType<KubeTransport['watch']> {
    return this.#inner.watch(request);
  }

  stream(request: Parameters<KubeTransport['stream']>[0]): ReturnType<KubeTransport['stream']> {
    return this.#inner.stream(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

interface Place {
  readonly window: Window;
  readonly world: World;
}

async function startPlace(): Promise<Place> {
  assert.ok(bed);
  const window = new Window(bed.transport);
  const world = await startWorld({ directory: repository, port: false, cluster: { transport: window } });
  return { window, world };
}

async function push(name: string, files: Readonly<Record<string, string | undefined>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repository, name, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
  }
  await git(repository, ['add', '-A']);
  await git(repository, ['commit', '-q', '-m', name]);
}

const before = {
  'old.yaml': configMap('old', { [wave]: '1' }),
  'first.yaml': configMap('first', { [wave]: '-1' }),
  'web.yaml': deployment('web'),
  'pre.yaml': job('pre', { [hook]: 'PreSync' }),
};
const after_ = {
  'old.yaml': undefined,
  'first.yaml': configMap('first', { [wave]: '-1' }, 'two'),
  'web.yaml': deployment('web', { more: 'x' }),
  'new.yaml': configMap('new', { [wave]: '2' }),
  'post.yaml': job('post', { [hook]: 'PostSync', [deletion]: 'HookSucceeded' }),
};

function application(name: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: shopUrl, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true'],
        retry: { limit: 3, backoff: { duration: '100ms' } },
      },
    },
  };
}

const client = bed && createKubeClient(bed.transport);

async function read(group: string, kind: string, namespace: string, name: string): Promise<KubeObject | undefined> {
  const type = await client?.discovery.preferred({ group, kind });
  return type && client?.get(type, { namespace, name });
}

async function rest(name: string): Promise<void> {
  const head = (await git(repository, ['rev-parse', 'HEAD'])).trim();
  await untilTrue(`${name} to come to rest`, async () => {
    const app = await read('argoproj.io', 'Application', 'argocd', name);
    const { sync, operationState } = (app?.['status'] ?? {}) as {
      readonly sync?: { readonly status?: string; readonly revision?: string };
      readonly operationState?: { readonly phase?: string; readonly syncResult?: { readonly revision?: string } };
    };
    if (sync?.status !== 'Synced' || sync.revision !== head) return undefined;
    return operationState?.phase === 'Succeeded' && operationState.syncResult?.revision === head ? true : undefined;
  });
}

/** Everything in a namespace that tells where a sync has ended, without what differs from one to the next. */
async function ending(name: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [group, kind] of [
    ['', 'ConfigMap'],
    ['apps', 'Deployment'],
    ['batch', 'Job'],
  ] as const) {
    const type = await client?.discovery.preferred({ group, kind });
    const items = type && client ? (await client.list(type, { namespace: name })).items : [];
    for (const item of items) {
      const { annotations: notes = {}, finalizers = [] } = item.metadata;
      const tracked = notes['argocd.argoproj.io/tracking-id']?.replaceAll(name, 'app') ?? 'untracked';
      if (item.metadata.name === 'kube-root-ca.crt') continue;
      const data = JSON.stringify(at(item, 'data') ?? notes['more'] ?? '');
      lines.push(`${gvkOf(item).kind}/${item.metadata.name} ${tracked} ${data} [${finalizers.join()}]`);
    }
  }
  return lines.toSorted();
}

/** Brings a new Application to its first state, and the change that is to be synced into Git. */
async function prepare(name: string, place: Place): Promise<void> {
  await push(name, before);
  const type = await place.world.client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  assert.ok(type);
  await place.world.client.create(type, application(name));
  await rest(name);
}

async function hurry(place: Place): Promise<void> {
  const type = await place.world.client.discovery.preferred({ group: '', kind: 'ConfigMap' });
  assert.ok(type);
  const metadata = { name: 'argocd-cmd-params-cm', namespace: 'argocd' };
  const data = { 'controller.sync.wave.delay.seconds': '0' };
  await place.world.client.apply(
    type,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { fieldManager: 'test' },
  );
}

/** The whole run without a fault: what it sends, and where it ends. */
async function rehearsal(): Promise<{ readonly requests: readonly string[]; readonly end: readonly string[] }> {
  const place = await startPlace();
  await hurry(place);
  await prepare('whole', place);
  place.window.arm(Infinity, 'dies');
  await push('whole', after_);
  await rest('whole');
  const requests = [...place.window.sent];
  await place.world[Symbol.asyncDispose]();
  return { requests, end: await ending('whole') };
}

const runs = (sent: readonly string[], name: string, hookName: string): number =>
  sent.filter((line) => line === `POST /apis/batch/v1/namespaces/${name}/jobs` && hookName !== '').length;

if (skip === false) {
  const { requests, end } = await rehearsal();
  const only = process.env['FAULT_AT'];
  const all = only === undefined ? requests.map((_request, index) => index) : [Number(only)];

  test('the run without a fault ends as it should', () => {
    assert.ok(requests.length > 10, requests.join('\n'));
    const told = end.map((line) => line.split(' ')[0]);
    assert.deepEqual(told, ['ConfigMap/first', 'ConfigMap/new', 'Deployment/web', 'Job/pre']);
  });

  const deaths = all.flatMap((index) => (['dies', 'unheard'] as const).map((mode) => ({ index, mode })));
  for (const { index, mode } of deaths) {
    const when = mode === 'dies' ? 'before' : 'behind';
    test(`a process that ends ${when} request ${index} (${requests[index] ?? ''}) is taken over from`, async () => {
      const name = `${mode}-${index}`;
      const first = await startPlace();
      await prepare(name, first);
      first.window.arm(index, mode);
      await push(name, after_);
      await untilTrue('the end of the process', () => first.window.isDead || undefined).catch(() => undefined);
      const seen = first.window.sent.slice(0, first.window.isDead ? index + (mode === 'dies' ? 0 : 1) : undefined);
      await first.world[Symbol.asyncDispose]();
      const second = await startPlace();
      second.window.arm(Infinity, 'dies');
      await rest(name);
      const sent = [...seen, ...second.window.sent];
      await second.world[Symbol.asyncDispose]();
      assert.deepEqual(await ending(name), end);
      assert.equal(runs(sent, name, 'pre'), 2, 'each hook has run once');
    });
  }

  for (const index of all) {
    test(`request ${index} (${requests[index] ?? ''}) that fails is made up for`, async () => {
      const name = `fails-${index}`;
      const place = await startPlace();
      await prepare(name, place);
      place.window.arm(index, 'fails');
      await push(name, after_);
      await rest(name);
      await place.world[Symbol.asyncDispose]();
      assert.deepEqual(await ending(name), end);
    });
  }
}

if (skip !== false) test('a sync is cut off at each of its requests', { skip }, () => undefined);
