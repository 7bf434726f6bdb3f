// Real CustomResourceDefinitions on the real server and on the sandbox: `node … definitions.ts DIRECTORY [WORD]` takes each
// directory in DIRECTORY as a set of YAML files. What is compared: whether each definition is taken, how it is stored, its
// conditions, the schemas served for it, and the answers to sample objects made from its schema.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, parseYamlDocuments, stringifyJson } from '@evenkeel/resource';
import { differences, normalize } from './normalize.ts';
import { samplesOf } from './samples.ts';
import { type Answer, type Server, startReal, startSandbox } from './servers.ts';

type Bag = Record<string, unknown>;

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Bag };
}

interface Definition extends Bag {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly versions: readonly Version[];
  };
}

interface Tally {
  readonly set: string;
  definitions: number;
  total: number;
  equal: number;
  realMs: number;
  sandboxMs: number;
  readonly failures: { readonly name: string; readonly differences: readonly string[] }[];
}

const api = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const [directory = '', word = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  await using real = await startReal();
  await using sandbox = await startSandbox();
  const sets = readdirSync(directory)
    .filter((each) => each.includes(word))
    .sort();
  const tallies: Tally[] = [];
  for (const set of sets) {
    const tally = await compareSet(real, sandbox, set);
    tallies.push(tally);
    for (const failure of tally.failures.slice(0, Number(process.env['SHOWN'] ?? 8))) {
      console.log(`✖ ${set} ${failure.name}`);
      for (const line of failure.differences.slice(0, 6)) console.log(`    ${line}`);
    }
    const { definitions, equal, total, realMs, sandboxMs } = tally;
    const [realS, sandboxS] = [Math.round(realMs), Math.round(sandboxMs)];
    console.log(
      `${set}: definitions=${definitions} equal=${equal}/${total} apply real=${realS}ms sandbox=${sandboxS}ms`,
    );
  }
  const sum = (key: 'definitions' | 'equal' | 'total' | 'realMs' | 'sandboxMs'): number =>
    Math.round(tallies.reduce((all, each) => all + each[key], 0));
  mkdirSync('.results', { recursive: true });
  writeFileSync('.results/definitions.json', JSON.stringify(tallies, undefined, 2));
  console.log(
    `RESULT definitions sets=${tallies.length} definitions=${sum('definitions')} equal=${sum('equal')} total=${sum('total')} real=${sum('realMs')}ms sandbox=${sum('sandboxMs')}ms`,
  );
}

async function compareSet(real: Server, sandbox: Server, set: string): Promise<Tally> {
  const definitions = readSet(join(directory, set));
  const tally: Tally = {
    set,
    definitions: definitions.length,
    total: 0,
    equal: 0,
    realMs: 0,
    sandboxMs: 0,
    failures: [],
  };
  const compare = (name: string, want: unknown, got: unknown): void => {
    const found = differences(comparable(want), comparable(got));
    tally.total++;
    if (found.length === 0) tally.equal++;
    else tally.failures.push({ name, differences: found });
  };
  const [wanted, got] = [await applied(real, definitions), await applied(sandbox, definitions)];
  tally.realMs = wanted.elapsedMs;
  tally.sandboxMs = got.elapsedMs;
  for (const [name, answer] of wanted.created)
    compare(`${name} created`, asSent(answer), asSent(got.created.get(name)));
  for (const [name, answer] of wanted.stored)
    compare(`${name} stored`, withoutOwners(answer), withoutOwners(got.stored.get(name)));
  const taken = definitions.filter(({ metadata }) => wanted.created.get(metadata.name)?.status === 201);
  await compareSchemas(real, sandbox, { definitions: taken, compare });
  for (const definition of taken) await compareSamples(real, sandbox, { definition, compare });
  for (const server of [real, sandbox]) {
    for (const { metadata } of taken) await server.ask({ method: 'DELETE', path: `${api}/${metadata.name}` });
  }
  return tally;
}

// The real server fills in the status a moment later, and signs for it; see DEVIATIONS.md.
function asSent(answer: Answer | undefined): unknown {
  if (answer?.status !== 201) return answer;
  const { status: _, ...body } = answer.body as Bag;
  return { ...answer, body };
}

function withoutOwners(answer: Answer | undefined): unknown {
  const { metadata, ...body } = (answer?.body ?? {}) as { readonly metadata?: Bag };
  const { managedFields: _, ...rest } = metadata ?? {};
  return { ...answer, body: { ...body, metadata: rest } };
}

function readSet(path: string): readonly Definition[] {
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => documents(readFileSync(join(path, name), 'utf8')))
    .filter((each) => (each as Bag | undefined | null)?.['kind'] === 'CustomResourceDefinition')
    .map((each) => each as unknown as Definition)
    .filter((each, index, all) => all.findIndex(({ metadata }) => metadata.name === each.metadata.name) === index);
}

// Templates of charts are left out.
function documents(text: string): readonly unknown[] {
  try {
    return parseYamlDocuments(text, { dialect: 'sigs' });
  } catch {
    return [];
  }
}

interface Applied {
  readonly created: ReadonlyMap<string, Answer>;
  readonly stored: ReadonlyMap<string, Answer>;
  readonly elapsedMs: number;
}

