// What differs, what is left out, and how client-side apply sees it. Laws first, then cases.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type JsonObject,
  type KubeObject,
  builtinSchema,
  gvkOf,
  serverSideApply,
  updateOwnership,
} from '@evenkeel/resource';
import { clientPatch, methodFor, takenOver, withLastApplied } from './client-side.ts';
import { type DiffContext, answeredDiff, askedAbout, changesOf, diffObject } from './diff.ts';
import { type DiffRules, withLiveValues } from './ignore.ts';
import { normaliseDesired } from './normalise.ts';

const manager = 'argocd-controller';
const time = '2026-01-01T00:00:00Z';

function deployment(spec: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', ...metadata }, spec };
}

const base = deployment({
  replicas: 2,
  selector: { matchLabels: { app: 'web' } },
  template: {
    metadata: { labels: { app: 'web' } },
    spec: {
      containers: [
        { name: 'web', image: 'nginx:1', env: [{ name: 'A', value: '1' }], resources: { limits: { cpu: '1000m' } } },
        { name: 'side', image: 'envoy' },
      ],
    },
  },
});

/** The object as it is live after an apply of ours, by either method, and a change by somebody else. */
function liveAfter(
  applied: KubeObject,
  method: 'server' | 'client',
  change?: (object: KubeObject) => KubeObject,
): KubeObject {
  const schema = builtinSchema(gvkOf(applied));
  let live: KubeObject;
  if (method === 'server') {
    const result = serverSideApply({ live: undefined, config: applied, manager, schema, time });
    assert.ok(result.ok);
    live = result.value.object;
  } else {
    const after = withLastApplied(applied);
    live = updated(undefined, after, manager);
  }
  return change ? updated(live, change(live), 'kubectl-edit') : live;
}

function updated(before: KubeObject | undefined, after: KubeObject, by: string): KubeObject {
  const result = updateOwnership({ before, after, manager: by, schema: builtinSchema(gvkOf(after)), time });
  return (result as unknown as { object?: KubeObject }).object ?? (result as unknown as KubeObject);
}

function context(method: 'server' | 'client', rules?: Partial<DiffRules>): DiffContext {
  const whole = { pointers: [], removals: [], managers: [], ...rules };
  return { manager, schema: builtinSchema(gvkOf(base)), method, ...(rules ? { rules: () => whole } : {}) };
}

function set(object: KubeObject, path: readonly (string | number)[], value: unknown): KubeObject {
  const copy = structuredClone(object) as unknown as Record<string, unknown>;
  let at = copy;
  for (const name of path.slice(0, -1)) at = at[String(name)] as Record<string, unknown>;
  const last = String(path.at(-1));
  if (value === undefined) {
    if (Array.isArray(at)) at.splice(Number(last), 1);
    else delete at[last];
  } else at[last] = value;
  return copy as unknown as KubeObject;
}

const containers = ['spec', 'template', 'spec', 'containers'] as const;

function at(object: KubeObject, index: number): unknown {
  const { template } = object['spec'] as { template: { spec: { containers: readonly unknown[] } } };
  return template.spec.containers[index];
}

