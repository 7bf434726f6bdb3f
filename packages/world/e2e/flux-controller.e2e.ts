// Flux's own kustomize-controller, unmodified, as a process beside ours on the same cluster: fed by the artifacts that our
// GitRepository controller serves, it reconciles a repository, and Kustomizations change hands between it and us.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { referenceToolsDirectory } from '@evenkeel/kube/reference';
import { configMapYaml, deploymentYaml, indent } from './manifests.ts';
import {
  type RefText,
  type Story,
  at,
  conditionOf,
  git,
  look,
  startStory,
  succeed,
  textAt,
  untilTrue,
} from './story.ts';

const binary = join(referenceToolsDirectory, 'kustomize-controller');
const skip = existsSync(binary) ? false : `${binary} is not there; tools/go/build.sh --cluster builds it`;

/**
 * Leader election asks for the namespace where pods find it; in a mount namespace of its own a process has such a file
 * without one being left on this machine.
 */
const script = `mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io/serviceaccount &&
printf flux-system > /var/run/secrets/kubernetes.io/serviceaccount/namespace && exec "$0" "$@"`;
const inPod = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script];
const noPod = spawnSync(inPod[0] ?? '', [...inPod.slice(1), 'true']).status === 0 ? false : 'no mount namespaces here';

/** The label by which Flux's users shard: resources that carry it are theirs, all others ours. */
const shard = 'sharding.fluxcd.io/key';
const owner = 'kustomize.toolkit.fluxcd.io';
/** The original polls: dependencies every second here, health every five. */
const patienceMs = 30_000;

let story: Story;
let theirs: Foreign | undefined;

before(async () => {
  if (skip !== false) return;
  story = await startStory({ artifacts: {}, fluxLabelSelector: `!${shard}` });
  await story.apply(['OCIRepository', 'Bucket'].map(definitionYaml).join('---\n'));
  theirs = startForeign(story.kubeconfig, []);
  const yaml = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: shop, namespace: flux-system }
spec:
  interval: 1h
  url: https://git.example.com/shop/infra.git
  ref: { branch: main }
  ignore: |
    /notes
    *.md
`;
  await story.push({
    'web/one.yaml': deploymentYaml('web'),
    'web/two.yaml': configMapYaml('two'),
    'web/README.md': '#',
  });
  await story.apply(`apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n${yaml}`);
});

after(async () => {
  await theirs?.end();
  await story?.[Symbol.asyncDispose]();
});

/** The original watches every kind of source, also where nobody has any. */
function definitionYaml(kind: string): string {
  const plural = kind === 'Bucket' ? 'buckets' : 'ocirepositories';
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.source.toolkit.fluxcd.io }
spec:
  group: source.toolkit.fluxcd.io
  scope: Namespaced
  names: { kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${kind.toLowerCase()} }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
      subresources: { status: {} }
`;
}

/** The names in a tar, in order. */
function tarNames(tar: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 0; tar[at] !== 0 && at < tar.length;) {
    names.push(tar.toString('latin1', at, tar.indexOf(0, at)));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return names;
}

interface Foreign {
  readonly log: () => string;
  end(): Promise<void>;
}

