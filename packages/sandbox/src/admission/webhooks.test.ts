// Webhooks on a cluster that lives: controllers ask them too, writes that wait do not hold up others, nothing is stored twice.

import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import type { KubeTransport } from '@evenkeel/kube';
import { issueCertificate } from '../http/certificates.ts';
import { Sandbox } from '../sandbox.ts';
import { scalarText } from '../store/draft.ts';
import { at, call, deployment, until } from '../testing/client.ts';

const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
const authority = issueCertificate({ commonName: 'ca', serial: 1, use: 'authority', ...validity });
const serving = issueCertificate(
  {
    commonName: 'hook',
    serial: 2,
    use: 'server',
    ...validity,
    dnsNames: ['hook.default.svc'],
    addresses: ['127.0.0.1'],
  },
  authority.signer,
);

interface Review {
  readonly request: { readonly uid: string; readonly operation: string; readonly object: unknown };
}
type Answer = (review: Review) => Record<string, unknown> | Promise<Record<string, unknown>>;

let answer: Answer = () => ({ allowed: true });
let asked = 0;
let port = 0;
const server = createServer({ key: serving.key, cert: serving.certificate }, (request, response) => {
  void (async () => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    asked++;
    const review = JSON.parse(text) as Review;
    const parts = await answer(review);
    const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
    response.end(JSON.stringify({ ...body, response: { uid: review.request.uid, ...parts } }));
  })();
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
after(() => server.close());

const patch = (operations: unknown): Record<string, unknown> => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

async function configure(
  api: KubeTransport,
  kind: 'Mutating' | 'Validating',
  resource: string,
  clientConfig: Record<string, unknown> = { url: `https://127.0.0.1:${port}/` },
): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  await call(api, 'POST', `/apis/${apiVersion}/${kind.toLowerCase()}webhookconfigurations`, {
    body: {
      apiVersion,
      kind: `${kind}WebhookConfiguration`,
      metadata: { name: resource },
      webhooks: [
        {
          name: 'hook.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
          rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: [resource] }],
          clientConfig: { caBundle: Buffer.from(authority.certificate).toString('base64'), ...clientConfig },
        },
      ],
    },
  });
}

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string): Record<string, unknown> => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

test('the pods of a deployment get the sidecar that a webhook adds', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  answer = ({ request }) =>
    request.operation === 'CREATE'
      ? patch([{ op: 'add', path: '/spec/containers/-', value: { name: 'proxy', image: 'proxy:1' } }])
      : { allowed: true };
  await configure(api, 'Mutating', 'pods');
  await call(api, 'POST', '/apis/apps/v1/namespaces/default/deployments', { body: deployment('web', { replicas: 3 }) });
  await until(
    api,
    '/apis/apps/v1/namespaces/default/deployments',
    (object) => at(object, 'status', 'readyReplicas') === 3,
  );
  const pods = await call(api, 'GET', '/api/v1/namespaces/default/pods');
  const items = pods['items'] as unknown as { metadata: { uid: string }; spec: { containers: { name: string }[] } }[];
  assert.deepEqual(
    items.map((pod) => pod.spec.containers.map((each) => each.name)),
    Array.from({ length: 3 }, () => ['main', 'proxy']),
  );
  assert.equal(new Set(items.map((pod) => pod.metadata.uid)).size, 3);
});

test('a replica set whose pods are refused says so', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  answer = ({ request }) => ({ allowed: request.operation !== 'CREATE', status: { message: 'no pods today' } });
  await configure(api, 'Validating', 'pods');
  await call(api, 'POST', '/apis/apps/v1/namespaces/default/deployments', { body: deployment('web') });
  const event = await until(api, '/api/v1/namespaces/default/events', (object) => object['reason'] === 'FailedCreate');
  assert.match(
    scalarText(event['message']),
    /admission webhook "hook\.example\.com" denied the request: no pods today/,
  );
});

test('while a webhook thinks, others write; the object it thought about is judged again when it changed', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const api = sandbox.transport();
  await call(api, 'POST', maps, { body: map('a') });
  await configure(api, 'Validating', 'configmaps');
  let release: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (release = resolve));
  asked = 0;
  answer = async () => {
    if (asked === 1) await waiting;
    return { allowed: true };
  };
  const merge = 'application/merge-patch+json';
  const slow = call(api, 'PATCH', `${maps}/a`, { body: { data: { slow: '1' } }, contentType: merge });
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
  await call(api, 'PATCH', `${maps}/a`, { body: { data: { quick: '1' } }, contentType: merge });
  await call(api, 'POST', '/api/v1/namespaces/default/secrets', {
    body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
  });
  release();
  await slow;
  assert.deepEqual((await call(api, 'GET', `${maps}/a`))['data'], { slow: '1', quick: '1' });
  assert.equal(asked, 3);
});

test('a service leads to a local process by its annotation or by endpoints on loopback', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const api = sandbox.transport();
  answer = () => ({ allowed: false, status: { message: 'reached' } });
  const services = '/api/v1/namespaces/default/services';
  await configure(api, 'Validating', 'configmaps', { service: { namespace: 'default', name: 'hook' } });
  const refusal = async (): Promise<string> =>
    scalarText((await call(api, 'POST', maps, { body: map('x'), want: 500 }))['message']);
  assert.match(await refusal(), /Post "https:\/\/hook\.default\.svc:443\/\?timeout=10s": service "hook" not found/);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hook' }, spec: { ports: [{ port: 443 }] } };
  await call(api, 'POST', services, { body: service });
  const annotated = { metadata: { annotations: { 'sandbox.evenkeel.dev/local-address': `127.0.0.1:${port}` } } };
  const merge = 'application/merge-patch+json';
  await call(api, 'PATCH', `${services}/hook`, { body: annotated, contentType: merge });
  const reached = async (): Promise<void> =>
    assert.match(scalarText((await call(api, 'POST', maps, { body: map('x'), want: 400 }))['message']), /reached/);
  await reached();
  await call(api, 'PATCH', `${services}/hook`, { body: { metadata: { annotations: null } }, contentType: merge });
  await call(api, 'POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'] }],
      ports: [{ name: '', port }],
    },
  });
  await reached();
});

test('deleting a collection leaves what a webhook protects', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  for (const name of ['a', 'b', 'c']) await call(api, 'POST', maps, { body: map(name) });
  await configure(api, 'Validating', 'configmaps');
  answer = ({ request }) => ({
    allowed: at(request, 'oldObject', 'metadata', 'name') !== 'b',
    status: { message: 'kept' },
  });
  await call(api, 'DELETE', maps, { query: { fieldSelector: 'metadata.name!=kube-root-ca.crt' }, want: 400 });
  const list = await call(api, 'GET', maps);
  const names = (list['items'] as unknown as { metadata: { name: string } }[]).map((item) => item.metadata.name);
  assert.deepEqual(names, ['b', 'kube-root-ca.crt']);
});
