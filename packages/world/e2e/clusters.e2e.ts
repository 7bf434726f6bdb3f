// Many clusters: a sandbox and a real kube-apiserver beside the one the system runs on. One is killed and comes back; the
// others do not notice, and nothing is deleted anywhere.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type KubeClient, createHttpTransport, createKubeClient, loadKubeconfig } from '@evenkeel/kube';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '@evenkeel/sandbox';
import { applicationYaml, automatic, configMapYaml } from './manifests.ts';
import { type Ended, at, conditionsOf, look, startStory, succeed } from './story.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const story = stack.use(await startStory());
const directory = join(tmpdir(), `evenkeel-clusters-${process.pid}`);
const kubeconfig = `${directory}.kubeconfig`;
const stateFile = `${directory}.db`;
stack.defer(() => {
  for (const file of [kubeconfig, stateFile, `${stateFile}-wal`, `${stateFile}-shm`]) rmSync(file, { force: true });
});

let edge = await Sandbox.start({ stateFile, listen: {}, speed: 50 });
stack.defer(() => edge.close());
const edgeUrl = edge.url;
const missing = referenceClusterMissing();
const real = missing === undefined ? stack.use(await startReferenceCluster()) : undefined;

const inNamespace = { syncPolicy: automatic };
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;
const cascade = 'resources-finalizer.argocd.argoproj.io';
const kustomize = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [pin.yaml]\n';

await story.push({ 'pins/pin.yaml': configMapYaml('pin'), 'pins/kustomization.yaml': kustomize });

/** An Application whose destination is another cluster. */
function abroad(name: string, destination: string, more: { readonly finalizer?: string } = {}): string {
  const manifest = applicationYaml({ name, path: 'pins', namespace: name, ...inNamespace, ...more });
  return manifest.replace('server: https://kubernetes.default.svc', destination);
}

async function clientOf(file: string): Promise<KubeClient> {
  const transport = stack.use(createHttpTransport(await loadKubeconfig({ files: [file] })));
  return createKubeClient(transport);
}

async function pin(client: KubeClient, namespace: string): Promise<KubeObject | undefined> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  return type && client.get(type, { namespace, name: 'pin' });
}

async function listClusters(): Promise<readonly Record<string, never>[]> {
  return JSON.parse(succeed(await story.evenkeel(['cluster', 'list', '-o', 'json']), 'cluster list')) as never;
}

writeFileSync(kubeconfig, edge.kubeconfig(), { mode: 0o600 });
const edgeClient = await clientOf(kubeconfig);
const context = (await loadKubeconfig({ files: [kubeconfig] })).context;

test('a cluster is added from a kubeconfig context, with a service account of its own', async () => {
  const flags = ['--kubeconfig', kubeconfig, '--name', 'edge', '--label', 'tier=edge', '-y'];
  const added = await story.evenkeel(['cluster', 'add', context, ...flags]);
  assert.match(succeed(added, 'cluster add'), new RegExp(`Cluster '${edgeUrl}' added`));
  assert.match(added.err, /ServiceAccount "argocd-manager" created in namespace "kube-system"/);
  const table = succeed(await story.evenkeel(['cluster', 'list']), 'cluster list');
  assert.match(table, /^SERVER +NAME +VERSION +STATUS +MESSAGE +PROJECT$/m);
  assert.match(
    table,
    new RegExp(`^${edgeUrl} +edge +Unknown +Cluster has no applications and is not being monitored\\.$`, 'm'),
  );
});

test('Applications go to it by name and by server', async () => {
  await story.apply(applicationYaml({ name: 'near', path: 'pins', namespace: 'near', ...inNamespace }));
  await story.apply(abroad('by-name', 'name: edge', { finalizer: cascade }));
  await story.apply(abroad('by-server', `server: ${edgeUrl}/`));
  await story.apply(abroad('leaver', 'name: edge', { finalizer: cascade }));
  for (const name of ['near', 'by-name', 'by-server', 'leaver']) await story.untilApp(name, 'Synced', 'Healthy');
  assert.deepEqual((await pin(edgeClient, 'by-name'))?.['data'], { value: 'one' });
  assert.ok(await pin(edgeClient, 'by-server'));
  assert.equal(await story.get('configmap/by-name/pin'), undefined);
});

