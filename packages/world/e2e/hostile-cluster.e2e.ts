// A cluster that turns bad: away, overloaded, forgetful, slow, full, closed by webhooks, with namespaces and definitions that go
// away. Nothing is lost and nothing is hurried; what is wrong is told in one sentence, and it goes on by itself.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  KubeUnreachable,
  type WatchLine,
  createKubeClient,
} from '@evenkeel/kube';
import { recordingTransport } from '@evenkeel/kube/testing';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { startWorld } from '@evenkeel/world';
import { startBed } from './bed.ts';
import { configMapYaml, jobYaml } from './manifests.ts';
import { at, conditionsOf, git, look, makeRepository, shopDirectory, shopUrl, textAt, untilTrue } from './story.ts';

/** What becomes of a request: an answer of somebody else, nothing at all ('hang'), or an error. */
type Fate = (request: KubeRequest) => KubeResponse | 'hang' | 'away' | undefined;

const fate: { send: Fate; watch: Fate } = { send: () => undefined, watch: () => undefined };

function mendFate(): void {
  fate.send = () => undefined;
  fate.watch = () => undefined;
}

/** A cluster whose requests meet their fate. */
function fateful(inner: KubeTransport): KubeTransport {
  const away = (): never => {
    throw new KubeUnreachable('https://10.0.0.1:6443: connection refused', { reason: 'refused' });
  };
  const hanging = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_resolve, reject) => {
      const end = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      if (signal?.aborted === true) end();
      signal?.addEventListener('abort', end);
    });
  return {
    endpoint: inner.endpoint,
    async send(request) {
      const met = fate.send(request);
      if (met === 'away') return away();
      if (met === 'hang') return hanging(request.signal);
      return met ?? inner.send(request);
    },
    async *watch(request): AsyncGenerator<WatchLine> {
      for (const met = fate.watch(request); met !== undefined;) {
        if (met === 'away') away();
        if (met === 'hang') await hanging(request.signal);
        if (typeof met === 'object') yield { type: 'ERROR', object: met.body as unknown as KubeObject };
        return;
      }
      for await (const line of inner.watch(request)) {
        if (fate.watch(request) === 'away') away();
        yield line;
      }
    },
    stream: (request) => inner.stream(request),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function status(
  code: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): KubeResponse {
  const body = { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message };
  return { status: code, headers, body };
}

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const repository = await makeRepository(shopDirectory);
stack.defer(() => rmSync(dirname(repository), { recursive: true, force: true }));
const bed = stack.use(await startBed());
const requests = recordingTransport(fateful(bed.transport));
const notices: string[] = [];
const world = stack.use(
  await startWorld({
    directory: repository,
    port: false,
    cluster: { transport: requests },
    onNotice: (sentence) => notices.push(sentence),
  }),
);
const client = createKubeClient(bed.transport);

async function typeOf(kind: string, group = ''): Promise<Parameters<typeof client.get>[0]> {
  client.discovery.invalidate();
  const type = await client.discovery.preferred({ group, kind });
  assert.ok(type, kind);
  return type;
}

async function push(files: Readonly<Record<string, string | undefined>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repository, path);
    if (text === undefined) rmSync(file, { recursive: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  await git(repository, ['add', '-A']);
  await git(repository, ['commit', '-q', '--allow-empty', '-m', 'change']);
  return (await git(repository, ['rev-parse', 'HEAD'])).trim();
}

const automatic: JsonObject = {
  automated: { prune: true, selfHeal: true },
  syncOptions: ['CreateNamespace=true'],
  retry: { limit: 5, backoff: { duration: '1s', maxDuration: '2s' } },
};

async function create(name: string, syncPolicy: JsonObject = automatic): Promise<void> {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: shopUrl, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy,
    },
  };
  await client.create(await typeOf('Application', 'argoproj.io'), object as unknown as KubeObject);
}

async function get(kind: string, group: string, namespace: string, name: string): Promise<KubeObject | undefined> {
  return client.get(await typeOf(kind, group), { namespace, name });
}

const app = (name: string): Promise<KubeObject | undefined> => get('Application', 'argoproj.io', 'argocd', name);
const pin = (namespace: string, name = 'pin'): Promise<KubeObject | undefined> => get('ConfigMap', '', namespace, name);

