// The official JavaScript client (@kubernetes/client-node) against the sandbox over HTTPS: typed and dynamic objects,
// server-side apply, watches and informers that live through a lost connection.

import assert from 'node:assert/strict';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type V1ConfigMap,
  Watch,
  makeInformer,
} from '@kubernetes/client-node';
import { Sandbox } from '../sandbox.ts';

let sandbox: Sandbox;
let config: KubeConfig;
let core: CoreV1Api;

before(async () => {
  sandbox = await Sandbox.start({ speed: 100 });
  config = new KubeConfig();
  config.loadFromString(sandbox.kubeconfig());
  core = config.makeApiClient(CoreV1Api);
});

after(async () => sandbox.close());

/** What is done on failure of a promise of the client: its error carries the server's Status. */
async function refusal(promise: Promise<unknown>): Promise<{ readonly code: number; readonly reason: string }> {
  try {
    await promise;
  } catch (error) {
    const { code, body } = error as { readonly code: number; readonly body: string };
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { readonly reason: string };
    return { code, reason: status.reason };
  }
  throw new Error('nothing was refused');
}

function configMap(name: string, value: string, resourceVersion?: string): V1ConfigMap {
  const metadata = { name, namespace: 'default', ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } };
}

/** Collects events until one of them passes. */
class Events<T> {
  readonly seen: T[] = [];
  #waiting: (() => void)[] = [];

  add(event: T): void {
    this.seen.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async until(wanted: T | ((event: T) => boolean)): Promise<T> {
    for (;;) {
      const found = this.seen.find((event) => (isTest(wanted) ? wanted(event) : event === wanted));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

function isTest<T>(wanted: T | ((event: T) => boolean)): wanted is (event: T) => boolean {
  return typeof wanted === 'function';
}

test('typed objects are created, read, listed, replaced, patched and deleted', async () => {
  const created = await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('typed', 'one') });
  assert.ok(created.metadata?.uid !== undefined && created.metadata.creationTimestamp instanceof Date);
  assert.deepEqual(
    await refusal(core.createNamespacedConfigMap({ namespace: 'default', body: configMap('typed', '') })),
    {
      code: 409,
      reason: 'AlreadyExists',
    },
  );
  const replaced = await core.replaceNamespacedConfigMap({
    name: 'typed',
    namespace: 'default',
    body: configMap('typed', 'two', created.metadata?.resourceVersion),
  });
  assert.equal(replaced.data?.['value'], 'two');
  const stale = core.replaceNamespacedConfigMap({ name: 'typed', namespace: 'default', body: created });
  assert.deepEqual(await refusal(stale), { code: 409, reason: 'Conflict' });
  const patched = await core.patchNamespacedConfigMap({
    name: 'typed',
    namespace: 'default',
    body: [{ op: 'add', path: '/data/more', value: 'three' }],
  });
  assert.deepEqual(patched.data, { value: 'two', more: 'three' });
  const list = await core.listNamespacedConfigMap({ namespace: 'default', fieldSelector: 'metadata.name=typed' });
  assert.deepEqual(
    list.items.map((item) => item.metadata?.name),
    ['typed'],
  );
  const status = await core.deleteNamespacedConfigMap({ name: 'typed', namespace: 'default' });
  assert.equal(status.status, 'Success');
  const gone = core.readNamespacedConfigMap({ name: 'typed', namespace: 'default' });
  assert.deepEqual(await refusal(gone), { code: 404, reason: 'NotFound' });
});

test('objects of any kind go through discovery: create, read, patches of every kind, list, delete', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  await objects.create(configMap('any', 'one'));
  const header = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'any', namespace: 'default' } };
  assert.equal(((await objects.read(header)) as V1ConfigMap).data?.['value'], 'one');
  const patch = async (data: Record<string, string | null>, strategy: PatchStrategy): Promise<unknown> =>
    (
      (await objects.patch(
        { ...header, data } as never,
        undefined,
        undefined,
        undefined,
        undefined,
        strategy,
      )) as V1ConfigMap
    ).data;
  assert.deepEqual(await patch({ a: '1' }, PatchStrategy.MergePatch), { value: 'one', a: '1' });
  assert.deepEqual(await patch({ b: '2', a: null }, PatchStrategy.StrategicMergePatch), { value: 'one', b: '2' });
  const replaced = (await objects.replace(configMap('any', 'two'))) as V1ConfigMap;
  assert.deepEqual(replaced.data, { value: 'two' });
  const { items } = await objects.list(
    'v1',
    'ConfigMap',
    'default',
    undefined,
    undefined,
    undefined,
    'metadata.name=any',
  );
  assert.equal(items.length, 1);
  await objects.delete(header);
  assert.equal((await refusal(objects.read(header))).code, 404);
  await assert.rejects(objects.read({ ...header, kind: 'Nothing' }), /Unrecognized API version and kind: v1 Nothing/);
});

test('server-side apply: owners, conflicts, force, and fields that go with their owner', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const apply = (manager: string, data: Record<string, string>, force?: boolean): Promise<V1ConfigMap> =>
    objects.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace: 'default' }, data } as never,
      undefined,
      undefined,
      manager,
      force,
      PatchStrategy.ServerSideApply,
    ) as Promise<V1ConfigMap>;
  await apply('ada', { a: '1', shared: 'ada' });
  assert.deepEqual(await refusal(apply('bob', { shared: 'bob' })), { code: 409, reason: 'Conflict' });
  assert.equal((await apply('bob', { shared: 'bob' }, true)).data?.['shared'], 'bob');
  const without = await apply('ada', {});
  assert.deepEqual(without.data, { shared: 'bob' });
  assert.deepEqual(
    without.metadata?.managedFields?.map(({ manager, operation }) => [manager, operation]),
    // An empty map is a field of its own, and still ada's.
    [
      ['ada', 'Apply'],
      ['bob', 'Apply'],
    ],
  );
});