test('its figures are told', async () => {
  const cluster = await story.until('the figures', async () => {
    const found = look((await listClusters()).find(({ name }) => name === 'edge'));
    return (at(found, 'info', 'applicationsCount') as unknown) === 3 ? found : undefined;
  });
  assert.equal(at(cluster, 'info', 'connectionState', 'status'), 'Successful');
  assert.match(String(at(cluster, 'info', 'serverVersion')), /^1\.\d+/);
  assert.ok(Number(at(cluster, 'info', 'cacheInfo', 'resourcesCount')) >= 2);
  assert.deepEqual(at(cluster, 'labels'), { tier: 'edge' });
  assert.doesNotMatch(JSON.stringify(cluster), /bearerToken|keyData/);
  assert.match(succeed(await story.evenkeel(['cluster', 'get', 'edge']), 'get'), /Server Name: +edge/);
  assert.match(succeed(await story.evenkeel(['cluster', 'get', edgeUrl]), 'get'), /Server Name: +edge/);
});

test('a real API server by its Secret, as Argo CD writes it', { skip: missing ?? false }, async () => {
  const { config } = real ?? {};
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'real', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    stringData: {
      name: 'real',
      server: config?.server,
      config: JSON.stringify({
        bearerToken: config?.user.token,
        tlsClientConfig: { caData: Buffer.from(config?.certificateAuthority ?? '').toString('base64') },
      }),
    },
  };
  await story.apply(JSON.stringify(secret));
  await story.apply(abroad('on-real', 'name: real'));
  await story.untilApp('on-real', 'Synced', 'Healthy');
  assert.ok(await pin(await clientOf(real?.kubeconfig ?? ''), 'on-real'));
});

test('two names, or none that is known, are refused in upstream’s words', async () => {
  await story.apply(abroad('nowhere', 'name: mars'));
  await story.until('the refusal', async () =>
    look(conditionsOf(await story.get(app('nowhere')))).includes('there are no clusters with this name: mars'),
  );
  await story.apply(abroad('nowhere', `name: edge\n    server: ${edgeUrl}`));
  await story.until('the refusal', async () =>
    look(conditionsOf(await story.get(app('nowhere')))).includes(
      `application destination can't have both name and server defined: edge ${edgeUrl}`,
    ),
  );
  succeed(await story.kubectl(['delete', 'application', 'nowhere', '-n', 'argocd']), 'delete');
});

test('a cluster that is gone: its Applications are Unknown with one sentence, the others go on', async () => {
  await edge.close();
  const lost = await story.until('the loss', async () => {
    const found = await story.get(app('by-name'));
    look(found?.['status']);
    return at(found, 'status', 'sync', 'status') === 'Unknown' ? found : undefined;
  });
  assert.equal(at(lost, 'status', 'health', 'status'), 'Unknown');
  assert.match(
    conditionsOf(lost),
    new RegExp(
      `^ComparisonError: Failed to load live state: failed to get cluster info for "${edgeUrl}": .*connection refused`,
    ),
  );
  assert.equal((at(lost, 'status', 'resources') as unknown as readonly unknown[]).length, 1, 'nothing is forgotten');
  const commit = await story.push({ 'pins/pin.yaml': configMapYaml('pin', {}, 'two') });
  await story.untilApp('near', 'Synced', 'Healthy');
  if (real) await story.untilApp('on-real', 'Synced', 'Healthy');
  assert.equal(at(await story.get('configmap/near/pin'), 'data', 'value'), 'two', commit);
  const table = succeed(await story.evenkeel(['cluster', 'list']), 'cluster list');
  assert.match(table, new RegExp(`^${edgeUrl} +edge +\\S+ +Failed +.*connection refused`, 'm'));
});