/** Starts the original on what carries the shard's label. */
function startForeign(kubeconfig: string, flags: readonly string[], wrapper: readonly string[] = []): Foreign {
  const command = [...wrapper, binary, `--watch-label-selector=${shard}=flux`];
  const child: ChildProcess = spawn(
    command[0] ?? binary,
    [
      ...command.slice(1),
      '--metrics-addr=127.0.0.1:0',
      '--health-addr=127.0.0.1:0',
      '--requeue-dependency=1s',
      '--interval-jitter-percentage=0',
      '--log-level=debug',
      ...flags,
    ],
    {
      env: { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  const note = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  return {
    log: () => text,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function kustomizationYaml(name: string, path: string, spec = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
  labels: { ${shard}: flux }
spec:
  interval: 1h
  retryInterval: 1s
  timeout: 1m
  path: ./${path}
  prune: true
  targetNamespace: shop
  sourceRef: { kind: GitRepository, name: shop }
${indent(spec, 2)}`;
}

const kustomization = (name: string): RefText => `kustomization.kustomize.toolkit.fluxcd.io/flux-system/${name}`;
const repository = 'gitrepository.source.toolkit.fluxcd.io/flux-system/shop';
const web = 'deployment.apps/shop/web';

async function head(): Promise<string> {
  return (await git(story.clone, ['rev-parse', 'HEAD'])).trim();
}

/** Waits until a Kustomization is Ready (or not) at the newest commit. */
async function untilReady(name: string, status: 'True' | 'False', message = /^/): Promise<unknown> {
  const commit = await head();
  const what = `${name} to be Ready ${status}`;
  const ready = async (): Promise<unknown> => {
    const found = look(await story.get(kustomization(name)));
    const condition = conditionOf(found, 'Ready');
    const current = status === 'False' || textAt(found, 'status', 'lastAppliedRevision').endsWith(commit);
    return condition?.status === status && current && message.test(condition.message) && found;
  };
  try {
    return await untilTrue(what, ready, patienceMs);
  } catch (error) {
    throw new Error(`${what}; the original says:\n${theirs?.log().slice(-6000) ?? ''}`, { cause: error });
  }
}

/** Gives a Kustomization to the other side. */
async function handOver(name: string, to: 'flux' | 'evenkeel'): Promise<void> {
  const label = to === 'flux' ? `${shard}=flux` : `${shard}-`;
  succeed(await story.kubectl(['label', '--overwrite', '-n', 'flux-system', `kustomization/${name}`, label]), 'label');
}

async function uidOf(ref: RefText): Promise<string> {
  return textAt(await story.get(ref), 'metadata', 'uid');
}

/** Who owns fields of an object by which operation, in order. */
async function managersOf(ref: RefText): Promise<readonly string[]> {
  const fields = (await story.get(ref))?.metadata.managedFields ?? [];
  return fields.map(({ manager, operation, subresource = '' }) => `${manager}/${operation}/${subresource}`).sort();
}

/** The original writes status under another name than what it applies; so do we. */
function statusManagerOf(object: unknown): string | undefined {
  const fields = (at(object, 'metadata', 'managedFields') ?? []) as readonly {
    manager: string;
    subresource?: string;
  }[];
  return fields.find(({ subresource }) => subresource === 'status')?.manager;
}

test('the artifact is served as the status says, without what is ignored', { skip }, async () => {
  const commit = await head();
  const source = await untilTrue(
    'the artifact',
    async () => {
      const found = look(await story.get(repository));
      return textAt(found, 'status', 'artifact', 'revision').endsWith(commit) && found;
    },
    patienceMs,
  );
  const artifact = at(source, 'status', 'artifact') as Readonly<Record<string, string | number>>;
  const path = `gitrepository/flux-system/shop/${commit}.tar.gz`;
  assert.equal(artifact['path'], path);
  assert.equal(artifact['revision'], `main@sha1:${commit}`);
  assert.ok(String(artifact['url']).endsWith(`/${path}`));
  const fetched = Buffer.from(await (await fetch(String(artifact['url']))).arrayBuffer());
  assert.equal(artifact['digest'], `sha256:${createHash('sha256').update(fetched).digest('hex')}`);
  assert.equal(artifact['size'], fetched.length);
  const names = tarNames(gunzipSync(fetched));
  assert.deepEqual(names.slice(0, 3), ['.', 'basket', 'basket/deployment.yaml']);
  assert.deepEqual(
    names.filter((name) => /^(web|notes)/.test(name)),
    ['web', 'web/one.yaml', 'web/two.yaml'],
  );
  assert.equal(conditionOf(source, 'ArtifactInStorage')?.status, 'True');
  assert.equal(conditionOf(source, 'Reconciling'), undefined);
  assert.equal(at(source, 'status', 'observedIgnore'), '/notes\n*.md\n');
});

test('the original reconciles the repository to Ready', { skip }, async () => {
  await story.apply(kustomizationYaml('web', 'web'));
  const found = await untilReady('web', 'True', /^Applied revision: main@sha1:/);
  assert.deepEqual(at(found, 'status', 'inventory', 'entries'), [
    { id: 'shop_two__ConfigMap', v: 'v1' },
    { id: 'shop_web_apps_Deployment', v: 'v1' },
  ]);
  assert.equal(textAt(await story.get(web), 'metadata', 'labels', `${owner}/name`), 'web');
  assert.ok((await managersOf(web)).includes('kustomize-controller/Apply/'));
  assert.equal(statusManagerOf(found), 'gotk-kustomize-controller');
});

test('it applies a change, prunes what is gone, and undoes drift', { skip }, async () => {
  await story.push({ 'web/one.yaml': deploymentYaml('web', {}, 'v2'), 'web/two.yaml': undefined });
  const found = await untilReady('web', 'True');
  assert.match(textAt(await story.get(web), 'spec', 'template', 'spec', 'containers', 0, 'image'), /:v2$/);
  assert.equal(await story.get('configmap/shop/two'), undefined);
  assert.deepEqual(at(found, 'status', 'inventory', 'entries'), [{ id: 'shop_web_apps_Deployment', v: 'v1' }]);
  succeed(await story.kubectl(['scale', 'deployment/web', '-n', 'shop', '--replicas=5']), 'scale');
  const now = `reconcile.fluxcd.io/requestedAt=${commitTime()}`;
  succeed(await story.kubectl(['annotate', '-n', 'flux-system', 'kustomization/web', '--overwrite', now]), 'annotate');
  await untilTrue('one replica', async () => look(at(await story.get(web), 'spec', 'replicas')) === 1, patienceMs);
});

/** A token that no earlier request carried. */
function commitTime(): string {
  return `test-${performance.now()}`;
}

test('it waits for dependencies and for health', { skip }, async () => {
  const slow = deploymentYaml('slow').replace(
    '    metadata:\n      labels:',
    '    metadata:\n      annotations: { sandbox.evenkeel.dev/never-ready: "true" }\n      labels:',
  );
  await story.push({ 'slow/slow.yaml': slow, 'next/next.yaml': configMapYaml('next') });
  await story.apply(kustomizationYaml('next', 'next', 'dependsOn: [{ name: slow }]\n'));
  await untilReady('next', 'False', /not found|not ready/);
  await story.apply(kustomizationYaml('slow', 'slow', 'wait: true\n'));
  await untilTrue(
    'the health check',
    async () =>
      /health checks/.test(conditionOf(look(await story.get(kustomization('slow'))), 'Reconciling')?.message ?? ''),
    patienceMs,
  );
  assert.equal(await story.get('configmap/shop/next'), undefined);
  const patch = '[{"op":"remove","path":"/spec/template/metadata/annotations"}]';
  succeed(await story.kubectl(['patch', 'deployment/slow', '-n', 'shop', '--type=json', '-p', patch]), 'patch');
  await untilReady('slow', 'True');
  await untilReady('next', 'True');
});

test('handed over to us, nothing is recreated or written, and the next commit is ours', { skip }, async () => {
  const before = await story.get(web);
  const inventory = at(await story.get(kustomization('web')), 'status', 'inventory');
  const managers = await managersOf(web);
  await handOver('web', 'evenkeel');
  await story.until('us to look after it', async () => (await story.app('flux/flux-system/web')).sync === 'synced');
  await untilReady('web', 'True');
  const live = await story.get(web);
  assert.equal(live?.metadata.uid, before?.metadata.uid);
  assert.equal(live?.metadata.generation, before?.metadata.generation);
  assert.deepEqual(await managersOf(web), managers);
  assert.deepEqual(at(await story.get(kustomization('web')), 'status', 'inventory'), inventory);
  await story.push({ 'web/one.yaml': deploymentYaml('web', {}, 'v3'), 'web/ours.yaml': configMapYaml('ours') });
  await untilReady('web', 'True');
  assert.match(textAt(await story.get(web), 'spec', 'template', 'spec', 'containers', 0, 'image'), /:v3$/);
  assert.equal(await uidOf(web), before?.metadata.uid);
  assert.deepEqual(await managersOf(web), managers);
});

test('and back: the original goes on where we were, and prunes what we applied', { skip }, async () => {
  const uid = await uidOf(web);
  const ours = await uidOf('configmap/shop/ours');
  const managers = await managersOf(web);
  await handOver('web', 'flux');
  await story.push({ 'web/one.yaml': deploymentYaml('web', {}, 'v4') });
  await untilReady('web', 'True');
  assert.match(textAt(await story.get(web), 'spec', 'template', 'spec', 'containers', 0, 'image'), /:v4$/);
  assert.equal(await uidOf(web), uid);
  assert.equal(await uidOf('configmap/shop/ours'), ours);
  assert.deepEqual(await managersOf(web), managers);
  await story.push({ 'web/ours.yaml': undefined });
  await untilReady('web', 'True');
  assert.equal(await story.get('configmap/shop/ours'), undefined);
  assert.equal(await uidOf(web), uid);
});

test('with leader election it takes the lease, and gives it back when it ends', { skip: skip || noPod }, async () => {
  await theirs?.end();
  theirs = startForeign(story.kubeconfig, ['--enable-leader-election'], inPod);
  const holder = async (): Promise<string> => {
    const { out } = await story.kubectl(['get', 'leases', '-n', 'flux-system', '-o', 'jsonpath={..holderIdentity}']);
    return look(out);
  };
  await untilTrue('a lease', async () => (await holder()) !== '', patienceMs);
  await story.push({ 'web/one.yaml': deploymentYaml('web', {}, 'v5') });
  await untilReady('web', 'True');
  await theirs.end();
  assert.equal(await holder(), '');
});

test('deleting a Kustomization removes what it applied, whoever had it last', { skip }, async () => {
  await handOver('web', 'evenkeel');
  await untilReady('web', 'True');
  succeed(await story.kubectl(['delete', 'kustomization/web', '-n', 'flux-system', '--timeout=20s']), 'delete');
  await story.until('it to be gone', async () => (await story.get(web)) === undefined);
});
