// helmCharts of a kustomization, rendered by our own engine with the arguments kustomize would give to helm.
// Mirrors kustomize:api/internal/builtins/HelmChartInflationGenerator.go (v0.21.1).

import { type RenderHost, helmTemplate } from '@evenkeel/helm';
import type { HelmRequest } from '@evenkeel/kustomize';
import { type Json, type JsonObject, YamlError, emitSigsYaml, isMap, parseYaml } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import type { RenderWorld } from './world.ts';

/** The name under which merged values are handed over; no file of a tree can have it. */
const mergedValues = '\0values';

/** What a chart of a kustomization may ask for besides its files. */
export interface KustomizeChartWorld {
  /** Fetches a chart that is not in chartHome; without it such a chart is refused. */
  readonly chart?: RenderWorld['chart'] | undefined;
  readonly host: Omit<RenderHost, 'lookup' | 'readFile'>;
  /** What charts are told where the kustomization says nothing. */
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

/** Renders one chart: the one in chartHome, else the one of its repository. Throws an Error worded for the user. */
export function renderKustomizeChart(request: HelmRequest, world: KustomizeChartWorld): string {
  const { tree, root } = request;
  const found = locateChart(request, world);
  const values = emitSigsYaml(valuesOf(request, found));
  const encoder = new TextEncoder();
  const result = helmTemplate(argumentsOf(request, world), {
    ...world.host,
    locateChart: () => found,
    defaultNamespace: () => 'default',
    readFile: (name) => (name === mergedValues ? encoder.encode(values) : tree.read(joinTreePath(root, name) ?? name)),
  });
  if (result.exitCode !== 0) throw new Error(result.stderr.trim());
  return result.stdout;
}

interface LocatedChart {
  readonly tree: FileTree;
  readonly path: string;
}

function locateChart({ chart, globals, tree, root }: HelmRequest, world: KustomizeChartWorld): LocatedChart {
  const home = globals.chartHome ?? 'charts';
  const name = chart.name ?? '';
  // With a version, what was pulled stands below a directory of that version; without one, beside the others.
  const candidates = [...(chart.version ? [`${name}-${chart.version}/${name}`] : []), name];
  for (const candidate of candidates) {
    const path = joinTreePath(root, home, candidate);
    if (path !== undefined && tree.stat(path) === 'directory') return { tree, path };
  }
  if (chart.repo && world.chart) {
    return { tree: world.chart({ name, version: chart.version ?? '', repository: chart.repo }), path: '' };
  }
  throw new Error(
    `no chart "${name}" in ${home}: put it there (helm pull --untar)${chart.repo ? '; charts are not pulled during a build' : ', or name its repo'}`,
  );
}

function argumentsOf({ chart }: HelmRequest, world: KustomizeChartWorld): readonly string[] {
  const args: string[] = [];
  if (chart.releaseName) args.push(chart.releaseName);
  args.push(chart.name ?? '');
  if (chart.namespace) args.push('--namespace', chart.namespace);
  if (chart.nameTemplate) args.push('--name-template', chart.nameTemplate);
  else if (!chart.releaseName) args.push('--generate-name');
  args.push('--values', mergedValues);
  for (const file of chart.additionalValuesFiles ?? []) args.push('--values', file);
  const apiVersions = (chart.apiVersions ?? []).length > 0 ? chart.apiVersions : world.apiVersions;
  for (const version of apiVersions ?? []) args.push('--api-versions', version);
  const kubeVersion = chart.kubeVersion || world.kubeVersion;
  if (kubeVersion) args.push('--kube-version', kubeVersion);
  if (chart.includeCRDs === true) args.push('--include-crds');
  if (chart.skipTests === true) args.push('--skip-tests');
  if (chart.skipHooks === true) args.push('--no-hooks');
  return args;
}

/** The chart's values file with the inline values over it, under it, or in its place. */
function valuesOf({ chart, tree, root }: HelmRequest, found: LocatedChart): Json {
  const own = joinTreePath(found.path, 'values.yaml') ?? 'values.yaml';
  const named = chart.valuesFile ? (joinTreePath(root, chart.valuesFile) ?? chart.valuesFile) : undefined;
  const bytes = named === undefined ? found.tree.read(own) : tree.read(named);
  if (named !== undefined && !bytes) throw new Error(`values file ${chart.valuesFile} does not exist`);
  const fromFile = bytes ? readValues(bytes, named ?? own) : {};
  const inline = chart.valuesInline;
  if (!inline || Object.keys(inline).length === 0) return fromFile;
  if (chart.valuesMerge === 'replace') return inline;
  return chart.valuesMerge === 'merge' ? mergeOver(inline, fromFile) : mergeOver(fromFile, inline);
}

function readValues(bytes: Uint8Array, file: string): JsonObject {
  try {
    const value = parseYaml(bytes, { dialect: 'sigs' });
    return isMap(value) ? value : {};
  } catch (error) {
    if (error instanceof YamlError) throw new Error(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function mergeOver(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] = isMap(value) && isMap(under) ? mergeOver(under, value) : value;
  }
  return merged;
}