test('an Application on it that is deleted meanwhile stays, and says why', async () => {
  succeed(await story.kubectl(['delete', 'application', 'leaver', '-n', 'argocd', '--wait=false']), 'delete');
  await story.until('the reason', async () =>
    look(conditionsOf(await story.get(app('leaver')))).includes(
      `DeletionError: Failed to load live state: failed to get cluster info for "${edgeUrl}"`,
    ),
  );
});

test('it comes back, and what is on it follows, with nothing made anew', async () => {
  edge = await Sandbox.start({ stateFile, listen: { port: Number(new URL(edgeUrl).port) }, speed: 50 });
  const before = await pin(edgeClient, 'by-name');
  assert.deepEqual(before?.['data'], { value: 'one' });
  await story.until('by-name to follow', async () => {
    const found = look(await story.get(app('by-name')));
    return at(found, 'status', 'sync', 'status') === 'Synced' && conditionsOf(found) === '' ? found : undefined;
  });
  const followed = await story.until('the change to be there', async () => {
    const found = await pin(edgeClient, 'by-name');
    return (found?.['data'] as { value?: string } | undefined)?.value === 'two' ? found : undefined;
  });
  assert.equal(followed.metadata.uid, before?.metadata.uid);
  await story.until('the deleted Application to go', async () => (await story.get(app('leaver'))) === undefined);
  assert.equal(await pin(edgeClient, 'leaver'), undefined);
});

test('destinationServiceAccounts: syncs act as a service account there, which may do what it may', async () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' } };
  const data = { 'application.sync.impersonation.enabled': 'true' };
  const flags = ['-s', '*', '-d', '*,*', '--allow-cluster-resource', '*/*'];
  succeed(await story.evenkeel(['proj', 'create', 'acting', ...flags]), 'create');
  const there = (args: readonly string[]): Promise<Ended> => story.kubectl(args, { env: { KUBECONFIG: kubeconfig } });
  succeed(await there(['create', 'namespace', 'acting']), 'namespace');
  await story.apply(JSON.stringify({ ...config, data }));
  const manifest = abroad('acting', 'name: edge').replace('project: default', 'project: acting');
  await story.apply(manifest.replace(/\n *syncOptions:\n.*CreateNamespace=true/, ''));
  const message = async (): Promise<string> => {
    const state = at(await story.get(app('acting')), 'status', 'operationState');
    return JSON.stringify(look(state ?? ''));
  };
  await story.until('nobody to act as', async () =>
    (await message()).includes(
      `no matching service account found for destination server ${edgeUrl} and namespace acting`,
    ),
  );
  assert.equal(await pin(edgeClient, 'acting'), undefined);
  succeed(await there(['create', 'serviceaccount', 'deployer', '-n', 'acting']), 'serviceaccount');
  const account = ['acting', '*', 'acting', 'deployer'];
  succeed(await story.evenkeel(['proj', 'add-destination-service-account', ...account]), 'add');
  await story.until('it to be forbidden', async () =>
    (await message()).includes('system:serviceaccount:acting:deployer'),
  );
  assert.equal(await pin(edgeClient, 'acting'), undefined);
  const grant = ['--clusterrole=edit', '--serviceaccount=acting:deployer', '-n', 'acting'];
  succeed(await there(['create', 'rolebinding', 'deployer', ...grant]), 'rolebinding');
  const patch = '{"operation":{"sync":{}}}';
  succeed(
    await story.kubectl(['patch', 'application', 'acting', '-n', 'argocd', '--type=merge', '-p', patch]),
    'patch',
  );
  await story.untilApp('acting', 'Synced', 'Healthy');
  assert.ok(await pin(edgeClient, 'acting'));
  await story.apply(JSON.stringify({ ...config, data: {} }));
});

