// Renders a Helm chart with the settings of a delivery.

import { type ValueSource, renderChart } from '@evenkeel/helm';
import type { JsonObject } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import { flattenList } from './flatten-list.ts';
import { layeredTree } from './layered-tree.ts';
import { type Rendering, refusalOf } from './rendering.ts';
import type { HelmSettings } from './request.ts';
import { isAddress, resolveValueFile, resolveValueFiles } from './values-files.ts';
import type { RenderWorld } from './world.ts';

/** True where the directory is a chart. */
export function isChart(tree: FileTree, directory: string): boolean {
  return tree.stat(joinTreePath(directory, 'Chart.yaml') ?? 'Chart.yaml') === 'file';
}

/** Renders the chart in `directory`. Hooks are among the objects, with their annotations; the front end gives them turns. */
export function renderChartDirectory(
  tree: FileTree,
  directory: string,
  settings: HelmSettings,
  world: RenderWorld,
): Rendering {
  const values = valueSources(tree, directory, settings);
  const render = (from: FileTree): ReturnType<typeof renderChart> =>
    renderChart(
      from,
      directory,
      {
        releaseName: settings.releaseName,
        // What Helm takes where nobody names one.
        namespace: settings.namespace || 'default',
        values,
        ...versionOf(settings.kubeVersion ?? world.kubeVersion),
        apiVersions: settings.apiVersions.length > 0 ? settings.apiVersions : world.apiVersions,
        apiVersionsAreComplete: settings.apiVersions.length === 0 && world.apiVersions.length > 0,
        includeCrds: !settings.skipCrds,
        skipTests: settings.skipTests,
        skipSchemaValidation: settings.skipSchemaValidation,
      },
      { ...world.host, lookup: world.lookup, readFile: (path) => remoteFile(path, world) },
    );
  let rendered = render(tree);
  if (world.dependencies && rendered.problems.some(({ code }) => code === 'DEPENDENCY_MISSING')) {
    const built = Object.entries(world.dependencies(tree, directory));
    const files = built.map(([path, content]) => [joinTreePath(directory, path) ?? path, content] as const);
    rendered = render(layeredTree(tree, Object.fromEntries(files)));
  }
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

function versionOf(text: string): { readonly kubeVersion?: string } {
  return text === '' ? {} : { kubeVersion: plainVersion(text) };
}

/** Without what distributions add to a version, as upstream hands it to Helm; what is no version is left to Helm to name. */
function plainVersion(text: string): string {
  return /^v?\d+(\.\d+)*/.exec(text)?.[0] ?? text;
}

function remoteFile(path: string, world: RenderWorld): Uint8Array | undefined {
  return isAddress(path) ? world.remoteFile?.(path) : undefined;
}

/**
 * Later sources win: files, then `values`, then `valuesObject`, then parameters; among these, as helm orders its flags, those
 * that are read, those forced to be text, those from files.
 */
function valueSources(tree: FileTree, directory: string, settings: HelmSettings): readonly ValueSource[] {
  const sources: ValueSource[] = resolveValueFiles(tree, directory, settings).map((path) => ({
    kind: 'file',
    path,
    ignoreMissing: settings.ignoreMissingValueFiles && !isAddress(path),
  }));
  if (settings.valuesObject !== undefined && settings.valuesObject !== null) {
    sources.push({ kind: 'object', name: 'valuesObject', value: settings.valuesObject as JsonObject });
  } else if (settings.values !== undefined && settings.values !== '') {
    sources.push({ kind: 'text', name: 'values', text: settings.values });
  }
  for (const forced of [false, true]) {
    for (const { name, value, forceString } of settings.parameters) {
      if (forceString !== forced) continue;
      sources.push({
        kind: forced ? 'set-string' : 'set',
        expression: `${name}=${escapeCommas(value)}`,
        name: `parameter ${name}`,
      });
    }
  }
  for (const { name, path } of settings.fileParameters) {
    const file = resolveValueFile(directory, path, 'helm.fileParameters');
    sources.push({
      kind: 'set-file',
      expression: `${name}=${escapeCommas(file)}`,
      name: `file parameter ${name}`,
    });
  }
  return sources;
}

/** Commas end a value in --set; upstream escapes those that are not escaped yet (argoproj/argo-cd:util/helm/cmd.go). */
function escapeCommas(value: string): string {
  return /^\{[^]*\}$/.test(value) ? value : value.replaceAll(/(?<!\\),/g, '\\,');
}
