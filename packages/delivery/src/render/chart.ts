// Renders a Helm chart with the settings of a delivery.

import { type LookupQuery, type RenderHost, type ValueSource, renderChart } from '@evenkeel/helm';
import type { JsonObject } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import { flattenList } from './flatten-list.ts';
import { type Rendering, refusalOf } from './rendering.ts';
import type { HelmSettings } from './request.ts';

/** What the cluster says of itself to a chart, and how it answers `lookup`. */
export interface ChartWorld {
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  readonly host: Omit<RenderHost, 'lookup'>;
  readonly lookup: (query: LookupQuery) => JsonObject | undefined;
}

/** True where the directory is a chart. */
export function isChart(tree: FileTree, directory: string): boolean {
  return tree.stat(joinTreePath(directory, 'Chart.yaml') ?? 'Chart.yaml') === 'file';
}

/** Renders the chart in `directory`. Hooks are among the objects, with their annotations; the front end gives them turns. */
export function renderChartDirectory(
  tree: FileTree,
  directory: string,
  settings: HelmSettings,
  world: ChartWorld,
): Rendering {
  const rendered = renderChart(
    tree,
    directory,
    {
      releaseName: settings.releaseName,
      namespace: settings.namespace,
      values: valueSources(directory, settings),
      kubeVersion: settings.kubeVersion ?? world.kubeVersion,
      apiVersions: settings.apiVersions.length > 0 ? settings.apiVersions : world.apiVersions,
      apiVersionsAreComplete: settings.apiVersions.length === 0 && world.apiVersions.length > 0,
      includeCrds: !settings.skipCrds,
      skipTests: settings.skipTests,
      skipSchemaValidation: settings.skipSchemaValidation,
    },
    { ...world.host, lookup: world.lookup },
  );
  const errors = rendered.problems.filter((problem) => problem.severity === 'error');
  return {
    renderer: 'helm',
    objects: [...rendered.objects, ...rendered.hooks].flatMap(({ object, source }) =>
      flattenList(object).map((item) => ({ object: item, at: { file: source } })),
    ),
    refusals: errors.map((problem) => refusalOf({ ...problem, tool: 'helm' })),
    warnings: rendered.problems.filter((problem) => problem.severity === 'warning').map((problem) => problem.message),
  };
}

/** Later sources win: files, then `values`, then `valuesObject`, then parameters. */
function valueSources(directory: string, settings: HelmSettings): readonly ValueSource[] {
  const sources: ValueSource[] = settings.valueFiles.map((file) => ({
    kind: 'file',
    path: (file.startsWith('/') ? joinTreePath(file) : joinTreePath(directory, file)) ?? file,
    ignoreMissing: settings.ignoreMissingValueFiles,
  }));
  if (settings.valuesObject !== undefined && settings.valuesObject !== null) {
    sources.push({ kind: 'object', name: 'valuesObject', value: settings.valuesObject as JsonObject });
  } else if (settings.values !== undefined && settings.values !== '') {
    sources.push({ kind: 'text', name: 'values', text: settings.values });
  }
  for (const { name, value, forceString } of settings.parameters) {
    sources.push({
      kind: forceString ? 'set-string' : 'set',
      expression: `${name}=${escapeCommas(value)}`,
      name: `parameter ${name}`,
    });
  }
  for (const { name, path } of settings.fileParameters) {
    sources.push({
      kind: 'set-file',
      expression: `${name}=${joinTreePath(directory, path) ?? path}`,
      name: `file parameter ${name}`,
    });
  }
  return sources;
}

/** Commas end a value in --set; upstream escapes those that are not escaped yet (argoproj/argo-cd:util/helm/cmd.go). */
function escapeCommas(value: string): string {
  return /^\{.*\}$/.test(value) ? value : value.replaceAll(/(?<!\\),/g, '\\,');
}
