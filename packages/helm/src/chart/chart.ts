// A chart in memory, as Helm's loader leaves it: metadata, templates, other files, default values, subcharts.

import type { Table } from '../values/table.ts';

/** Which Helm to be: 4 is 4.3, 3 is 3.22. */
export type HelmVersion = 3 | 4;

/** A file of a chart. */
export interface ChartFile {
  /** Relative to the chart: "templates/service.yaml". */
  readonly name: string;
  readonly data: Uint8Array;
  /** Where it lies in the tree that was read; inside an archive, the archive's path, '!' and the name in it. */
  readonly path: string;
}

/** A dependency as Chart.yaml (or requirements.yaml, or Chart.lock) declares it. Mutable: Helm resolves in place. */
export interface Dependency {
  name: string;
  version: string;
  repository: string;
  condition: string;
  tags: string[];
  enabled: boolean;
  /** Each a string, or a table with `child` and `parent`. */
  importValues: ImportValue[];
  alias: string;
}

/** One entry of import-values. Anything else in the list is ignored, as Helm does. */
export type ImportValue = string | { readonly child: string; readonly parent: string };

/** One of Chart.yaml's maintainers. */
export interface Maintainer {
  name: string;
  email: string;
  url: string;
}

/** Chart.yaml. Absent fields are empty, as in Go. */
export interface ChartMetadata {
  name: string;
  home: string;
  sources: string[] | undefined;
  version: string;
  description: string;
  keywords: string[] | undefined;
  maintainers: Maintainer[] | undefined;
  icon: string;
  apiVersion: string;
  condition: string;
  tags: string;
  appVersion: string;
  deprecated: boolean;
  annotations: ReadonlyMap<string, string> | undefined;
  kubeVersion: string;
  dependencies: Dependency[] | undefined;
  type: string;
}

/** Chart.lock. */
export interface ChartLock {
  readonly generated: string;
  readonly digest: string;
  readonly dependencies: readonly Dependency[];
}

/** A chart with its subcharts. Mutable, because dependency processing renames and removes subcharts. */
export interface Chart {
  metadata: ChartMetadata;
  lock: ChartLock | undefined;
  templates: ChartFile[];
  files: ChartFile[];
  /** Every file as loaded, for `helm show` and release records. */
  raw: ChartFile[];
  values: Table | undefined;
  schema: ChartFile | undefined;
  parent: Chart | undefined;
  dependencies: Chart[];
  /** Path of the directory or archive in the tree. */
  path: string;
}

/** The name the chart goes by: its own, or the alias it was given. */
export function chartName(chart: Chart): string {
  return chart.metadata.name;
}

/** "parent/charts/child": what template names and `# Source:` lines start with. */
export function chartFullPath(chart: Chart): string {
  return chart.parent === undefined ? chartName(chart) : `${chartFullPath(chart.parent)}/charts/${chartName(chart)}`;
}

/** Replaces the subcharts and makes the chart their parent. */
export function setDependencies(chart: Chart, dependencies: Chart[]): void {
  for (const dependency of dependencies) dependency.parent = chart;
  chart.dependencies = dependencies;
}

/** A CustomResourceDefinition file under crds/, with the name that `# Source:` shows. */
export interface CrdFile {
  readonly source: string;
  readonly file: ChartFile;
}

/** The files under crds/ of the chart and its subcharts, in the order Helm prints them. */
export function crdFiles(chart: Chart): CrdFile[] {
  const own = chart.files
    .filter((file) => file.name.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(file.name))
    .map((file) => ({ source: `${chartFullPath(chart)}/${file.name}`, file }));
  return [...own, ...chart.dependencies.flatMap(crdFiles)];
}
