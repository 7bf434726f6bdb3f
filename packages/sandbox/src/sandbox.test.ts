// The API as a client in this process sees it.

import { scalarText } from './store/draft.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from './sandbox.ts';
import { apply, at, call, deployment, until } from './testing/client.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: Record<string, string> = { a: '1' }, labels?: Record<string, string>): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  data,
});

test('create, get, replace, patch, delete, and the refusals between them', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const created = await call(api, 'POST', maps, { body: map('one') });
  assert.match(created.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  const again = await call(api, 'POST', maps, { body: map('one'), want: 409 });
  assert.equal(again['message'], 'configmaps "one" already exists');
  const stale = { ...created, data: { a: '2' } };
  const replaced = await call(api, 'PUT', `${maps}/one`, { body: stale });
  assert.notEqual(replaced.metadata.resourceVersion, created.metadata.resourceVersion);
  const conflict = await call(api, 'PUT', `${maps}/one`, { body: stale, want: 409 });
  assert.match(
    scalarText(conflict['message']),
    /the object has been modified; please apply your changes to the latest version and try again$/,
  );
  await call(api, 'PATCH', `${maps}/one`, {
    body: { data: { b: '3', a: null } },
    contentType: 'application/merge-patch+json',
  });
  await call(api, 'PATCH', `${maps}/one`, {
    body: [{ op: 'add', path: '/data/c', value: '4' }],
    contentType: 'application/json-patch+json',
  });
  const read = await call(api, 'GET', `${maps}/one`);
  assert.deepEqual(read['data'], { b: '3', c: '4' });
  const same = await call(api, 'PATCH', `${maps}/one`, {
    body: { data: { b: '3' } },
    contentType: 'application/merge-patch+json',
  });
  assert.equal(
    same.metadata.resourceVersion,
    read.metadata.resourceVersion,
    'a patch that changes nothing is not written',
  );
  const deleted = await call(api, 'DELETE', `${maps}/one`);
  assert.equal(deleted['status'], 'Success');
  const missing = await call(api, 'GET', `${maps}/one`, { want: 404 });
  assert.deepEqual(missing['details'], { name: 'one', kind: 'configmaps' });
  const elsewhere = await call(api, 'POST', '/api/v1/namespaces/none/configmaps', { body: map('x'), want: 404 });
  assert.equal(elsewhere['message'], 'namespaces "none" not found');
});

test('lists: selectors, pages that stay consistent, revisions', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  for (let index = 0; index < 7; index++) {
    await call(api, 'POST', maps, { body: map(`m${index}`, {}, { parity: index % 2 === 0 ? 'even' : 'odd' }) });
  }
  const names = (list: unknown): unknown =>
    (at(list, 'items') as unknown[]).map((item) => at(item, 'metadata', 'name'));
  assert.deepEqual(names(await call(api, 'GET', maps, { query: { labelSelector: 'parity in (odd),parity!=even' } })), [
    'm1',
    'm3',
    'm5',
  ]);
  assert.deepEqual(names(await call(api, 'GET', maps, { query: { fieldSelector: 'metadata.name=m4' } })), ['m4']);
  const refused = await call(api, 'GET', maps, { query: { fieldSelector: 'data.a=1' }, want: 400 });
  assert.match(scalarText(refused['message']), /^"data\.a" is not a known field selector/);
  const query = { limit: '3', labelSelector: 'parity' };
  const first = await call(api, 'GET', maps, { query });
  await call(api, 'DELETE', `${maps}/m3`);
  const rest = await call(api, 'GET', maps, {
    query: { ...query, continue: String(at(first, 'metadata', 'continue')) },
  });
  assert.deepEqual(
    [names(first), names(rest)],
    [
      ['m0', 'm1', 'm2'],
      ['m3', 'm4', 'm5'],
    ],
  );
  assert.equal(at(rest, 'metadata', 'resourceVersion'), at(first, 'metadata', 'resourceVersion'));
});