async function untilSynced(name: string): Promise<void> {
  const head = (await git(repository, ['rev-parse', 'HEAD'])).trim();
  await untilTrue(
    `${name} to be synced`,
    async () => {
      const found = await app(name);
      look([
        conditionsOf(found),
        at(found, 'status', 'sync', 'status'),
        at(found, 'status', 'operationState', 'message'),
      ]);
      const { sync } = (found?.['status'] ?? {}) as {
        readonly sync?: { readonly status?: string; readonly revision?: string };
      };
      return sync?.status === 'Synced' && sync.revision === head && conditionsOf(found) === '';
    },
    30_000,
  );
}

async function untilSays(name: string, says: RegExp, waitMs = 15_000): Promise<string> {
  return untilTrue(
    `${name} to say ${says.source}`,
    async () => {
      const found = await app(name);
      const said = `${conditionsOf(found)}\n${textAt(found, 'status', 'operationState', 'message')}`;
      return says.test(look(said)) && said;
    },
    waitMs,
  );
}

/** So many requests at most within some seconds. */
async function assertAtMost(most: number, seconds: number): Promise<void> {
  requests.clear();
  await sleep(seconds * 1000);
  const lines = requests.lines();
  assert.ok(lines.length <= most, `${lines.length} requests in ${seconds} s:\n${lines.slice(0, 60).join('\n')}`);
}

before(async () => {
  await push({ 'steady/pin.yaml': configMapYaml('pin') });
  await create('steady');
  await untilSynced('steady');
});

test('an API server that is away for a while', async () => {
  fate.send = () => 'away';
  fate.watch = () => 'away';
  await push({ 'steady/pin.yaml': configMapYaml('pin', {}, 'while away') });
  await sleep(1000);
  await assertAtMost(150, 5);
  mendFate();
  await untilSynced('steady');
  assert.equal(at(await pin('steady'), 'data', 'value'), 'while away');
});

const writesTo =
  (part: string): ((request: KubeRequest) => boolean) =>
  (request) =>
    request.method !== 'GET' && request.path.includes(part);

interface Trouble {
  readonly what: string;
  readonly fate: Fate;
  readonly says: RegExp;
}

const troubles: readonly Trouble[] = [
  {
    what: 'answers 429 with Retry-After to everything',
    fate: () => status(429, 'TooManyRequests', 'the server has received too many requests', { 'retry-after': '1' }),
    says: /./,
  },
  {
    what: 'answers 500 to everything',
    fate: () => status(500, 'InternalError', 'etcdserver: request timed out'),
    says: /./,
  },
  {
    what: 'answers 503 to writes of ConfigMaps',
    fate: (request) =>
      writesTo('/configmaps')(request)
        ? status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')
        : undefined,
    says: /unable to handle the request/,
  },
  {
    what: 'rejects ConfigMaps by a webhook',
    fate: (request) =>
      writesTo('/configmaps')(request)
        ? status(403, 'Forbidden', 'admission webhook "deny.example.com" denied the request: not today')
        : undefined,
    says: /admission webhook "deny\.example\.com" denied the request: not today/,
  },
  {
    what: 'has a quota that is used up',
    fate: (request) =>
      writesTo('/configmaps')(request)
        ? status(
            403,
            'Forbidden',
            'configmaps "pin" is forbidden: exceeded quota: small, requested: count/configmaps=1, used: count/configmaps=3, limited: count/configmaps=3',
          )
        : undefined,
    says: /exceeded quota: small/,
  },
  {
    what: 'answers with what is no JSON object',
    fate: (request) =>
      writesTo('/configmaps')(request)
        ? {
            status: 502,
            headers: { 'content-type': 'text/html' },
            body: '<html>Bad Gateway</html>' as unknown as JsonObject,
          }
        : undefined,
    says: /502|Bad Gateway|configmaps/i,
  },
];

