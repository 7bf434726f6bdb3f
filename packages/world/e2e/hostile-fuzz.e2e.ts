// Applications, sets and projects in which fields hold what nobody expects, hundreds of them from a seed, with the structural
// schema of their definitions and without: the process lives, each Application says what is wrong with it, none of them keeps
// anybody busy, and the good ones beside them never notice. FUZZ_SEED=7 FUZZ_COUNT=1 tries the seventh alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { argoDefinitions } from '@evenkeel/argo';
import { KubeError } from '@evenkeel/kube';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { onlySandbox } from './bed.ts';
import { type Manner, type Mutated, mutate } from './fuzz/mutate.ts';
import { at, conditionsOf, look, shopUrl, startStory, untilTrue, versionsOf } from './story.ts';

const skip = onlySandbox('it writes hundreds of objects, without a schema as well');
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const count = Number(process.env['FUZZ_COUNT'] ?? 150);

const notices: string[] = [];
const rejections: unknown[] = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));
process.on('uncaughtException', (error) => rejections.push(error));

const story = await startStory({ port: false, onNotice: (sentence) => notices.push(sentence) });
after(() => story[Symbol.asyncDispose]());
const { client } = story.world;
const written = new Map<string, Mutated>();

const good: JsonObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: shopUrl, targetRevision: 'main', path: 'notes' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'fuzz' },
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['CreateNamespace=true'],
      retry: { limit: 0 },
    },
  },
};
const beside = ['deployment.apps/beside/notes', 'service/beside/notes'];

before(async () => {
  const spec = good['spec'] as JsonObject;
  const destination = { ...(spec['destination'] as JsonObject), namespace: 'beside' };
  await write({ ...good, metadata: { name: 'beside', namespace: 'argocd' }, spec: { ...spec, destination } });
  await story.untilApp('beside', 'Synced', 'Healthy');
});

async function typeOf(kind: string): Promise<Parameters<typeof client.get>[0]> {
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind });
  assert.ok(type);
  return type;
}

/** False where the API server does not take it in. */
async function write(object: JsonObject): Promise<boolean> {
  try {
    await client.create(await typeOf(object['kind'] as string), object as unknown as KubeObject);
    return true;
  } catch (error) {
    if (error instanceof KubeError) return false;
    throw error;
  }
}

function schemaOf(kind: string): JsonObject {
  const definition = argoDefinitions().find((each) => at(each, 'spec', 'names', 'kind') === kind);
  return at(definition, 'spec', 'versions', 0, 'schema', 'openAPIV3Schema') as JsonObject;
}

/** Takes the schema away from a definition: whatever is written is stored. */
async function forgetSchema(kind: string): Promise<void> {
  const definition = argoDefinitions().find((each) => at(each, 'spec', 'names', 'kind') === kind);
  const type = await client.discovery.preferred({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' });
  assert.ok(type);
  const versions = structuredClone(at(definition, 'spec', 'versions')) as Record<string, unknown>[];
  const free = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const patch = { spec: { versions: versions.map((version) => ({ ...version, schema: free })) } };
  await client.patch(type, { name: definition?.metadata.name ?? '' }, 'merge', patch as unknown as JsonObject);
  await untilTrue('the schema to be gone', async () => {
    const probe = { ...good, kind, metadata: { name: 'probe', namespace: 'argocd' }, spec: 7 };
    if (!(await write(probe))) return undefined;
    await client.delete(await typeOf(kind), { namespace: 'argocd', name: 'probe' });
    return true;
  });
}

/** In a namespace of its own: Applications that want different things of one namespace would be right to disagree. */
function placed(base: JsonObject, namespace: string): JsonObject {
  if (base['kind'] !== 'Application') return base;
  const spec = base['spec'] as JsonObject;
  return { ...base, spec: { ...spec, destination: { ...(spec['destination'] as JsonObject), namespace } } };
}

async function writeMutants(kind: string, base: JsonObject, manner: Manner): Promise<readonly string[]> {
  const names: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const name = `${kind.toLowerCase()}-${manner}-${seed}`;
    const metadata = { ...(base['metadata'] as JsonObject), name };
    const mutated = mutate({ ...placed(base, name), metadata }, schemaOf(kind), { seed, manner });
    if (!(await write({ ...mutated.object, metadata }))) continue;
    written.set(name, mutated);
    names.push(name);
  }
  return names;
}

function told(name: string): string {
  return `${name}: ${JSON.stringify(written.get(name)?.mutations).slice(0, 600)}`;
}

/** Each has a status that says something, or a condition. */
async function untilAllSay(names: readonly string[]): Promise<void> {
  let silent: readonly string[] = names;
  await untilTrue(
    'every Application to say something',
    async () => {
      const { items } = await client.list(await typeOf('Application'), { namespace: 'argocd' });
      const byName = new Map(items.map((item) => [item.metadata.name ?? '', item]));
      silent = names.filter((name) => {
        const app = byName.get(name);
        return (
          typeof at(app, 'status', 'sync', 'status') !== 'string' ||
          at(app, 'status', 'controllerNamespace') !== 'argocd'
        );
      });
      return silent.length === 0;
    },
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`silent:\n${silent.map(told).join('\n')}\n${notices.slice(-20).join('\n')}`, { cause: error });
  });
}

/** How many Applications wait for the next attempt of a sync. */
async function countRetried(): Promise<number> {
  const { items } = await client.list(await typeOf('Application'), { namespace: 'argocd' });
  return items.filter((item) => Number(at(item, 'status', 'operationState', 'retryCount')) > 0).length;
}