test('watches: from a revision, through selectors, with bookmarks, until 410', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const start = String(at(await call(api, 'GET', maps), 'metadata', 'resourceVersion'));
  const seen: string[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    const query = { resourceVersion: start, labelSelector: 'on=yes' };
    for await (const line of api.watch({ method: 'GET', path: maps, query, signal: stop.signal })) {
      seen.push(`${line.type} ${line.object.metadata.name ?? ''}`);
      if (line.type === 'DELETED') return;
    }
  })();
  await call(api, 'POST', maps, { body: map('other') });
  await call(api, 'POST', maps, { body: map('mine') });
  const label = (on: string | null): Promise<unknown> =>
    call(api, 'PATCH', `${maps}/mine`, {
      body: { metadata: { labels: { on } } },
      contentType: 'application/merge-patch+json',
    });
  await label('yes');
  await call(api, 'PATCH', `${maps}/mine`, { body: { data: { a: '2' } }, contentType: 'application/merge-patch+json' });
  await label(null);
  await watching;
  assert.deepEqual(seen, ['ADDED mine', 'MODIFIED mine', 'DELETED mine']);
  const initial: string[] = [];
  const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
  for await (const line of api.watch({ method: 'GET', path: maps, query })) {
    initial.push(line.type);
    if (line.object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true') break;
  }
  assert.deepEqual(
    initial.filter((type) => type !== 'ADDED'),
    ['BOOKMARK'],
  );
});

test('server-side apply: owners, conflicts, force, removal', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const path = '/apis/apps/v1/namespaces/default/deployments/web';
  await apply(api, path, deployment('web'), { manager: 'gitops', want: 201 });
  const same = await apply(api, path, deployment('web'), { manager: 'gitops' });
  const rescaled = deployment('web', { replicas: 5 });
  const refusal = await apply(api, path, rescaled, { manager: 'other', want: 409 });
  assert.equal(refusal['message'], 'Apply failed with 1 conflict: conflict with "gitops": .spec.replicas');
  const forced = await apply(api, path, rescaled, { manager: 'other', force: true });
  assert.equal(at(forced, 'spec', 'replicas'), 5);
  assert.equal(at(same, 'metadata', 'generation'), 1);
  assert.deepEqual(at(forced, 'metadata', 'managedFields', 0, 'manager'), 'gitops');
});

test('strict and warning field validation, defaults and validation of built-in types', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const typo = deployment('web', { spec: { replica: 1 } });
  const strict = await call(api, 'POST', path, { body: typo, query: { fieldValidation: 'Strict' }, want: 400 });
  assert.equal(
    strict['message'],
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
  );
  const warned = await api.send({ method: 'POST', path, body: typo });
  assert.equal(warned.headers['warning'], '299 - "unknown field \\"spec.replica\\""');
  const wrongType = await call(api, 'POST', path, {
    body: deployment('bad', { spec: { replicas: 'two' } }),
    want: 400,
  });
  assert.match(
    scalarText(wrongType['message']),
    /json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
  );
  const mismatch = await call(api, 'POST', path, {
    body: deployment('bad', { spec: { selector: { matchLabels: { app: 'else' } } } }),
    want: 422,
  });
  assert.equal(
    mismatch['message'],
    'Deployment.apps "bad" is invalid: spec.template.metadata.labels: Invalid value: {"app":"bad"}: `selector` does not match template `labels`',
  );
  const moved = await call(api, 'PATCH', `${path}/web`, {
    body: { spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } } },
    contentType: 'application/merge-patch+json',
    want: 422,
  });
  assert.match(
    scalarText(moved['message']),
    /spec\.selector: Invalid value: \{"matchLabels":\{"app":"x"\}\}: field is immutable$/,
  );
  assert.deepEqual(at(warned.body, 'spec', 'strategy'), {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
  });
});

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v2',
      subresources: { status: {} },
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              required: ['color'],
              properties: { color: { type: 'string', enum: ['red', 'blue'] }, size: { type: 'integer', default: 3 } },
            },
            status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    })),
  },
};

