// Applications, sets and projects as somebody hostile or unlucky writes them: each says in Argo CD's words what is wrong with it,
// none of them keeps the system busy, and the good ones beside them never notice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { applicationYaml, automatic, configMapYaml } from './manifests.ts';
import { at, conditionsOf, look, objectsOf, shopUrl, startStory, untilTrue, versionsOf } from './story.ts';

const story = await startStory({ port: false });
after(() => story[Symbol.asyncDispose]());
const { client } = story.world;
const server = 'https://kubernetes.default.svc';
const good: JsonObject = {
  project: 'default',
  source: { repoURL: shopUrl, targetRevision: 'main', path: 'pins' },
  destination: { server, namespace: 'pins' },
  syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
};
const beside = ['configmap/beside/pin'];

before(async () => {
  await story.push({ 'pins/pin.yaml': configMapYaml('pin') });
  await create('beside', { ...good, destination: { server, namespace: 'beside' } });
  await story.untilApp('beside', 'Synced', 'Healthy');
});

async function typeOf(kind: string, group = 'argoproj.io'): Promise<Parameters<typeof client.get>[0]> {
  const type = await client.discovery.preferred({ group, kind });
  assert.ok(type, kind);
  return type;
}

async function create(name: string, spec: JsonObject, metadata: JsonObject = {}): Promise<void> {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', ...metadata },
    spec,
  };
  await client.create(await typeOf('Application'), object as unknown as KubeObject);
}

async function patch(name: string, change: JsonObject): Promise<void> {
  await client.patch(await typeOf('Application'), { namespace: 'argocd', name }, 'merge', change);
}

function app(name: string, namespace = 'argocd'): Promise<KubeObject | undefined> {
  return story.get(`application.argoproj.io/${namespace}/${name}`);
}

async function untilSays(name: string, says: RegExp, namespace = 'argocd'): Promise<void> {
  await story.until(`${name} to say ${says.source}`, async () =>
    says.test(look(conditionsOf(await app(name, namespace)))),
  );
}

/** Requests other than watches that open anew, within some seconds at rest. */
async function assertFlat(seconds = 5): Promise<void> {
  let before = -1;
  await untilTrue(
    'requests to end',
    async () => {
      const now = story.requests.recorded.length;
      const quiet = now === before;
      before = now;
      await sleep(700);
      return quiet;
    },
    60_000,
  );
  story.requests.clear();
  await sleep(seconds * 1000);
  const lines = story.requests.lines().filter((line) => !line.startsWith('WATCH'));
  assert.deepEqual(lines, [], 'at rest nothing is asked');
}

interface Case {
  readonly what: string;
  readonly spec: JsonObject;
  readonly says: RegExp;
}

const DEEP = 1000;

