// helmCharts: charts inflated by an injected renderer (api:internal/builtins/HelmChartInflationGenerator.go, v0.21.1).

import type { FileTree } from '@evenkeel/std';

import type { HelmChartEntry, HelmGlobals } from '../kustomization/types.ts';
import type { Loader } from '../loader/loader.ts';
import { setAnnotation } from '../nodes/edit.ts';
import { KustomizeError } from '../problems.ts';
import { HELM_GENERATED } from '../resources/build-annotations.ts';
import { resourcesFromText } from '../resources/factory.ts';
import type { Resource } from '../resources/resource.ts';

/** One chart to render. */
export interface HelmRequest {
  readonly chart: HelmChartEntry;
  readonly globals: HelmGlobals;
  readonly tree: FileTree;
  /** Tree path of the kustomization root that names the chart; chartHome and values files are relative to it. */
  readonly root: string;
}

/** Renders a chart to YAML documents. Throws an Error worded for the user. */
export type HelmRenderer = (request: HelmRequest) => string;

/** A chart with the globals beside it, as the plugin's configuration has them. */
export type HelmPluginConfig = HelmChartEntry & HelmGlobals;

interface HelmTarget {
  readonly loader: Loader;
  readonly session: { readonly helm: HelmRenderer | undefined; readonly origins: boolean };
}

const MERGE_OPTIONS = ['merge', 'override', 'replace'];

/** Checks a chart's configuration; the result renders it. Throws KustomizeError. */
export function inflateChart(config: HelmPluginConfig, target: HelmTarget): () => Resource[] {
  const { helm } = target.session;
  if (helm === undefined) throw new KustomizeError('HELM', 'must specify --enable-helm');
  if (!config.name) throw new KustomizeError('HELM', 'chart name cannot be empty');
  if (config.valuesMerge && !MERGE_OPTIONS.includes(config.valuesMerge)) {
    throw new KustomizeError('HELM', `valuesMerge must be one of [${MERGE_OPTIONS.join(' ')}]`);
  }
  const { chartHome, configHome, ...chart } = config;
  const globals = { chartHome: chartHome || 'charts', ...(configHome && { configHome }) };
  return () => {
    const { tree, root } = target.loader;
    let text: string;
    try {
      text = helm({ chart, globals, tree, root });
    } catch (error) {
      if (error instanceof Error && error.name !== 'ContentNotLoaded') {
        throw new KustomizeError('HELM', error.message);
      }
      throw error;
    }
    const file = `${globals.chartHome}/${chart.name ?? ''}`;
    const resources = resourcesFromText(text, target.session.origins ? { file, by: 'helmCharts' } : { file });
    for (const resource of resources) setAnnotation(resource.node, HELM_GENERATED, 'true');
    return resources;
  };
}
