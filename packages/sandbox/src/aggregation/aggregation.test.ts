// APIServices: those of the server itself, one behind a real HTTPS server, and one that nobody answers for; as the real
// kubectl shows them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { after, before, test } from 'node:test';
import { issueCertificate } from '../http/certificates.ts';
import { Sandbox } from '../sandbox.ts';
import { at, call, until } from '../testing/client.ts';
import { kubectl } from '../testing/kubectl.ts';

const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
const authority = issueCertificate({ commonName: 'ca', serial: 1, use: 'authority', ...validity });
const serving = issueCertificate(
  { commonName: 'metrics', serial: 2, use: 'server', ...validity, dnsNames: ['metrics.default.svc'] },
  authority.signer,
);
const directory = mkdtempSync(join(tmpdir(), 'sandbox-aggregation-'));
const seen: { path: string; user: unknown; groups: unknown; client: string }[] = [];
const resources = [
  {
    name: 'things',
    singularName: 'thing',
    namespaced: true,
    kind: 'Thing',
    verbs: ['get', 'list'],
    shortNames: ['th'],
  },
];
const thing = (name: string): unknown => ({
  apiVersion: 'far.example.com/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default' },
});
const server = createServer(
  { key: serving.key, cert: serving.certificate, requestCert: true, rejectUnauthorized: false },
  (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    seen.push({
      path: request.url ?? '',
      user: request.headers['x-remote-user'],
      groups: request.headers['x-remote-group'],
      client: String(subject?.CN),
    });
    response.setHeader('content-type', 'application/json');
    const path = (request.url ?? '').split('?')[0];
    const bodies: Readonly<Record<string, unknown>> = {
      '/apis/far.example.com/v1': {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: 'far.example.com/v1',
        resources,
      },
      '/apis/far.example.com/v1/namespaces/default/things': {
        apiVersion: 'far.example.com/v1',
        kind: 'ThingList',
        metadata: {},
        items: [thing('a')],
      },
      '/apis/far.example.com/v1/namespaces/default/things/a': thing('a'),
    };
    const body = bodies[path ?? ''];
    if (body === undefined) response.statusCode = 404;
    response.end(
      JSON.stringify(
        body ?? {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          code: 404,
          reason: 'NotFound',
          message: 'no such thing',
        },
      ),
    );
  },
);
let sandbox: Sandbox;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sandbox = await Sandbox.start({ speed: 100 });
  writeFileSync(join(directory, 'kubeconfig'), sandbox.kubeconfig());
});
after(async () => {
  await sandbox.close();
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
});

const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const run = async (...args: string[]): Promise<string> => {
  const result = await kubectl(join(directory, 'kubeconfig'), args);
  return result.output + result.errors;
};
const apiService = (group: string, name: string, rest: Record<string, unknown> = {}): unknown => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `v1.${group}` },
  spec: {
    group,
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 15,
    service: { namespace: 'default', name },
    ...rest,
  },
});

test('what the server serves itself is local and available', async () => {
  const output = await run('get', 'apiservices');
  assert.match(output, /^v1\.\s+Local\s+True/m);
  assert.match(output, /^v1\.apps\s+Local\s+True/m);
  const apps = await call(sandbox.transport(), 'GET', `${services}/v1.apps`);
  assert.equal(at(apps, 'status', 'conditions', 0, 'message'), 'Local APIServices are always available');
});

test('a definition brings its APIService, and takes it away', async () => {
  const api = sandbox.transport();
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  const names = { plural: 'toys', singular: 'toy', kind: 'Toy', listKind: 'ToyList' };
  await call(api, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'toys.near.example.com' },
      spec: { group: 'near.example.com', scope: 'Namespaced', names, versions },
    },
  });
  const made = await call(api, 'GET', `${services}/v1.near.example.com`);
  assert.deepEqual(at(made, 'spec'), {
    group: 'near.example.com',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 100,
  });
  await call(api, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/toys.near.example.com');
  await until(
    api,
    services,
    (object, type) => type === 'DELETED' && object.metadata.name === 'v1.near.example.com',
  ).catch(async () => {
    await call(api, 'GET', `${services}/v1.near.example.com`, { want: 404 });
  });
});

test('another server answers for its group', async () => {
  const api = sandbox.transport();
  await call(api, 'POST', services, {
    body: apiService('far.example.com', 'metrics', { caBundle: Buffer.from(authority.certificate).toString('base64') }),
  });
  await until(api, services, (object) => at(object, 'status', 'conditions', 0, 'reason') === 'ServiceNotFound');
  assert.match(await run('get', '--raw', '/apis/far.example.com/v1'), /currently unable to handle the request/);
  const { port } = server.address() as AddressInfo;
  await call(api, 'POST', '/api/v1/namespaces/default/services', {
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'metrics', annotations: { 'sandbox.evenkeel.dev/local-address': `127.0.0.1:${port}` } },
      spec: { ports: [{ port: 443 }] },
    },
  });
  await until(
    api,
    services,
    (object) =>
      object.metadata.name === 'v1.far.example.com' && at(object, 'status', 'conditions', 0, 'status') === 'True',
  );
  assert.match(await run('get', 'apiservices', 'v1.far.example.com'), /default\/metrics\s+True/);
  assert.match(await run('get', 'things', '-o', 'name'), /thing\.far\.example\.com\/a/);
  assert.match(await run('get', 'th', 'b'), /no such thing/);
  assert.match(
    await run('api-resources', '--api-group=far.example.com'),
    /things\s+th\s+far\.example\.com\/v1\s+true\s+Thing/,
  );
  const asked = seen.find(({ path }) => path.includes('/things'));
  assert.deepEqual(
    [asked?.user, asked?.groups, asked?.client],
    ['kubernetes-admin', 'system:masters, system:authenticated', 'front-proxy-client'],
  );
  assert.match(
    await run('get', 'things', '--as=nobody'),
    /things\.far\.example\.com is forbidden: User "nobody" cannot list/,
  );
});

test('one that does not answer is said to be unavailable, and the rest goes on', async () => {
  const api = sandbox.transport();
  await call(api, 'POST', services, {
    body: apiService('gone.example.com', 'nowhere', { insecureSkipTLSVerify: true }),
  });
  await until(
    api,
    services,
    (object) =>
      object.metadata.name === 'v1.gone.example.com' && at(object, 'status', 'conditions', 0, 'status') === 'False',
  );
  assert.match(await run('get', 'apiservices', 'v1.gone.example.com'), /default\/nowhere\s+False \(ServiceNotFound\)/);
  assert.match(await run('get', 'ns', 'default'), /default\s+Active/);
  // As with the real server, kubectl leaves the group out and says nothing.
  assert.match(await run('api-resources', '--cache-dir', join(directory, 'cache')), /^deployments/m);
  assert.match(
    await run('get', '--raw', '/apis/gone.example.com'),
    /"preferredVersion":\{"groupVersion":"gone\.example/,
  );
  assert.match(await run('get', 'x.gone.example.com'), /the server doesn't have a resource type "x"/);
});
