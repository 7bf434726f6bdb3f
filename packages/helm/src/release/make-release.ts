// Makes the record of a release from a chart: what `helm install` and `helm upgrade` store.

import { toJson } from '@evenkeel/gotemplate';
import type { Json, JsonObject } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';

import type { Chart, ChartFile, Dependency } from '../chart/chart.ts';
import { renderRelease } from '../render/release.ts';
import type { ChartRenderRequest, RenderHost } from '../render/request.ts';
import { manifestText } from '../render/template-output.ts';
import type { ReleaseHook, ReleaseRecord, ReleaseStatus } from './record.ts';

/** What a record says beside what the chart renders to. */
export interface ReleaseMoment {
  readonly status: ReleaseStatus;
  readonly description: string;
  /** RFC 3339. */
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly applyMethod?: 'csa' | 'ssa';
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Renders a chart and makes the record of the revision. CRDs are not part of it. Throws what renderRelease throws;
 * problemOf turns that into a problem.
 */
export function makeReleaseRecord(
  source: { readonly tree: FileTree; readonly chartPath: string; readonly host?: RenderHost },
  request: ChartRenderRequest,
  moment: ReleaseMoment,
): ReleaseRecord {
  const { tree, chartPath, host = {} } = source;
  const release = renderRelease(
    { tree, path: chartPath, host, log: () => undefined },
    { ...request, includeCrds: false },
  );
  const config = toJson(release.config);
  return {
    name: request.releaseName,
    namespace: request.namespace,
    version: request.revision ?? 1,
    status: moment.status,
    firstDeployed: moment.firstDeployed,
    lastDeployed: moment.lastDeployed,
    description: moment.description,
    notes: release.notes,
    chart: releaseChart(release.chart),
    config: isObject(config) ? config : {},
    manifest: manifestText(release),
    hooks: release.hooks.map((hook): ReleaseHook => ({
      name: hook.name,
      kind: hook.kind,
      path: hook.source,
      manifest: hook.text,
      events: hook.events,
      weight: hook.weight,
      deletePolicies: hook.deletePolicies,
      outputLogPolicies: hook.outputLogPolicies,
      lastRun: { phase: '' },
    })),
    ...(moment.applyMethod === undefined ? {} : { applyMethod: moment.applyMethod }),
    labels: moment.labels ?? {},
  };
}

/** A chart as Helm's JSON has it: without its subcharts, whose values are merged in already. */
export function releaseChart(chart: Chart): JsonObject {
  const values = chart.values === undefined ? null : toJson(chart.values);
  return {
    metadata: metadataJson(chart),
    lock:
      chart.lock === undefined
        ? null
        : {
            generated: chart.lock.generated === '' ? '0001-01-01T00:00:00Z' : chart.lock.generated,
            digest: chart.lock.digest,
            dependencies: chart.lock.dependencies.map(dependencyJson),
          },
    templates: chart.templates.map(fileJson),
    values,
    schema: chart.schema === undefined ? null : base64(chart.schema.data),
    schemamodtime: '0001-01-01T00:00:00Z',
    files: chart.files.map(fileJson),
  };
}

function metadataJson(chart: Chart): Json {
  const { metadata } = chart;
  return withoutEmpty({
    name: metadata.name,
    home: metadata.home,
    sources: metadata.sources,
    version: metadata.version,
    description: metadata.description,
    keywords: metadata.keywords,
    maintainers: metadata.maintainers?.map(({ name, email, url }) => withoutEmpty({ name, email, url })),
    icon: metadata.icon,
    apiVersion: metadata.apiVersion,
    condition: metadata.condition,
    tags: metadata.tags,
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: metadata.annotations === undefined ? undefined : Object.fromEntries(metadata.annotations),
    kubeVersion: metadata.kubeVersion,
    dependencies: metadata.dependencies?.map(dependencyJson),
    type: metadata.type,
  });
}

function dependencyJson(dependency: Dependency): Json {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  const imports = importValues.map((entry): Json => (typeof entry === 'string' ? entry : { ...entry }));
  const rest = withoutEmpty({ version, condition, tags, enabled, 'import-values': imports, alias });
  return { name, repository, ...rest };
}

/** Go's omitempty. */
function withoutEmpty(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([, value]) => {
    if (value === undefined || value === '' || value === false) return false;
    if (Array.isArray(value)) return value.length > 0;
    return !(isObject(value) && Object.keys(value).length === 0);
  });
  return Object.fromEntries(kept);
}

function fileJson(file: ChartFile): Json {
  return { name: file.name, data: base64(file.data) };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
