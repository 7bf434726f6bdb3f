// Live objects beside desired ones: out of sync or not, as our comparison and Argo CD's say it. Live objects are really
// written to a real API server and then changed by others; dry runs are that server's.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArgoFrontEnd, readApplication, readSettings, translateApplication } from '@evenkeel/argo';
import type { Delivery } from '@evenkeel/delivery';
import { type KubeClient, type ResourceType, createHttpTransport, createKubeClient } from '@evenkeel/kube';
import { startReferenceCluster } from '@evenkeel/kube/reference';
import {
  type GroupVersionKind,
  type Json,
  type JsonObject,
  type KubeObject,
  builtinSchema,
  gvkOf,
  schemaFromCrd,
  stringifyJson,
} from '@evenkeel/resource';
import type { Cluster } from '../../packages/delivery/src/cluster.ts';
import { compareDelivery } from '../../packages/delivery/src/compare/compare.ts';
import { type Prepared, prepareObjects } from '../../packages/delivery/src/prepare.ts';
import { applyObject } from '../../packages/delivery/src/run/apply.ts';
import { changed } from './reposerver-mutate.ts';
import { definitions, objects } from './reposerver-objects.ts';
import { Picker } from './reposerver-picker.ts';
import type { Original, Told } from './reposerver-process.ts';
import { type DiffSettings, madeSettings } from './reposerver-settings.ts';
import { rowOf } from './reposerver-rows.ts';
import { versionOfComparison } from './reposerver-versions.ts';
import { Tally } from './reposerver-tally.ts';

const namespace = 'live';
const signal = new AbortController().signal;

interface Bench {
  readonly client: KubeClient;
  readonly original: Original;
  readonly tally: Tally;
  readonly pick: Picker;
}

/** Compares `count` pairs, live objects written client-side and server-side by turns. */
export async function compareDiffs(original: Original, seed: number, count: number): Promise<Tally> {
  await using server = await startReferenceCluster();
  await using transport = createHttpTransport(server.config);
  const client = createKubeClient(transport);
  const bench: Bench = { client, original, tally: new Tally('diff'), pick: new Picker(seed) };
  await furnish(client);
  const document = await transport.send({ method: 'GET', path: '/openapi/v2' });
  const file = join(tmpdir(), `evenkeel-openapi-${process.pid}.json`);
  writeFileSync(file, stringifyJson(document.body as Json));
  const { server: address, user } = server.config;
  const read: Told<boolean> = await original.ask('schema', { file, server: address, token: user.token });
  if (read.error !== undefined) throw new Error(read.error);
  for (let round = 0, done = 0; done < count; round += 1) {
    const base = renamed(objects[round % objects.length] as KubeObject, round);
    const method = round % (2 * objects.length) < objects.length ? 'client' : 'server';
    done += await compareOne(base, method, bench);
  }
  return bench.tally;
}