test('custom resources, their status and scale', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  await objects.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.sea.example.com' },
    spec: {
      group: 'sea.example.com',
      scope: 'Namespaced',
      names: { kind: 'Boat', plural: 'boats' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', properties: { oars: { type: 'integer', minimum: 1 } } },
                status: { type: 'object', properties: { afloat: { type: 'boolean' } } },
              },
            },
          },
        },
      ],
    },
  } as never);
  const custom = config.makeApiClient(CustomObjectsApi);
  const at = { group: 'sea.example.com', version: 'v1', namespace: 'default', plural: 'boats' };
  const body = { apiVersion: 'sea.example.com/v1', kind: 'Boat', metadata: { name: 'one' }, spec: { oars: 2 } };
  await custom.createNamespacedCustomObject({ ...at, body });
  assert.equal(
    (
      await refusal(
        custom.createNamespacedCustomObject({ ...at, body: { ...body, metadata: { name: 'two' }, spec: { oars: 0 } } }),
      )
    ).code,
    422,
  );
  const status = [{ op: 'add', path: '/status', value: { afloat: true } }];
  const patched = (await custom.patchNamespacedCustomObjectStatus({ ...at, name: 'one', body: status })) as {
    readonly status: { readonly afloat: boolean };
  };
  assert.equal(patched.status.afloat, true);
  const list = (await custom.listNamespacedCustomObject(at)) as { readonly items: readonly unknown[] };
  assert.equal(list.items.length, 1);
});

test('a Deployment rolls out, is scaled, and its logs are read', async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const labels = { app: 'rolled' };
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: {
      metadata: { name: 'rolled' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'app:1' }] } },
      },
    },
  });
  const events = new Events<{ readonly phase: string; readonly ready: number | undefined }>();
  const watch = new Watch(config);
  const abort = await watch.watch(
    '/apis/apps/v1/namespaces/default/deployments',
    {},
    (phase, object: { readonly status?: { readonly readyReplicas?: number } }) =>
      events.add({ phase, ready: object.status?.readyReplicas }),
    () => undefined,
  );
  await events.until(({ ready }) => ready === 2);
  await apps.replaceNamespacedDeploymentScale({
    name: 'rolled',
    namespace: 'default',
    body: { metadata: { name: 'rolled', namespace: 'default' }, spec: { replicas: 3 } },
  });
  await events.until(({ ready }) => ready === 3);
  abort.abort();
  const pods = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=rolled' });
  assert.equal(pods.items.length, 3);
  const name = pods.items[0]?.metadata?.name ?? '';
  assert.equal(typeof (await core.readNamespacedPodLog({ name, namespace: 'default' })), 'string');
});

/** A line to the sandbox that can be cut. */
async function startLine(): Promise<{ readonly config: KubeConfig; cut(): void } & AsyncDisposable> {
  const target = new URL(sandbox.url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const through = new KubeConfig();
  through.loadFromString(sandbox.kubeconfig().replace(target.host, `127.0.0.1:${port}`));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    config: through,
    cut,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

test('an informer lists, follows, and goes on after its connection was cut', async () => {
  await using line = await startLine();
  await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('before', '1') });
  const far = line.config.makeApiClient(CoreV1Api);
  const informer = makeInformer(line.config, '/api/v1/namespaces/default/configmaps', () =>
    far.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const events = new Events<string>();
  const note =
    (verb: string) =>
    (object: V1ConfigMap): void =>
      events.add(`${verb} ${object.metadata?.name ?? ''} ${object.data?.['value'] ?? ''}`);
  informer.on('add', note('add'));
  informer.on('update', note('update'));
  informer.on('delete', note('delete'));
  await using stack = new AsyncDisposableStack();
  informer.on('error', () => {
    events.add('error');
    if (!stack.disposed) void informer.start();
  });
  stack.defer(() => informer.stop());
  const change = (value: string): Promise<unknown> =>
    core.patchNamespacedConfigMap({
      name: 'followed',
      namespace: 'default',
      body: [{ op: 'replace', path: '/data/value', value }],
    });
  await informer.start();
  await events.until('add before 1');
  await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('followed', '1') });
  await events.until('add followed 1');
  await change('2');
  await events.until('update followed 2');
  line.cut();
  await change('3');
  await events.until('update followed 3');
  await core.deleteNamespacedConfigMap({ name: 'followed', namespace: 'default' });
  await events.until('delete followed 3');
  const names = informer.list('default').map(({ metadata }) => metadata?.name);
  assert.ok(names.includes('before') && !names.includes('followed'), names.join());
});

test('a watch from a revision tells what came after it, and ends when it is told to', async () => {
  const { metadata } = await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('known', '1') });
  await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('later', '1') });
  const told = new Events<string>();
  const abort = await new Watch(config).watch(
    '/api/v1/namespaces/default/configmaps',
    { resourceVersion: metadata?.resourceVersion, timeoutSeconds: 300 },
    (phase, object: V1ConfigMap) => told.add(`${phase} ${object.metadata?.name ?? ''}`),
    () => told.add('end'),
  );
  await told.until('ADDED later');
  abort.abort();
  await told.until('end');
  assert.deepEqual(told.seen, ['ADDED later', 'end']);
});