test('only some namespaces of a cluster', async () => {
  const set = (...flags: readonly string[]): Promise<Ended> => story.evenkeel(['cluster', 'set', 'edge', ...flags]);
  succeed(await set('--namespace', 'by-server', '--label', 'tier=narrow'), 'cluster set');
  await story.until('the other namespace to be out of bounds', async () =>
    look(conditionsOf(await story.get(app('by-name')))).includes(
      'namespace "by-name" for ConfigMap "pin" is not managed',
    ),
  );
  assert.ok(await pin(edgeClient, 'by-name'), 'what may not be touched is not deleted');
  await story.untilApp('by-server', 'Synced', 'Healthy');
  const cluster = (await listClusters()).find(({ name }) => String(name) === 'edge');
  assert.deepEqual([at(cluster, 'labels'), at(cluster, 'namespaces')], [{ tier: 'narrow' }, ['by-server']]);
  succeed(await set('--namespace', '*'), 'cluster set');
  await story.untilApp('by-name', 'Synced', 'Healthy');
  assert.match(succeed(await set(), 'cluster set'), /Specify the cluster field to be updated/);
});

test('a Secret that cannot be read any more is named, and an Application that is deleted meanwhile keeps what it has to delete', async () => {
  await story.apply(abroad('torn', 'name: edge', { finalizer: cascade }));
  await story.untilApp('torn', 'Synced', 'Healthy');
  const ofClusters = ['get', 'secret', '-n', 'argocd', '-l', 'argocd.argoproj.io/secret-type=cluster', '-o', 'json'];
  const { items } = JSON.parse(succeed(await story.kubectl(ofClusters), 'get')) as { readonly items: KubeObject[] };
  const decoded = (value: unknown): string => Buffer.from(String(value), 'base64').toString();
  const secret = items.find((each) => decoded(at(each, 'data', 'name')) === 'edge');
  assert.ok(secret);
  const name = secret.metadata.name ?? '';
  const config = async (text: string): Promise<void> => {
    const patch = JSON.stringify({ stringData: { config: text } });
    succeed(await story.kubectl(['patch', 'secret', name, '-n', 'argocd', '--type=merge', '-p', patch]), 'patch');
  };
  await config('{"proxyUrl": 5}');
  const sentence = `there are no clusters with this name: edge (cluster Secret "${name}": failed to unmarshal cluster config: config.proxyUrl`;
  await story.until('the Secret to be named', async () =>
    look(conditionsOf(await story.get(app('torn')))).includes(sentence),
  );
  assert.match(succeed(await story.evenkeel(['cluster', 'list']), 'cluster list'), /in-cluster +1\.\d+\S* +Successful/);
  succeed(await story.kubectl(['delete', 'application', 'torn', '-n', 'argocd', '--wait=false']), 'delete');
  await story.until('the reason', async () =>
    look(conditionsOf(await story.get(app('torn')))).includes(`DeletionError: ${sentence}`),
  );
  assert.ok(await pin(edgeClient, 'torn'));
  await config(decoded(at(secret, 'data', 'config')));
  await story.until('the Application to go', async () => (await story.get(app('torn'))) === undefined);
  assert.equal(await pin(edgeClient, 'torn'), undefined);
});

test('a cluster that is forgotten keeps what it holds, and Applications on it can go', async () => {
  succeed(await story.evenkeel(['cluster', 'rm', 'edge', '--kubeconfig', kubeconfig, '-y']), 'cluster rm');
  await story.until('the refusal', async () =>
    look(conditionsOf(await story.get(app('by-name')))).includes('there are no clusters with this name: edge'),
  );
  succeed(await story.kubectl(['delete', 'application', 'by-name', '-n', 'argocd', '--wait=false']), 'delete');
  await story.until('the Application to go', async () => (await story.get(app('by-name'))) === undefined);
  assert.ok(await pin(edgeClient, 'by-name'));
  assert.deepEqual(
    (await listClusters()).map(({ name }) => String(name)).toSorted(),
    real ? ['in-cluster', 'real'] : ['in-cluster'],
  );
});