/** A name of its own for every object that is written: some do not go at once. */
function renamed(object: KubeObject, round: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${round}` } };
}

async function furnish(client: KubeClient): Promise<void> {
  const [definitionType, namespaceType] = await Promise.all([
    client.discovery.resolve({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }),
    client.discovery.resolve({ group: '', version: 'v1', kind: 'Namespace' }),
  ]);
  if (!definitionType || !namespaceType) throw new Error('the server is not ready');
  await client.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const definition of definitions) await client.create(definitionType, definition);
  for (const definition of definitions) {
    const { group, names } = definition['spec'] as {
      readonly group: string;
      readonly names: { readonly kind: string };
    };
    const version = group === 'argoproj.io' ? 'v1alpha1' : 'v1';
    for (let tries = 0; tries < 200; tries += 1) {
      client.discovery.invalidate();
      if (await client.discovery.resolve({ group, version, kind: names.kind })) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  // Objects of a definition can be written a moment after it is served.
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

type Method = 'client' | 'server';

/** Writes one object, lets others change it, and compares it with several wishes. */
async function compareOne(base: KubeObject, method: Method, bench: Bench): Promise<number> {
  const { client, pick } = bench;
  const wish = deliveryOf(method, { ignores: [], config: {} });
  const type = await client.discovery.resolve(gvkOf(base));
  const [first] = (await prepareObjects([{ object: base }], wish, client.discovery)).objects;
  if (!type || !first) throw new Error(`${base.kind} cannot be prepared`);
  const cluster = clusterOf(client, () => undefined);
  const written = await applyObject({
    delivery: wish,
    cluster,
    type,
    object: first.desired.object,
    live: undefined,
    signal,
  });
  const { live, how } = await touched(written, type, bench);
  const wishes = Array.from({ length: 12 }, () =>
    pick.chance(0.15) ? { object: base, how: 'as it was' } : changed(base, pick),
  );
  for (const wanted of wishes) {
    const settings = madeSettings(wanted.object, pick);
    await judge(
      {
        method,
        base,
        type,
        live,
        wanted: settings.annotated ?? wanted.object,
        settings,
        how: `${method} ${base.kind}: live [${how}], desired [${wanted.how}]`,
      },
      bench,
    );
  }
  return wishes.length;
}

/** What others make of a live object. */
async function touched(
  written: KubeObject,
  type: ResourceType,
  { client, pick }: Bench,
): Promise<{ readonly live: KubeObject; readonly how: string }> {
  if (pick.chance(0.3)) return { live: written, how: 'untouched' };
  for (let tries = 0; tries < 8; tries += 1) {
    const { object, how } = changed(written, pick);
    try {
      const live = await client.update(type, object, {
        fieldManager: pick.of(['other', 'kubectl-edit']),
      });
      return { live, how };
    } catch {
      // The server does not take it: something else is tried.
    }
  }
  return { live: written, how: 'untouched' };
}

interface Pair {
  readonly method: Method;
  readonly base: KubeObject;
  readonly type: ResourceType;
  readonly live: KubeObject;
  readonly wanted: KubeObject;
  readonly settings: DiffSettings;
  readonly how: string;
}

interface Verdict {
  readonly modified: boolean;
  readonly live: Json;
  readonly predicted: Json;
}

async function judge(pair: Pair, { client, original, tally }: Bench): Promise<void> {
  const { method, type, live, wanted, settings, how } = pair;
  const delivery = deliveryOf(method, settings);
  const prepared = await prepareObjects([{ object: wanted }], delivery, client.discovery);
  const [entry] = prepared.objects;
  if (!entry) return tally.equal('unprepared');
  const desired = entry.desired.object;
  const asked = {
    live,
    desired,
    ...settings.forOriginal,
    labelKey: 'app.kubernetes.io/instance',
    trackingMethod: 'annotation',
    path: method === 'server' ? pathOf(type, desired) : '',
  };
  const told: Told<Verdict> = await original.ask('diff', asked);
  if (told.error !== undefined) return tally.refused('refused by the original', how, told.error);
  const found = await ours(delivery, prepared, live, client);
  // What an apply would be refused is told by name; upstream's patch in the client does not find out.
  if (typeof found === 'string' && found.includes('the cluster rejects'))
    return tally.refused('refused by the server', how, found);
  if (typeof found === 'string') return tally.differs(how, { refused: found });
  if (found.changed === told.value.modified) return tally.equal(found.changed ? 'drifted' : 'synced');
  const theirs = differences(told.value.live, told.value.predicted);
  if (rowOf({ method, type, desired, live, settings: settings.forOriginal }, found, theirs) !== undefined)
    return tally.equal('deliberate');
  if (!found.changed && versionOfComparison(desired) !== undefined) return tally.equal('version');
  if (!found.changed && (await changesNothing(pair, desired, delivery, client))) return tally.equal('no change');
  tally.differs(how, {
    wanted: told.value.modified,
    settings: settings.forOriginal,
    fields: found.fields,
    theirs,
    desired: process.env['CASES'] ? desired : '',
    live: process.env['CASES'] ? live : '',
  });
}

function pathOf(type: ResourceType, { metadata }: KubeObject): string {
  const root = type.group === '' ? '/api/v1' : `/apis/${type.group}/${type.version}`;
  const place = type.namespaced ? `/namespaces/${metadata.namespace}` : '';
  return `${root}${place}/${type.plural}/${metadata.name}`;
}

/** True where an apply, asked of the server, leaves the object as it is: whoever calls it out of sync is wrong. */
async function changesNothing(
  { type, live }: Pair,
  object: KubeObject,
  delivery: Delivery,
  client: KubeClient,
): Promise<boolean> {
  const cluster = clusterOf(client, () => live);
  const after = await applyObject({ delivery, cluster, type, object, live, dryRun: true, signal });
  const told = differences(live as unknown as Json, after as unknown as Json);
  return told.every((line) =>
    /^\.metadata\.(managedFields|resourceVersion|generation|annotations\.kubectl)/.test(line),
  );
}

async function ours(
  delivery: Delivery,
  prepared: Prepared,
  live: KubeObject,
  client: KubeClient,
): Promise<{ readonly changed: boolean; readonly fields: readonly unknown[] } | string> {
  const cluster = clusterOf(client, () => live);
  const input = { delivery, prepared, memory: { inventory: [] }, cluster, askAnew: true, signal };
  const { objects: compared, refusals } = await compareDelivery(input);
  if (refusals.length > 0) return refusals.map(({ sentence }) => sentence).join('; ');
  return compared[0]?.diff ?? 'not compared';
}

/** A cluster as a comparison sees it. */
function clusterOf(client: KubeClient, get: () => KubeObject | undefined): Cluster {
  const live = { get, ownerOf: () => undefined, owned: () => [], observe: () => undefined, outside: () => undefined };
  return { name: 'reference', client, live, schemaOf, unreachable: undefined } as unknown as Cluster;
}

function schemaOf(kind: GroupVersionKind): ReturnType<typeof builtinSchema> {
  const builtin = builtinSchema(kind);
  if (builtin) return builtin;
  const definition = definitions.find((each) => (each['spec'] as { names: { kind: string } }).names.kind === kind.kind);
  const [version] =
    (definition?.['spec'] as { versions: readonly { schema: { openAPIV3Schema: JsonObject } }[] } | undefined)
      ?.versions ?? [];
  return version ? schemaFromCrd(version.schema.openAPIV3Schema) : undefined;
}

function deliveryOf(method: Method, { ignores, config }: Pick<DiffSettings, 'ignores' | 'config'>): Delivery {
  const { settings } = readSettings({ config });
  const application = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.example.com/a.git', path: 'a' },
      destination: { name: 'in-cluster', namespace },
      syncPolicy: { syncOptions: [...(method === 'server' ? ['ServerSideApply=true'] : []), 'Validate=false'] },
      ignoreDifferences: ignores,
    },
  } as unknown as Parameters<typeof readApplication>[0]);
  const translation = translateApplication(
    application,
    createArgoFrontEnd(() => settings),
    settings,
  );
  if (translation.kind === 'refused') throw new Error(JSON.stringify(translation.refusals));
  return translation.delivery;
}

/** Where two values differ, as far as one line holds. */
function differences(left: Json, right: Json, at = ''): readonly string[] {
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return [`${at}: ${JSON.stringify(left)} -> ${JSON.stringify(right)}`];
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    differences((left as JsonObject)[key] ?? null, (right as JsonObject)[key] ?? null, `${at}.${key}`),
  );
}