/** Nothing is written any more: what is wrong is said once. */
async function untilNothingIsWritten(): Promise<void> {
  const writes = (): readonly string[] =>
    story.requests.recorded
      .filter(({ kind, method }) => kind === 'send' && method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
  await untilTrue(
    'the writing to end',
    async () => {
      story.requests.clear();
      await sleep(3000);
      return writes().length <= 3 * (await countRetried());
    },
    120_000,
  ).catch((error: unknown) => {
    const by = Map.groupBy(writes(), (line) => line);
    const lines = [...by].map(([line, all]) => `${all.length} × ${line} ${told(line.split('/').at(-1) ?? '')}`);
    throw new Error(`still writing:\n${lines.join('\n')}`, { cause: error });
  });
  story.requests.clear();
  await sleep(3000);
  // What was refused by the API server is tried again as the policy says, which may have been mutated as well.
  const retried = await countRetried();
  const lines = writes();
  assert.ok(lines.length <= 3 * retried, `steady state sends no writes:\n${lines.join('\n')}`);
}

/** Whoever asked for an operation has heard how it ended. */
async function assertNobodyWaits(names: readonly string[]): Promise<void> {
  const { items } = await client.list(await typeOf('Application'), { namespace: 'argocd' });
  const waiting = items.filter((item) => item['operation'] !== undefined && names.includes(item.metadata.name ?? ''));
  const lines = waiting.map((app) => {
    const state = JSON.stringify(at(app, 'status', 'operationState'));
    return `${told(app.metadata.name ?? '')}\n   operation ${JSON.stringify(app['operation'])}\n   state ${state}\n   ${conditionsOf(app)}`;
  });
  assert.equal(lines.length, 0, lines.join('\n'));
}

const internal =
  /Cannot (read|set|destructure|convert)|is not (a function|iterable|defined|an object)|Assertion|Maximum call|Invalid (time|array|count|regular)|toSorted|\.map\b|undefined \(/;

function assertNothingBroke(): void {
  assert.deepEqual(rejections, []);
  const broken = notices.filter((sentence) => internal.test(sentence));
  const names = [...new Set(broken)].map(
    (line) => `${line}\n    ${told(line.split(': ')[0]?.split('/').at(-1) ?? '')}`,
  );
  assert.equal(names.length, 0, names.join('\n'));
}

async function clear(kind: string, names: readonly string[]): Promise<void> {
  const type = await typeOf(kind);
  for (const name of names) {
    await client
      .patch(type, { namespace: 'argocd', name }, 'merge', { metadata: { finalizers: null } })
      .catch(() => undefined);
    await client.delete(type, { namespace: 'argocd', name }).catch(() => undefined);
  }
}

async function attack(manner: Manner): Promise<void> {
  const untouched = await versionsOf(story, beside);
  const names = await writeMutants('Application', good, manner);
  assert.ok(names.length > 0.3 * count, `${names.length} of ${count} were let in`);
  await untilAllSay(names);
  await untilNothingIsWritten();
  await assertNobodyWaits(names);
  assertNothingBroke();
  assert.deepEqual(await versionsOf(story, beside), untouched);
  assert.equal(conditionsOf(await story.get('application.argoproj.io/argocd/beside')), '');
  await clear('Application', names);
}

const goodSet: JsonObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { namespace: 'argocd' },
  spec: {
    goTemplate: true,
    generators: [{ list: { elements: [{ name: 'one' }] } }],
    template: { metadata: { name: 'made-{{.name}}' }, spec: { ...(good['spec'] as JsonObject), syncPolicy: {} } },
    syncPolicy: { applicationsSync: 'create-only' },
  },
};
const goodProject: JsonObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { namespace: 'argocd' },
  spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
};

/** Sets say what they make, or that they make nothing; projects say it through the Applications that are in them. */
async function attackOthers(manner: Manner): Promise<void> {
  const untouched = await versionsOf(story, beside);
  const sets = await writeMutants('ApplicationSet', goodSet, manner);
  const projects = await writeMutants('AppProject', goodProject, manner);
  const names: string[] = [];
  for (const project of projects) {
    const name = `in-${project}`;
    const spec = { ...(good['spec'] as JsonObject), project, syncPolicy: {} };
    assert.ok(await write({ ...good, metadata: { name, namespace: 'argocd' }, spec }));
    const mutated = written.get(project);
    if (mutated) written.set(name, mutated);
    names.push(name);
  }
  await untilAllSay(names);
  await untilTrue(
    'every set to say something',
    async () => {
      const { items } = await client.list(await typeOf('ApplicationSet'), { namespace: 'argocd' });
      const silent = items.filter((item) => !Array.isArray(at(item, 'status', 'conditions')));
      return silent.length === 0 || (look(silent.map(({ metadata }) => told(metadata.name ?? ''))) && false);
    },
    60_000,
  );
  await untilNothingIsWritten();
  assertNothingBroke();
  assert.deepEqual(await versionsOf(story, beside), untouched);
  await clear('ApplicationSet', sets);
  await clear('Application', names);
  await clear('AppProject', projects);
}

test('sets and projects that keep to their schemas and to nothing else', { skip }, () => attackOthers('typed'));

test('Applications that keep to their schema and to nothing else', { skip }, () => attack('typed'));

test('Applications whose fields have any type, where the definition has no schema', { skip }, async () => {
  await forgetSchema('Application');
  await attack('loose');
});

test('sets and projects whose fields have any type, where the definitions have no schema', { skip }, async () => {
  await forgetSchema('ApplicationSet');
  await forgetSchema('AppProject');
  await attackOthers('loose');
});