// Creates all, then waits until each is established.
async function applied(server: Server, definitions: readonly Definition[]): Promise<Applied> {
  const created = new Map<string, Answer>();
  const stored = new Map<string, Answer>();
  // What an earlier set of the same names left takes a moment to go.
  for (const { metadata } of definitions)
    await until(async () => (await server.ask({ method: 'GET', path: `${api}/${metadata.name}` })).status === 404);
  const started = performance.now();
  for (const body of definitions)
    created.set(
      body.metadata.name,
      await server.ask({ method: 'POST', path: `${api}?fieldValidation=Warn`, text: textOf(body) }),
    );
  for (const [name, answer] of created) {
    if (answer.status !== 201) continue;
    await until(async () => {
      const now = await server.ask({ method: 'GET', path: `${api}/${name}` });
      stored.set(name, now);
      const conditions = ((now.body as Bag)['status'] as Bag | undefined)?.['conditions'] as readonly Bag[] | undefined;
      const is = (type: string, status: string): boolean =>
        conditions?.some((each) => each['type'] === type && each['status'] === status) === true;
      const known = (type: string): boolean => conditions?.some((each) => each['type'] === type) === true;
      const approved = !/(^|\.)(k8s|kubernetes)\.io$/.test(name) || known('KubernetesAPIApprovalPolicyConformant');
      return approved && (is('Established', 'True') || is('NamesAccepted', 'False'));
    });
  }
  return { created, stored, elapsedMs: performance.now() - started };
}

// Schemas have numbers that JSON.stringify does not write.
function textOf(body: Bag): string {
  return stringifyJson(body as unknown as Json);
}

async function until(done: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await done()) return true;
    await new Promise((resolve) => setTimeout(resolve, attempt < 10 ? 20 : 200));
  }
  return false;
}

type Compare = (name: string, want: unknown, got: unknown) => void;

async function compareSchemas(
  real: Server,
  sandbox: Server,
  { definitions, compare }: { readonly definitions: readonly Definition[]; readonly compare: Compare },
): Promise<void> {
  const paths = new Map<string, string[]>();
  for (const { spec } of definitions) {
    for (const version of spec.versions.filter(({ served }) => served)) {
      const path = `apis/${spec.group}/${version.name}`;
      paths.set(path, [...(paths.get(path) ?? []), spec.names.kind]);
    }
  }
  for (const [path, kinds] of paths) {
    const [want, got] = [await schemas(real, path, kinds), await schemas(sandbox, path, kinds)];
    for (const kind of kinds) compare(`${path} schema ${kind}`, want.get(kind), got.get(kind));
    const ask = { method: 'GET', path: `/${path}` };
    compare(`${path} discovery`, discovered(await real.ask(ask)), discovered(await sandbox.ask(ask)));
  }
}

function discovered({ body }: Answer): unknown {
  const resources = ((body as Bag)['resources'] ?? []) as Bag[];
  return [...resources]
    .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1))
    .map((resource) => ({ ...resource, storageVersionHash: undefined }));
}

async function schemas(server: Server, path: string, kinds: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  await until(async () => {
    const { body } = await server.ask({ method: 'GET', path: `/openapi/v3/${path}` });
    const components = ((body as Bag)?.['components'] as Bag | undefined)?.['schemas'] as Bag | undefined;
    for (const schema of Object.values(components ?? {}) as Bag[]) {
      for (const { kind } of (schema['x-kubernetes-group-version-kind'] ?? []) as { readonly kind: string }[])
        if (kinds.includes(kind)) found.set(kind, schema);
    }
    return kinds.every((kind) => found.has(kind));
  });
  return found;
}

async function compareSamples(
  real: Server,
  sandbox: Server,
  { definition, compare }: { readonly definition: Definition; readonly compare: Compare },
): Promise<void> {
  const { group, scope, names, versions } = definition.spec;
  for (const { name, served, schema } of versions) {
    if (!served) continue;
    const apiVersion = `${group}/${name}`;
    const path = `/apis/${apiVersion}/${scope === 'Namespaced' ? 'namespaces/default/' : ''}${names.plural}`;
    for (const server of [real, sandbox])
      await until(async () => (await server.ask({ method: 'GET', path: `${path}?limit=1` })).status === 200);
    for (const sample of samplesOf(schema?.openAPIV3Schema ?? {}, { apiVersion, kind: names.kind })) {
      const query = `dryRun=All&fieldValidation=${sample.name === 'unknown fields' ? 'Strict' : 'Warn'}`;
      const ask = { method: 'POST', path: `${path}?${query}`, text: textOf(sample.body) };
      compare(`${path} ${sample.name}`, await real.ask(ask), await sandbox.ask(ask));
    }
  }
}

// Several mistakes are listed in any order; descriptions are not kept.
function comparable(value: unknown): unknown {
  return normalize(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const result: Bag = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'description' && typeof member === 'string') continue;
    if (key === 'causes' && Array.isArray(member)) result[key] = asSet(member.map((each) => JSON.stringify(each)));
    else if (key === 'message' && hasCauses(value as Bag)) continue;
    else if (key === 'message' && typeof member === 'string' && (value as Bag)['kind'] === 'Status')
      result[key] = asSet(
        member.split(/(?:\[|, )(?=(?:[\w.[\]-]+|<nil>): |unknown field)/).map((each) => each.replace(/\]$/, '')),
      );
    else if (key === 'warnings' && Array.isArray(member)) result[key] = asSet(member.map(String));
    else if (key === 'conditions' && Array.isArray(member))
      result[key] = member.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    else result[key] = sorted(member);
  }
  return result;
}

// Then the message says the same once more.
function hasCauses(status: Bag): boolean {
  const causes = (status['details'] as Bag | undefined)?.['causes'];
  return Array.isArray(causes) && causes.length > 1;
}

function asSet(texts: readonly string[]): Bag {
  return Object.fromEntries(texts.map((each) => [each, true]));
}

await main();