function deep(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

const source = good['source'] as JsonObject;

const cases: readonly Case[] = [
  {
    what: 'a destination by name and by server',
    spec: { ...good, destination: { server, name: 'in-cluster', namespace: 'x' } },
    says: /^InvalidSpecError: application destination can't have both name and server defined: in-cluster https:\/\/kubernetes\.default\.svc$/,
  },
  {
    what: 'a server that nobody knows',
    spec: { ...good, destination: { server: 'https://mars.example.com', namespace: 'x' } },
    says: /^InvalidSpecError: error getting cluster by server "https:\/\/mars\.example\.com": rpc error: code = NotFound desc = cluster "https:\/\/mars\.example\.com" not found$/,
  },
  {
    what: 'a cluster name that nobody knows',
    spec: { ...good, destination: { name: 'mars', namespace: 'x' } },
    says: /^InvalidSpecError: there are no clusters with this name: mars$/,
  },
  {
    what: 'a project that is not there',
    spec: { ...good, project: 'ghost' },
    says: /^InvalidSpecError: Application referencing project ghost which does not exist$/,
  },
  { what: 'an empty spec', spec: {}, says: /^InvalidSpecError: / },
  {
    what: 'a source without a path',
    spec: { ...good, source: { repoURL: shopUrl } },
    says: /^InvalidSpecError: spec\.source\.repoURL and either spec\.source\.path or spec\.source\.chart are required$/,
  },
  {
    what: 'a path that leads out of the repository',
    spec: { ...good, source: { ...source, path: '../../../etc' } },
    says: /^InvalidSpecError: spec\.source\.path: \.\.\/\.\.\/\.\.\/etc: app path outside root$/,
  },
  {
    what: 'an absolute path',
    spec: { ...good, source: { ...source, path: '/etc' } },
    says: /^InvalidSpecError: spec\.source\.path: \/etc: app path is absolute$/,
  },
  {
    what: 'a revision that is an option of git',
    spec: { ...good, source: { ...source, targetRevision: '--upload-pack=touch /tmp/evenkeel-was-here' } },
    says: /^ComparisonError: [^\n]*--upload-pack[^\n]*$/,
  },
  {
    what: 'a transport that runs a program',
    spec: { ...good, source: { ...source, repoURL: 'ext::sh -c "touch /tmp/evenkeel-was-here"' } },
    says: /^ComparisonError: [^\n]+$/,
  },
  {
    what: 'values that are nested a thousand levels deep',
    spec: { ...good, source: { ...source, path: 'checkout', helm: { valuesObject: deep(DEEP) } } },
    says: /^$/,
  },
  {
    what: 'options that are none',
    spec: { ...good, syncPolicy: { syncOptions: ['Validate=perhaps', '', '=', 'CreateNamespace'] } },
    says: /^InvalidSpecError: [^\n]+/,
  },
];

for (const [index, { what, spec, says }] of cases.entries()) {
  test(`an Application with ${what}`, async () => {
    const untouched = await versionsOf(story, beside);
    const name = `case-${index}`;
    await create(name, spec);
    await story.until(`${what}: ${says.source}`, async () => {
      const found = await app(name);
      return says.test(look(conditionsOf(found))) && at(found, 'status', 'sync', 'status') !== undefined;
    });
    assert.deepEqual(await versionsOf(story, beside), untouched);
  });
}

test('an operation of which a part cannot be read does nothing', async () => {
  await create('asked', {
    ...good,
    destination: { server, namespace: 'asked' },
    syncPolicy: { syncOptions: ['CreateNamespace=true'] },
  });
  await story.until('it', async () => at(await app('asked'), 'status', 'sync', 'status') === 'OutOfSync');
  await patch('asked', { operation: { info: [] } });
  await story.until('the end', async () => {
    const found = look(await app('asked'));
    return found?.['operation'] === undefined && at(found, 'status', 'operationState', 'phase') === 'Error';
  });
  const found = await app('asked');
  assert.equal(at(found, 'status', 'operationState', 'message'), 'Invalid operation request: no operation specified');
  assert.equal(await story.get('configmap/asked/pin'), undefined);
  assert.equal(conditionsOf(found), '');
});

test('an Application that manages itself, and two that manage each other, come to rest', async () => {
  const of = (name: string, path: string): string => applicationYaml({ name, path, namespace: 'argocd' });
  await story.push({
    'self/self.yaml': of('self', 'self'),
    'round/one/two.yaml': of('two', 'round/two'),
    'round/two/one.yaml': of('one', 'round/one'),
  });
  await story.apply(of('self', 'self'));
  await story.apply(of('one', 'round/one'));
  for (const name of ['self', 'one', 'two']) await story.untilApp(name, 'Synced', 'Healthy');
  await assertFlat();
  await story.push({
    'self/self.yaml': of('self', 'self').replace('project: default', 'project: default\n  revisionHistoryLimit: 3'),
  });
  await story.until('its own change', async () => at(await app('self'), 'spec', 'revisionHistoryLimit') === 3);
  await story.untilApp('self', 'Synced', 'Healthy');
});

test('an Application that takes itself out of Git is not its own end', async () => {
  await story.push({ 'self/self.yaml': undefined, 'self/pin.yaml': configMapYaml('pin') });
  await story.until('the end of it, or a refusal', async () => {
    const found = look(await app('self'));
    return found === undefined || conditionsOf(found) !== '';
  });
  await assertFlat(3);
});

test('two Applications that want one object do not fight: the second says whose it is', async () => {
  const spec = { ...good, destination: { server, namespace: 'shared' } };
  await create('first', spec);
  await story.untilApp('first', 'Synced', 'Healthy');
  await create('second', spec);
  await untilSays(
    'second',
    /^SharedResourceWarning: ConfigMap\/pin is part of applications argocd\/second and first$/m,
  );
  await assertFlat();
  assert.match(
    String((await story.get('configmap/shared/pin'))?.metadata.annotations?.['argocd.argoproj.io/tracking-id']),
    /^first:/,
  );
});

test('names of 253 letters, and objects whose names are paths', async () => {
  const long = `long-${'x'.repeat(248)}`;
  await create(long, { ...good, destination: { server, namespace: 'long' } });
  await story.untilApp(long, 'Synced', 'Healthy');
  await story.push({
    'paths/a.yaml': configMapYaml('../../secrets/stolen')
      .replace('name: ../', 'name: "../')
      .replace('stolen', 'stolen"'),
    'paths/b.yaml': configMapYaml('fine'),
  });
  await create('paths', { ...good, source: { ...source, path: 'paths' }, destination: { server, namespace: 'paths' } });
  await untilSays(
    'paths',
    /^SyncError: Failed last sync attempt to \[[0-9a-f]{40}\]: [^\n]*paths\/a\.yaml:1: [^\n]*stolen[^\n]*$/,
  );
});

test("Applications in other namespaces: theirs where they are named, nobody else's", async () => {
  await story.apply(
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: guests\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: strangers\n',
  );
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
    data: { 'application.namespaces': 'guests' },
  };
  await client.apply(await typeOf('ConfigMap', ''), settings, { fieldManager: 'hostile', force: true });
  const [wanted] = objectsOf(
    applicationYaml({ name: 'guest', path: 'pins', namespace: 'guest', syncPolicy: automatic }),
  );
  assert.ok(wanted);
  for (const namespace of ['guests', 'strangers'])
    await client.create(await typeOf('Application'), { ...wanted, metadata: { ...wanted.metadata, namespace } });
  await untilSays(
    'guest',
    /^UnknownError: application 'guest' in namespace 'guests' is not permitted to use project 'default'$/,
    'guests',
  );
  await assertFlat(3);
  assert.equal((await app('guest', 'strangers'))?.['status'], undefined);
});