for (const method of ['server', 'client'] as const) {
  test(`${method}: an object that was just applied does not differ`, () => {
    assert.equal(diffObject(base, liveAfter(base, method), context(method)).changed, false);
  });

  test(`${method}: fields of others are no difference`, () => {
    const live = liveAfter(base, method, (object) => set(object, ['spec', 'revisionHistoryLimit'], 5));
    assert.equal(diffObject(base, live, context(method)).changed, false);
  });

  test(`${method}: a changed field is found, with who changed it`, () => {
    const live = liveAfter(base, method, (object) => set(object, ['spec', 'replicas'], 5));
    const { fields } = diffObject(base, live, context(method));
    assert.deepEqual(fields, [
      { path: '.spec.replicas', desired: 2, live: 5, owners: [{ manager: 'kubectl-edit', time }] },
    ]);
  });

  test(`${method}: what goes from the source goes from the object`, () => {
    const live = liveAfter(base, method);
    const fewer = set(base, [...containers, 0, 'env', 0], undefined);
    const { changed, fields } = diffObject(fewer, live, context(method));
    assert.equal(changed, true);
    assert.match(fields[0]?.path ?? '', /^\.spec\.template\.spec\.containers\[name="web"\]\.env/);
  });

  test(`${method}: equal quantities are equal`, () => {
    const live = liveAfter(set(base, [...containers, 0, 'resources', 'limits', 'cpu'], '1'), method);
    assert.equal(diffObject(base, live, context(method)).changed, false);
  });

  const cases: readonly (readonly [string, Partial<DiffRules>, readonly string[]])[] = [
    ['the field by pointer', { pointers: ['/spec/replicas'] }, ['image']],
    ['a parent by pointer', { pointers: ['/spec'] }, []],
    ['another field', { pointers: ['/spec/paused'] }, ['image', 'replicas']],
    ['nothing that is there', { pointers: ['/nowhere/at/all', 'no pointer'] }, ['image', 'replicas']],
    ['the manager of both', { managers: ['kubectl-edit'] }, []],
    ['another manager', { managers: ['hpa'] }, ['image', 'replicas']],
    ['by expression', { removals: [(object) => ({ ...object, spec: {} })] }, []],
    ['by a failing expression', { removals: [() => undefined] }, ['image', 'replicas']],
  ];
  for (const [what, rules, left] of cases) {
    test(`${method}: ignoring ${what}`, () => {
      const live = liveAfter(base, method, (object) =>
        set(set(object, ['spec', 'replicas'], 5), [...containers, 0, 'image'], 'nginx:9'),
      );
      const { changed, fields } = diffObject(base, live, context(method, rules));
      assert.deepEqual(
        fields.map(({ path }) => path.split('.').at(-1) ?? '').sort((one, two) => (one < two ? -1 : 1)),
        left,
      );
      assert.equal(changed, left.length > 0);
    });
  }

  test(`${method}: leaving something out never brings a difference forth`, () => {
    const changes: readonly (readonly [readonly (string | number)[], unknown])[] = [
      [['spec', 'replicas'], 9],
      [['spec', 'paused'], true],
      [[...containers, 1], undefined],
      [[...containers, 0, 'image'], 'x'],
      [['metadata', 'labels'], { a: 'b' }],
      [[...containers, 0, 'env'], [{ name: 'B', value: '2' }]],
    ];
    const pointers = [
      '/spec',
      '/spec/replicas',
      '/spec/template',
      '/metadata/labels',
      '/spec/template/spec/containers/0',
      '',
    ];
    for (const [path, value] of changes) {
      const live = liveAfter(base, method, (object) => set(object, path, value));
      const all = new Set(diffObject(base, live, context(method)).fields.map((field) => field.path));
      for (const pointer of pointers) {
        const some = diffObject(base, live, context(method, { pointers: [pointer] })).fields;
        for (const field of some) assert.ok(all.has(field.path), `${pointer}: ${field.path}`);
      }
    }
  });

  test(`${method}: respecting what is ignored writes the live value`, () => {
    const live = liveAfter(base, method, (object) =>
      set(set(object, ['spec', 'replicas'], 5), [...containers, 1, 'image'], 'envoy:2'),
    );
    const schema = builtinSchema(gvkOf(base));
    const wanted = set(base, [...containers, 0, 'image'], 'nginx:2');
    const rules: DiffRules = { pointers: ['/spec/replicas'], removals: [], managers: ['kubectl-edit'] };
    const changes = changesOf(wanted, live, context(method)) ?? [];
    const owners = changes.map((change) => ({
      ...change,
      owners: [
        {
          manager: change.live === 'envoy:2' ? 'kubectl-edit' : 'x',
          operation: 'Update' as const,
          subresource: undefined,
          time,
        },
      ],
    }));
    const written = withLiveValues(wanted, { live, schema }, rules, owners) as unknown as {
      spec: { replicas: number; template: { spec: { containers: readonly { image: string }[] } } };
    };
    assert.equal(written.spec.replicas, 5);
    assert.deepEqual(
      written.spec.template.spec.containers.map(({ image }) => image),
      ['nginx:2', 'envoy:2'],
    );
  });
}

