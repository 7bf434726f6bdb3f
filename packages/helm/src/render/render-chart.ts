// Renders a chart of a file tree into objects, hooks, notes and problems: what the delivery engine asks for.

import { type Json, type KubeObject, YamlError, parseYamlDocuments } from '@evenkeel/resource';
import { toJson } from '@evenkeel/gotemplate';
import type { FileTree } from '@evenkeel/std';

import { type Chart, type CrdFile, chartName } from '../chart/chart.ts';
import { ChartLoadError } from '../chart/load.ts';
import { type LogEntry, describeLogEntry } from '../log-entry.ts';
import { CoalesceError } from '../values/coalesce.ts';
import { UserValuesError } from '../values/options.ts';
import { TemplateFailure } from './engine.ts';
import { type HookManifest, type Manifest, ManifestError } from './manifests.ts';
import { fieldOrigins } from './origins.ts';
import { recordTree } from './recording-tree.ts';
import { ReleaseError } from './release-error.ts';
import { type Release, renderRelease } from './release.ts';
import type {
  ChartRenderRequest,
  ChartSummary,
  RenderHost,
  RenderProblem,
  RenderedChart,
  RenderedHook,
  RenderedObject,
} from './request.ts';
import { manifestText } from './template-output.ts';

/**
 * Renders the chart at `chartPath`, a directory or a .tgz of `tree`, as `helm template` would. Whatever is wrong with
 * chart or values comes back as a problem in Helm's words with its position; nothing is thrown for it. ContentNotLoaded
 * of the tree, and what the host's `lookup` throws to suspend, pass through: load what is missing and call again.
 * Mirrors helm:pkg/cmd/template.go (v4.3.0, or v3.22.0 on request).
 */
export function renderChart(
  tree: FileTree,
  chartPath: string,
  request: ChartRenderRequest,
  host: RenderHost = {},
): RenderedChart {
  const recording = recordTree(tree);
  const problems: RenderProblem[] = [];
  const source = {
    tree: recording.tree,
    path: chartPath,
    host,
    log: (entry: LogEntry) => {
      if (entry.level !== 'ERROR')
        problems.push({ code: 'WARNING', severity: 'warning', message: describeLogEntry(entry) });
    },
  };
  const empty = { chart: undefined, objects: [], hooks: [], manifest: '', notes: '', config: {} };
  try {
    const release = renderRelease(source, request);
    return { ...resultOf(release, request, problems), problems, reads: recording.reads() };
  } catch (error) {
    problems.push(problemOf(error));
    return { ...empty, problems, reads: recording.reads() };
  }
}

/** Turns an error of renderRelease into a problem; rethrows what is none of its errors. */
export function problemOf(error: unknown): RenderProblem {
  if (error instanceof TemplateFailure) {
    const { code, message, at, frames } = error;
    return { code, severity: 'error', message, ...positionOf(at?.file, at?.line, at?.column), stack: frames };
  }
  if (error instanceof ReleaseError) {
    return { code: error.code, severity: 'error', message: error.message, ...positionOf(error.file) };
  }
  if (error instanceof UserValuesError) {
    const { code, message, file, line, column } = error;
    return { code, severity: 'error', message, ...positionOf(file, line, column) };
  }
  if (error instanceof ChartLoadError) {
    const code = error.code === 'NOT_FOUND' ? 'CHART_NOT_FOUND' : 'CHART_INVALID';
    return { code, severity: 'error', message: error.message, ...positionOf(error.file, error.line, error.column) };
  }
  if (error instanceof ManifestError) {
    const { message, source, line, column } = error;
    return { code: 'MANIFEST_INVALID', severity: 'error', message, ...positionOf(source, line, column) };
  }
  if (error instanceof CoalesceError) return { code: 'VALUES_INVALID', severity: 'error', message: error.message };
  throw error;
}