for (const [index, { what, fate: met, says }] of troubles.entries()) {
  test(`an API server that ${what}: told, not hurried, and made up for`, async () => {
    fate.send = met;
    await push({ 'steady/pin.yaml': configMapYaml('pin', {}, `trouble ${index}`) });
    if (says.source !== '.') {
      const said = await untilSays('steady', says);
      assert.ok(said.trim().split('\n').length <= 2, said);
    } else await sleep(2000);
    await assertAtMost(120, 5);
    mendFate();
    const metadata = { annotations: { 'argocd.argoproj.io/refresh': 'normal' } };
    await client.patch(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name: 'steady' }, 'merge', {
      metadata,
    });
    await untilTrue(
      'the change',
      async () => at(look(await pin('steady')), 'data', 'value') === `trouble ${index}`,
      70_000,
    );
    await untilSynced('steady');
  });
}

test('a kind that the server fails to list is named by those who need it, and by nobody else', async () => {
  fate.send = (request) =>
    request.method === 'GET' && request.path.endsWith('/cronjobs')
      ? status(500, 'InternalError', 'conversion webhook for batch/v1, Kind=CronJob failed: connection refused')
      : undefined;
  await push({
    'unlisted/cron.yaml':
      'apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: "0 0 * * *"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: registry.example.com/a:v1}]}}}}\n',
    'steady/pin.yaml': configMapYaml('pin', {}, 'beside'),
  });
  await create('unlisted');
  const said = await untilSays('unlisted', /conversion webhook .* failed/);
  assert.match(
    said,
    /^ComparisonError: Failed to load live state: .*failed to load initial state of resource CronJob\.batch: /,
  );
  assert.equal(said.trim().split('\n').length, 1, said);
  await untilSynced('steady');
  await assertAtMost(60, 5);
  mendFate();
  await untilSynced('unlisted');
});

test('watches that expire again and again', async () => {
  fate.watch = () => status(410, 'Expired', 'too old resource version');
  fate.send = () => undefined;
  await sleep(500);
  await assertAtMost(400, 5);
  mendFate();
  await push({ 'steady/pin.yaml': configMapYaml('pin', {}, 'after expiry') });
  await untilSynced('steady');
  await client.patch(await typeOf('ConfigMap'), { namespace: 'steady', name: 'pin' }, 'merge', {
    data: { value: 'by hand' },
  });
  await untilTrue('the healing', async () => at(await pin('steady'), 'data', 'value') === 'after expiry', 30_000);
});

test('writes that are met by conflicts', async () => {
  let left = 5;
  fate.send = (request) => {
    if (left === 0 || request.method === 'GET' || !request.path.includes('/steady')) return undefined;
    left -= 1;
    return status(
      409,
      'Conflict',
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  };
  await push({ 'steady/pin.yaml': configMapYaml('pin', {}, 'after conflicts') });
  await untilTrue('the change', async () => at(await pin('steady'), 'data', 'value') === 'after conflicts', 30_000);
  mendFate();
  await untilSynced('steady');
});

test('a write that hangs is ended by whoever terminates the sync, and the next one goes through', async () => {
  fate.send = (request) =>
    writesTo('/namespaces/steady/configmaps')(request) && request.query?.['dryRun'] === undefined ? 'hang' : undefined;
  await push({ 'steady/pin.yaml': configMapYaml('pin', {}, 'hung') });
  await untilTrue(
    'the sync to run',
    async () => look(textAt(await app('steady'), 'status', 'operationState', 'phase')) === 'Running',
    15_000,
  );
  await assertAtMost(20, 3);
  const key = 'argo/argocd/steady';
  world.deliveries.terminate(key, 'Operation terminated');
  await untilTrue(
    'its end',
    async () => ['Failed', 'Error'].includes(look(textAt(await app('steady'), 'status', 'operationState', 'phase'))),
    15_000,
  );
  mendFate();
  await push({ 'steady/pin.yaml': configMapYaml('pin', {}, 'free') });
  await untilSynced('steady');
  assert.equal(at(await pin('steady'), 'data', 'value'), 'free');
});

test('a namespace that is being terminated', async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ending' } };
  await client.create(await typeOf('Namespace'), namespace);
  const holder = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'holder', namespace: 'ending', finalizers: ['example.com/hold'] },
  };
  await client.create(await typeOf('ConfigMap'), holder);
  await client.delete(await typeOf('Namespace'), { name: 'ending' });
  await push({ 'ending/pin.yaml': configMapYaml('pin') });
  await create('ending');
  await untilSays('ending', /because it is being terminated/);
  await assertAtMost(30, 3);
  await client.patch(await typeOf('ConfigMap'), { namespace: 'ending', name: 'holder' }, 'merge', {
    metadata: { finalizers: null },
  });
  await untilTrue('the pin', async () => (await pin('ending')) !== undefined, 60_000);
  await untilSynced('ending');
});