test('taking over from client-side apply finds what went from the source', () => {
  const live = liveAfter(base, 'client');
  const fewer = set(base, [...containers, 1], undefined);
  const { fields } = diffObject(fewer, live, context('server'));
  assert.deepEqual(
    fields.map(({ path }) => path),
    ['.spec.template.spec.containers[name="side"]'],
  );
  const entries = takenOver(live, { manager }) ?? [];
  assert.deepEqual(
    entries.map(({ operation }) => operation),
    ['Apply'],
  );
  assert.equal(takenOver({ ...live, metadata: { ...live.metadata, managedFields: entries } }, { manager }), undefined);
});

test('taking over alone is no difference', () => {
  assert.equal(diffObject(base, liveAfter(base, 'client'), context('server')).changed, false);
});

test('which way an object is applied', () => {
  const ask = (wanted: 'server' | 'client', live: KubeObject | undefined, desired = base): string =>
    methodFor({ wanted, desired, live, manager });
  assert.equal(ask('client', undefined), 'client');
  assert.equal(ask('client', liveAfter(base, 'client')), 'client');
  assert.equal(ask('client', liveAfter(base, 'server')), 'server');
  assert.equal(ask('server', liveAfter(base, 'client')), 'server');
  assert.equal(ask('client', undefined, deployment({ note: 'x'.repeat(300_000) })), 'server');
});

test('the patch of a client-side apply', () => {
  const live = liveAfter(base, 'client');
  const schema = builtinSchema(gvkOf(base));
  assert.equal(clientPatch(base, live, schema), undefined);
  const patch = clientPatch(set(base, [...containers, 1], undefined), live, schema);
  assert.equal(patch?.kind, 'strategic');
  assert.match(JSON.stringify(patch?.patch), /"\$patch":"delete"/);
  const custom: KubeObject = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'a' },
    spec: { a: 1, b: [1] },
  };
  const there = { ...withLastApplied(custom), spec: { a: 1, b: [1], c: 3 } };
  const next = { ...custom, spec: { b: [2] } };
  assert.deepEqual(clientPatch(next, there, undefined)?.patch['spec'], { a: null, b: [2] });
});

test('another order of items is a difference, beside quantities that only look different too', () => {
  const wanted = deployment({
    ...(base['spec'] as JsonObject),
    template: { spec: { containers: [{ name: 'side' }, { name: 'web', resources: { limits: { cpu: '1000m' } } }] } },
  });
  for (const method of ['server', 'client'] as const) {
    const applied = set(
      wanted,
      ['spec', 'template', 'spec', 'containers'],
      [{ name: 'web', resources: { limits: { cpu: '1000m' } } }, { name: 'side' }],
    );
    const stored = set(
      liveAfter(applied, method),
      ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'cpu'],
      '1',
    );
    const paths = diffObject(wanted, stored, context(method)).fields.map(({ path }) => path);
    assert.deepEqual(paths, ['.spec.template.spec.containers'], method);
    assert.equal(diffObject(applied, stored, context(method)).changed, false, method);
  }
});

test('another order of items is a difference, beside a field that is left out', () => {
  const wanted = set(set(base, containers, [at(base, 1), at(base, 0)]), ['spec', 'replicas'], 3);
  for (const method of ['server', 'client'] as const) {
    const live = liveAfter(base, method, (object) => set(object, ['spec', 'replicas'], 5));
    for (const rules of [{ managers: ['kubectl-edit'] }, { pointers: ['/spec/replicas'] }]) {
      const paths = diffObject(wanted, live, context(method, rules)).fields.map(({ path }) => path);
      assert.deepEqual(paths, ['.spec.template.spec.containers'], method);
    }
    const more = set(wanted, ['metadata', 'annotations'], { fresh: 'yes' });
    const pointers = ['/spec/replicas', '/metadata/annotations'];
    const paths = diffObject(more, live, context(method, { pointers })).fields.map(({ path }) => path);
    assert.deepEqual(paths, ['.spec.template.spec.containers'], method);
  }
});

