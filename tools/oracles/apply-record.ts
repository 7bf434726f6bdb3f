// Plays the scenarios of apply-scenarios.ts against a real kube-apiserver and writes down what came of every step.

import { isDeepStrictEqual } from 'node:util';

import type { Json, JsonObject } from '../../packages/resource/src/json.ts';
import type { RecordedStep, Recording } from '../../packages/resource/src/ownership/replay.ts';
import { type ReferenceCluster, startReferenceCluster } from '../schema/reference-cluster.ts';
import { type Scenario, type ScenarioStep, customResourceDefinitions, scenarios } from './apply-scenarios.ts';

/** Runs every scenario on a fresh cluster. */
export async function recordScenarios(): Promise<Recording> {
  await using cluster = await startReferenceCluster();
  for (const definition of customResourceDefinitions) await createDefinition(cluster, definition);
  const recorded = [];
  for (const scenario of scenarios) recorded.push({ ...describe(scenario), steps: await play(cluster, scenario) });
  const schemas = Object.fromEntries(customResourceDefinitions.map(schemaOf));
  return { schemas, scenarios: recorded };
}

function describe({ name, group, version, kind }: Scenario): Pick<Scenario, 'name' | 'group' | 'version' | 'kind'> {
  return { name, group, version, kind };
}

function schemaOf(definition: JsonObject): readonly [string, JsonObject] {
  const spec = definition['spec'] as JsonObject;
  const [version] = spec['versions'] as JsonObject[];
  const schema = ((version ?? {})['schema'] as JsonObject)['openAPIV3Schema'] as JsonObject;
  return [(spec['names'] as Record<string, string>)['kind'] ?? '', schema];
}

async function createDefinition(cluster: ReferenceCluster, definition: JsonObject): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const headers = { 'content-type': 'application/json' };
  const created = await cluster.request({ method: 'POST', path, headers, body: JSON.stringify(definition) });
  if (created.status !== 201) throw new Error(`CRD: ${created.status} ${created.body}`);
  const name = (definition['metadata'] as Record<string, string>)['name'] ?? '';
  const plural = name.slice(0, name.indexOf('.'));
  for (let attempt = 0; attempt < 100; attempt++) {
    const listed = await cluster.request({ path: `/apis/example.dev/v1/namespaces/default/${plural}` });
    if (listed.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} is not served`);
}

async function play(cluster: ReferenceCluster, scenario: Scenario): Promise<readonly RecordedStep[]> {
  const steps: RecordedStep[] = [];
  let stored: JsonObject | undefined;
  for (const step of scenario.steps) {
    const version = step.version ?? scenario.version;
    const before = stored === undefined ? undefined : await readAt(cluster, scenario, version);
    const body = bodyOf(step, scenario, version, before);
    const response = await cluster.request({
      method: methods[step.do] ?? 'PATCH',
      path: pathOf(scenario, step, version),
      headers: { 'content-type': contentTypes[step.do] ?? 'application/json' },
      body: JSON.stringify(body),
    });
    const result = JSON.parse(response.body) as JsonObject;
    const { body: _, ...asked } = step;
    const ok = response.status < 300;
    steps.push({
      ...asked,
      version,
      body: body ?? null,
      ...(before === undefined || isDeepStrictEqual(before, stored) ? {} : { before }),
      status: response.status,
      ...(ok ? { object: result } : { error: result }),
    });
    if (ok) stored = result;
  }
  return steps;
}

async function readAt(cluster: ReferenceCluster, scenario: Scenario, version: string): Promise<JsonObject> {
  const response = await cluster.request({ path: pathOf(scenario, { do: 'apply' }, version) });
  return JSON.parse(response.body) as JsonObject;
}

const methods: Readonly<Record<string, string>> = { create: 'POST', put: 'PUT', delete: 'DELETE' };
const contentTypes: Readonly<Record<string, string>> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

function pathOf(scenario: Scenario, step: ScenarioStep, version: string): string {
  const root = scenario.group === '' ? `/api/${version}` : `/apis/${scenario.group}/${version}`;
  const collection = `${root}${scenario.namespaced ? '/namespaces/default' : ''}/${scenario.plural}`;
  const object = step.do === 'create' ? collection : `${collection}/${scenario.object}`;
  const query = new URLSearchParams();
  if (step.manager !== undefined) query.set('fieldManager', step.manager);
  if (step.force === true) query.set('force', 'true');
  return `${object}${step.subresource === undefined ? '' : `/${step.subresource}`}?${query.toString()}`;
}

function bodyOf(
  step: ScenarioStep,
  scenario: Scenario,
  version: string,
  before: JsonObject | undefined,
): Json | undefined {
  if (step.do === 'merge' || step.do === 'strategic' || step.do === 'json') return step.body;
  const given = (step.body ?? {}) as JsonObject;
  if (step.do === 'put') return laidOver(before ?? {}, given);
  const apiVersion = scenario.group === '' ? version : `${scenario.group}/${version}`;
  const namespace = scenario.namespaced ? { namespace: 'default' } : {};
  const metadata = { name: scenario.object, ...namespace, ...(given['metadata'] as JsonObject | undefined) };
  return { apiVersion, kind: scenario.kind, ...given, metadata };
}

// A put's body replaces whole members of spec and metadata, and all of data.
function laidOver(object: JsonObject, changes: JsonObject): JsonObject {
  const out: Record<string, Json | undefined> = { ...object };
  for (const [name, value] of Object.entries(changes)) {
    const nested = name === 'spec' || name === 'metadata';
    out[name] = nested ? { ...(object[name] as JsonObject), ...(value as JsonObject) } : value;
  }
  return out;
}