const lamps = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: lanterns.hostile.example.com
spec:
  group: hostile.example.com
  scope: Namespaced
  names: {plural: lanterns, singular: lantern, kind: Lantern, listKind: LanternList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

test('a definition that goes away while its objects are tracked, and comes back', async () => {
  const { objectsOf } = await import('./story.ts');
  const [definition] = objectsOf(lamps);
  assert.ok(definition);
  const definitions = await typeOf('CustomResourceDefinition', 'apiextensions.k8s.io');
  await client.create(definitions, definition);
  await push({
    'lit/lamp.yaml': 'apiVersion: hostile.example.com/v1\nkind: Lantern\nmetadata:\n  name: one\nspec: {watts: 7}\n',
    'lit/pin.yaml': configMapYaml('pin'),
  });
  await create('lit');
  await untilSynced('lit');
  const before = (await pin('lit'))?.metadata.uid;
  await client.delete(definitions, { name: 'lanterns.hostile.example.com' });
  await untilSays('lit', /the cluster serves no kind "Lantern"|could not find/);
  await assertAtMost(60, 5);
  assert.equal((await pin('lit'))?.metadata.uid, before);
  await client.create(definitions, definition);
  await untilSynced('lit');
  assert.ok(await get('Lantern', 'hostile.example.com', 'lit', 'one'));
});

test('fields that cannot be changed', async () => {
  await push({
    'fixed/job.yaml': jobYaml('once', {}),
    'fixed/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports: [{port: 80}]\n',
  });
  await create('fixed');
  await untilSynced('fixed');
  const uid = (await get('Job', 'batch', 'fixed', 'once'))?.metadata.uid;
  await push({
    'fixed/job.yaml': jobYaml('once', {}, { image: 'registry.example.com/shop/other:v2' }),
    'fixed/service.yaml':
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  clusterIP: 10.255.255.254\n  ports: [{port: 80}]\n',
  });
  await untilSays('fixed', /immutable|may not change/);
  await assertAtMost(60, 5);
  assert.equal((await get('Job', 'batch', 'fixed', 'once'))?.metadata.uid, uid);
  await push({
    'fixed/job.yaml': jobYaml('once', {}),
    'fixed/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports: [{port: 80}]\n',
  });
  await untilSynced('fixed');
});

test('what is pruned and held by a finalizer is told, and nothing is hurried', async () => {
  await push({ 'held/pin.yaml': configMapYaml('pin'), 'held/other.yaml': configMapYaml('other') });
  await create('held');
  await untilSynced('held');
  await client.patch(await typeOf('ConfigMap'), { namespace: 'held', name: 'other' }, 'merge', {
    metadata: { finalizers: ['example.com/hold'] },
  });
  await push({ 'held/other.yaml': undefined });
  await untilTrue(
    'its end to begin',
    async () => (await pin('held', 'other'))?.metadata.deletionTimestamp !== undefined,
    20_000,
  );
  await sleep(1000);
  await assertAtMost(15, 5);
  await client.patch(await typeOf('ConfigMap'), { namespace: 'held', name: 'other' }, 'merge', {
    metadata: { finalizers: null },
  });
  await untilSynced('held');
});

test('an object of nearly a megabyte', async () => {
  await push({ 'large/large.yaml': configMapYaml('large', {}, 'x'.repeat(900_000)) });
  await create('large');
  await untilSynced('large');
  assert.ok(JSON.stringify((await app('large'))?.['status']).length < 10_000);
  await sleep(2000);
  await assertAtMost(2, 3);
});

test('nothing broke inside', () => {
  const internal = /Cannot read|is not a function|is not iterable|Maximum call|undefined/;
  assert.deepEqual(
    notices.filter((sentence) => internal.test(sentence)),
    [],
  );
});
