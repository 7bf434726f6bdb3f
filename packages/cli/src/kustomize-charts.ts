// helmCharts of a kustomization, rendered by our own engine with the arguments kustomize would give to helm.
// Mirrors kustomize:api/internal/builtins/HelmChartInflationGenerator.go (v0.21.1).

import { nodeHost } from '@evenkeel/gotemplate/host-node';
import { helmTemplate } from '@evenkeel/helm';
import type { HelmRenderer, HelmRequest } from '@evenkeel/kustomize';
import { type Json, type JsonObject, YamlError, emitSigsYaml, isMap, parseYaml } from '@evenkeel/resource';
import { joinTreePath } from '@evenkeel/std';

/** The name under which merged values are handed over; no file of a tree can have it. */
const mergedValues = '\0values';

/** Renders one chart. Throws an Error worded for the user. */
export const renderHelmChart: HelmRenderer = (request) => {
  const { chart, globals, tree, root } = request;
  const path = joinTreePath(root, globals.chartHome ?? 'charts', chart.name ?? '');
  if (path === undefined || tree.stat(path) !== 'directory') {
    throw new Error(
      `no chart "${chart.name}" in ${globals.chartHome ?? 'charts'}: put it there (helm pull --untar); charts are not pulled during a build`,
    );
  }
  const values = emitSigsYaml(valuesOf(request, path));
  const encoder = new TextEncoder();
  const result = helmTemplate(argumentsOf(request), {
    ...nodeHost(),
    locateChart: () => ({ tree, path }),
    defaultNamespace: () => 'default',
    readFile: (name) => (name === mergedValues ? encoder.encode(values) : tree.read(joinTreePath(root, name) ?? name)),
  });
  if (result.exitCode !== 0) throw new Error(result.stderr.trim());
  return result.stdout;
};

function argumentsOf({ chart }: HelmRequest): readonly string[] {
  const args: string[] = [];
  if (chart.releaseName) args.push(chart.releaseName);
  args.push(chart.name ?? '');
  if (chart.namespace) args.push('--namespace', chart.namespace);
  if (chart.nameTemplate) args.push('--name-template', chart.nameTemplate);
  else if (!chart.releaseName) args.push('--generate-name');
  args.push('--values', mergedValues);
  for (const file of chart.additionalValuesFiles ?? []) args.push('--values', file);
  for (const version of chart.apiVersions ?? []) args.push('--api-versions', version);
  if (chart.kubeVersion) args.push('--kube-version', chart.kubeVersion);
  if (chart.includeCRDs === true) args.push('--include-crds');
  if (chart.skipTests === true) args.push('--skip-tests');
  if (chart.skipHooks === true) args.push('--no-hooks');
  return args;
}

/** The chart's values file with the inline values over it, under it, or in its place. */
function valuesOf({ chart, tree, root }: HelmRequest, chartPath: string): Json {
  const file = chart.valuesFile ? joinTreePath(root, chart.valuesFile) : joinTreePath(chartPath, 'values.yaml');
  const bytes = file === undefined ? undefined : tree.read(file);
  if (chart.valuesFile && !bytes) throw new Error(`values file ${chart.valuesFile} does not exist`);
  const fromFile = bytes ? readValues(bytes, file ?? '') : {};
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