test('at rest, none of them keeps anybody busy', () => assertFlat(10));

test('anchors that grow, and objects that are hardly any: one sentence each', async () => {
  const laughs = Array.from({ length: 12 }, (_level, index) => {
    const inner = index === 0 ? '"ha"' : `*l${index - 1}`;
    return `  l${index}: &l${index} [${Array.from({ length: 12 }, () => inner).join(', ')}]`;
  }).join('\n');
  const files: Readonly<Record<string, readonly [string, RegExp]>> = {
    grows: [`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\nx:\n${laughs}\n`, /grows\/a\.yaml/],
    nameless: ['apiVersion: v1\nkind: ConfigMap\nmetadata: 7\n', /nameless\/a\.yaml/],
    metaless: ['apiVersion: v1\nkind: ConfigMap\n', /metaless\/a\.yaml/],
    labels: [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: [x]\n',
      /labels\/a\.yaml:1: ConfigMap "a" has metadata\.labels that are no map/,
    ],
    annotations: [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: [x]\n  annotations: 7\n',
      /annotations\/a\.yaml:1: ConfigMap "a" has metadata\.annotations that are no map/,
    ],
    numbers: [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    argocd.argoproj.io/sync-wave: 7\n    x: {}\n',
      /numbers\/a\.yaml:1: ConfigMap "a" has the annotation argocd\.argoproj\.io\/sync-wave: 7, which is no text/,
    ],
    // Told by the API server, and tried again as the policy says.
    data: [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: [x]\n',
      /ConfigMap "a": .*unmarshal array into .*data/,
    ],
  };
  await story.push(Object.fromEntries(Object.entries(files).map(([name, [text]]) => [`${name}/a.yaml`, text])));
  for (const name of Object.keys(files)) {
    await create(name, { ...good, source: { ...source, path: name }, destination: { server, namespace: name } });
  }
  for (const [name, [, says]] of Object.entries(files))
    await untilSays(name, new RegExp(`^\\w+Error: [^\\n]*${says.source}`));
});