test('custom resources: served at once, defaulted, pruned, validated, at every version, gone with their definition', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  await call(api, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: widgets });
  const path = '/apis/example.com/v1/namespaces/default/widgets';
  const body = {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'a' },
    spec: { color: 'red', extra: 1 },
    status: { x: 1 },
  };
  const created = await call(api, 'POST', path, { body });
  assert.deepEqual(
    [created['spec'], created['status'], created.apiVersion],
    [{ color: 'red', size: 3 }, undefined, 'example.com/v1'],
  );
  const refused = await call(api, 'POST', path, {
    body: { ...body, metadata: { name: 'b' }, spec: { color: 'green' } },
    want: 422,
  });
  assert.equal(
    refused['message'],
    'Widget.example.com "b" is invalid: spec.color: Unsupported value: "green": supported values: "red", "blue"',
  );
  await call(api, 'PATCH', `${path}/a/status`, {
    body: { spec: { color: 'blue' }, status: { ok: true } },
    contentType: 'application/merge-patch+json',
  });
  const other = await call(api, 'GET', '/apis/example.com/v2/namespaces/default/widgets/a');
  assert.deepEqual(
    [other.apiVersion, at(other, 'spec', 'color'), other['status'], other.metadata.generation],
    ['example.com/v2', 'red', { ok: true }, 1],
  );
  await call(api, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com');
  await until(api, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', (_object, type) => type === 'DELETED');
  const gone = await api.send({ method: 'GET', path });
  assert.deepEqual([gone.status, gone.body], [404, '404 page not found\n']);
});

test('finalizers hold an object; a namespace takes its content with it', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 50 });
  const api = sandbox.transport();
  await call(api, 'POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
  });
  const path = '/api/v1/namespaces/team/configmaps';
  await call(api, 'POST', path, {
    body: { ...(map('held') as object), metadata: { name: 'held', finalizers: ['example.com/hold'] } },
  });
  const dying = await call(api, 'DELETE', '/api/v1/namespaces/team');
  assert.equal(at(dying, 'status', 'phase'), 'Terminating');
  const late = await call(api, 'POST', path, { body: map('late'), want: 403 });
  assert.match(scalarText(late['message']), /because it is being terminated$/);
  await until(api, '/api/v1/namespaces', (object) => JSON.stringify(object['status']).includes('SomeFinalizersRemain'));
  await call(api, 'PATCH', `${path}/held`, {
    body: { metadata: { finalizers: null } },
    contentType: 'application/merge-patch+json',
  });
  await until(api, '/api/v1/namespaces', (object, type) => type === 'DELETED' && object.metadata.name === 'team');
});

test('access: what no role allows is refused, what one allows is not', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  const alice = sandbox.transport({ user: 'alice', groups: ['dev', 'system:authenticated'] });
  const refused = await call(alice, 'GET', maps, { want: 403 });
  assert.equal(
    refused['message'],
    'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  await call(api, 'POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'dev' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' }],
    },
  });
  await until(
    api,
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    (role) => role.metadata.name === 'edit' && JSON.stringify(role['rules'] ?? []).includes('configmaps'),
  );
  await call(alice, 'POST', maps, { body: map('hers') });
  await call(alice, 'GET', '/api/v1/nodes', { want: 403 });
});

test('the same seed makes the same cluster', async () => {
  const names: string[][] = [];
  for (let run = 0; run < 2; run++) {
    await using sandbox = await Sandbox.start({ listen: false, seed: 7 });
    const created = await call(sandbox.transport(), 'POST', maps, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'x-' } },
    });
    names.push([created.metadata.name ?? '', created.metadata.uid ?? '']);
  }
  assert.deepEqual(names[0], names[1]);
});