function positionOf(
  file: string | undefined,
  line?: number,
  column?: number,
): Pick<RenderProblem, 'file' | 'line' | 'column'> {
  return {
    ...(file === undefined || file === '' ? {} : { file }),
    ...(line === undefined || line === 0 ? {} : { line }),
    ...(column === undefined || column === 0 ? {} : { column }),
  };
}

function resultOf(
  release: Release,
  request: ChartRenderRequest,
  problems: RenderProblem[],
): Omit<RenderedChart, 'problems' | 'reads'> {
  const objects: RenderedObject[] = release.crds.flatMap((crd) => crdObjects(crd, problems));
  const context = {
    files: release.files,
    templates: new Map(release.templates.map((template) => [template.name, template])),
  };
  const describe = (manifest: Manifest): RenderedObject | undefined => {
    const object = asKubeObject(manifest.content, manifest.source, problems);
    if (object === undefined) return undefined;
    const base = { object, source: manifest.source, text: manifest.text, crd: false };
    return request.origins === true ? { ...base, origins: fieldOrigins(manifest, context) } : base;
  };
  for (const manifest of release.manifests)
    objects.push(...[describe(manifest)].filter((found) => found !== undefined));
  const wanted = request.noHooks === true ? [] : release.hooks.filter((hook) => !isSkipped(hook, request));
  const hooks: RenderedHook[] = wanted.flatMap((hook) => {
    const found = describe(hook);
    if (found === undefined) return [];
    const { name, kind, events, weight, deletePolicies, outputLogPolicies } = hook;
    return [{ ...found, name, kind, events, weight, deletePolicies, outputLogPolicies }];
  });
  const config = toJson(release.config);
  return {
    chart: summaryOf(release.chart),
    objects,
    hooks,
    manifest: manifestText(release),
    notes: release.notes,
    config:
      typeof config === 'object' && config !== null && !Array.isArray(config)
        ? (config as RenderedChart['config'])
        : {},
  };
}

function isSkipped(hook: HookManifest, request: ChartRenderRequest): boolean {
  return request.skipTests === true && hook.events.includes('test');
}

function summaryOf(chart: Chart): ChartSummary {
  const { version, appVersion, kubeVersion, deprecated, description, type, annotations } = chart.metadata;
  const name = chartName(chart);
  const metadata: Json = {
    name,
    version,
    appVersion,
    kubeVersion,
    description,
    type,
    annotations: Object.fromEntries(annotations ?? []),
  };
  return { name, version, appVersion, kubeVersion, deprecated, metadata };
}

function crdObjects(crd: CrdFile, problems: RenderProblem[]): RenderedObject[] {
  const text = new TextDecoder().decode(crd.file.data);
  try {
    return parseYamlDocuments(`${text}\n`, { dialect: 'sigs' }).flatMap((content) => {
      const object = asKubeObject(content ?? null, crd.source, problems);
      return object === undefined ? [] : [{ object, source: crd.source, text, crd: true }];
    });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const message = `YAML parse error on ${crd.source}: ${error.message}`;
    const position = positionOf(crd.file.path, error.line, error.column);
    problems.push({ code: 'MANIFEST_INVALID', severity: 'error', message, ...position });
    return [];
  }
}

/** Documents without content are nothing; those that are no Kubernetes object are a problem, not an object. */
function asKubeObject(content: Json, source: string, problems: RenderProblem[]): KubeObject | undefined {
  if (content === null) return undefined;
  const object = typeof content === 'object' && !Array.isArray(content) ? (content as Partial<KubeObject>) : undefined;
  const missing = (['apiVersion', 'kind'] as const).find(
    (field) => typeof object?.[field] !== 'string' || object[field] === '',
  );
  if (object === undefined || missing !== undefined) {
    const what = missing === 'apiVersion' ? "Object 'apiVersion' is missing" : "Object 'Kind' is missing";
    const message = `unable to build kubernetes objects from release manifest: ${what} in ${source}`;
    problems.push({ code: 'MANIFEST_INVALID', severity: 'error', message, file: source });
    return undefined;
  }
  return { ...object, metadata: object.metadata ?? {} } as KubeObject;
}
