// The real kube-controller-manager, unmodified, drives the workloads of a sandbox whose own controllers are off: the API
// server alone is enough for it. A few lines stand in for the kubelet.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { KubeTransport } from '@evenkeel/kube';
import { referenceToolsDirectory } from '@evenkeel/kube/reference';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';
import { kubectl } from '../testing/kubectl.ts';

const program = join(referenceToolsDirectory, 'kube-controller-manager');
const skip = existsSync(program) ? false : `${program} is not there; tools/go/build.sh --cluster builds it`;
const directory = mkdtempSync(join(tmpdir(), 'sandbox-manager-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Starts the manager; what it wrote is for the message of a test that fails. */
function startManager(kubeconfig: string, stack: AsyncDisposableStack): { readonly log: () => string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(directory, 'sa.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const flags = [`--kubeconfig=${kubeconfig}`, `--service-account-private-key-file=${key}`, '--secure-port=0'];
  const child = spawn(program, [...flags, '--leader-elect=true'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-20_000)));
  stack.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  return { log: () => text };
}

/** On the sandbox's one node pods run the moment they are seen and go the moment they are told to; those of Jobs are done. */
async function actAsKubelet(api: KubeTransport, signal: AbortSignal): Promise<void> {
  const ready = { status: 'True', reason: 'KubeletReady', lastTransitionTime: '2026-01-01T00:00:00Z' };
  let address = 1;
  try {
    for await (const { object } of api.watch({ method: 'GET', path: '/api/v1/pods', signal })) {
      const { metadata, spec } = object as unknown as { metadata: KubeObject['metadata']; spec: { nodeName?: string } };
      const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name ?? ''}`;
      if (metadata.deletionTimestamp !== undefined) {
        await api.send({ method: 'DELETE', path, query: { gracePeriodSeconds: '0' } });
      } else if (spec.nodeName === undefined) {
        const target = { apiVersion: 'v1', kind: 'Node', name: 'sandbox-control-plane' };
        const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: metadata.name ?? '' }, target };
        await call(api, 'POST', `${path}/binding`, { body });
        const done = ownerOf(object) === 'Job';
        const condition = { ...ready, type: 'Ready', status: done ? 'False' : 'True' };
        const status = { phase: done ? 'Succeeded' : 'Running', podIP: `10.0.0.${address++}`, conditions: [condition] };
        await call(api, 'PATCH', `${path}/status`, { body: { status }, contentType: 'application/merge-patch+json' });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function ownerOf(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;
}

// Each line waits for what it names.
const story: readonly (readonly [line: string, see: RegExp])[] = [
  ['create namespace web', /created/],
  ['wait --for=create serviceaccount/default -n web --timeout=30s', /condition met/],
  ['wait --for=create configmap/kube-root-ca.crt -n web --timeout=30s', /condition met/],
  ['create deployment api --image=api:1 --replicas=3 -n web', /created/],
  ['rollout status deployment/api -n web --timeout=30s', /successfully rolled out/],
  ['set image deployment/api *=api:2 -n web', /image updated/],
  ['rollout status deployment/api -n web --timeout=30s', /successfully rolled out/],
  ['rollout history deployment/api -n web', /1 .*\n2 /],
  ['rollout undo deployment/api -n web', /rolled back/],
  ['rollout status deployment/api -n web --timeout=30s', /successfully rolled out/],
  ['scale deployment/api --replicas=5 -n web', /scaled/],
  ['wait --for=jsonpath={.status.readyReplicas}=5 deployment/api -n web --timeout=30s', /condition met/],
  ['get deployment api -n web -o jsonpath={.spec.template.spec.containers[0].image}', /^api:1$/],
  ['expose deployment api --port=80 -n web', /exposed/],
  [
    'wait --for=jsonpath={.endpoints[4].conditions.ready}=true endpointslice -l kubernetes.io/service-name=api -n web --timeout=30s',
    /condition met/,
  ],
  ['create job once --image=job:1 -n web', /created/],
  ['wait --for=condition=complete job/once -n web --timeout=30s', /condition met/],
  ['autoscale deployment api --min=2 --max=6 --cpu-percent=50 -n web', /autoscaled/],
  ['create poddisruptionbudget api --selector=app=api --min-available=2 -n web', /created/],
  ['wait --for=jsonpath={.status.currentHealthy}=5 pdb/api -n web --timeout=30s', /condition met/],
  ['create quota few --hard=pods=20 -n web', /created/],
  ['wait --for=jsonpath={.status.used.pods}=5 quota/few -n web --timeout=30s', /condition met/],
  ['delete deployment api -n web --cascade=foreground --timeout=30s', /deleted/],
  ['get replicasets,pods -l app=api -n web', /No resources found/],
  ['delete namespace web --timeout=60s', /deleted/],
  ['get all -n web', /No resources found/],
  ['get leases -n kube-system -o jsonpath={.items[*].metadata.name}', /kube-controller-manager/],
];

test('kube-controller-manager drives the workloads of the sandbox', { skip }, async () => {
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await Sandbox.start({ controllers: false }));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
  const stop = new AbortController();
  const kubelet = actAsKubelet(sandbox.transport(), stop.signal);
  stack.defer(async () => {
    stop.abort();
    await kubelet;
  });
  const manager = startManager(kubeconfig, stack);
  for (const [line, see] of story) {
    const { output, errors } = await kubectl(kubeconfig, line.split(' '));
    const told = output + errors;
    assert.ok(see.test(told), `kubectl ${line}\n${told}\nthe manager says:\n${manager.log().slice(-3000)}`);
  }
});