test('an item that goes from Git differs, also where what it is known by is left out', () => {
  const ports = [
    { port: 80, protocol: 'TCP', name: 'http' },
    { port: 53, protocol: 'UDP', name: 'dns' },
  ];
  const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports } };
  const wanted = set(service, ['spec', 'ports', 0], undefined);
  const live = liveAfter(service, 'server');
  const schema = builtinSchema(gvkOf(wanted));
  const isChanged = (pointer: string): boolean =>
    diffObject(wanted, live, { ...context('server', { pointers: [pointer] }), schema }).changed;
  assert.equal(isChanged('/spec/ports/0/port'), true);
  assert.equal(isChanged('/spec/ports'), false);
});

test('a port that leaves its protocol to the default is asked about as it is live, and seen in another order', () => {
  const ports = [
    { port: 53, name: 'dns', protocol: 'UDP' },
    { port: 53, targetPort: 'dns' },
  ];
  const wanted: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports } };
  const stored = [ports[0], { ...ports[1], protocol: 'TCP' }];
  const there = set(liveAfter(wanted, 'server'), ['spec', 'ports'], stored.toReversed());
  const live = updated(there, set(there, ['spec', 'ports', 0, 'targetPort'], 'other'), 'kubectl-edit');
  const trusting = { ...context('server', { managers: ['kubectl-edit'] }), schema: builtinSchema(gvkOf(wanted)) };
  assert.deepEqual(askedAbout(wanted, live, trusting), set(wanted, ['spec', 'ports', 1, 'targetPort'], 'other'));
  assert.deepEqual(
    diffObject(wanted, live, trusting).fields.map(({ path }) => path),
    ['.spec.ports'],
  );
});

test('what the server answers tells which fields differ; those of trusted managers are left to them', () => {
  const live = liveAfter(base, 'server', (object) => set(object, ['spec', 'replicas'], 5));
  const wanted = set(base, ['spec', 'template', 'spec', 'containers', 1, 'image'], 'envoy:2');
  const after = set(
    set(live, ['spec', 'template', 'spec', 'containers', 1, 'image'], 'envoy:2'),
    ['spec', 'replicas'],
    2,
  );
  const told = answeredDiff(wanted, live, context('server'), after);
  assert.deepEqual(
    told.diff.fields.map(({ path }) => path),
    ['.spec.replicas', '.spec.template.spec.containers[name="side"].image'],
  );
  const trusting = answeredDiff(
    base,
    live,
    context('server', { managers: ['kubectl-edit'] }),
    set(live, ['spec', 'replicas'], 2),
  );
  assert.equal(trusting.diff.changed, false);
  assert.deepEqual(trusting.after, live);
});

test('the server is asked about what is left out as it is live, because it makes other fields of it', () => {
  const account = ['spec', 'template', 'spec', 'serviceAccountName'];
  const named = set(base, account, 'web');
  const wanted = set(set(named, ['spec', 'replicas'], 3), [...containers, 1, 'image'], 'envoy:2');
  for (const method of ['server', 'client'] as const) {
    const live = liveAfter(named, method, (object) => set(set(object, account, 'other'), ['spec', 'replicas'], 7));
    const about = (rules: Partial<DiffRules>): KubeObject => askedAbout(wanted, live, context(method, rules));
    assert.deepEqual(about({ pointers: ['/spec/template/spec/serviceAccountName'] }), set(wanted, account, 'other'));
    const both = set(set(wanted, account, 'other'), ['spec', 'replicas'], 7);
    assert.deepEqual(about({ managers: ['kubectl-edit'] }), both, method);
    assert.equal(about({}), wanted, method);
  }
});

test('the server is not asked about labels of nothing: a patch in the client would take those of others', () => {
  const wanted = { ...base, metadata: { ...base.metadata, labels: null } } as unknown as KubeObject;
  const live = liveAfter(base, 'client', (object) => set(object, ['metadata', 'labels'], { theirs: 'yes' }));
  const asked = askedAbout(wanted, live, context('client'));
  assert.equal(diffObject(wanted, live, context('client')).changed, false);
  assert.deepEqual(asked, base);
});

test('a value of nothing in a Secret is an empty one', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    data: { a: null },
    stringData: { b: null },
  };
  assert.deepEqual(normaliseDesired(secret as unknown as KubeObject)['data'], { a: '', b: '' });
});
