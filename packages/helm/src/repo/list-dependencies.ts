// `helm dependency list`: what Chart.yaml declares, and what of it lies in charts/. Mirrors helm:pkg/action/dependency.go
// (v4.3.0).

import { type FileTree, joinTreePath } from '@evenkeel/std';

import { type Chart, type Dependency, type HelmVersion, chartName } from '../chart/chart.ts';
import { ChartLoadError, loadChart } from '../chart/load.ts';
import { parseVersion, versionSatisfies } from '../chart/version.ts';

/** What to list. */
export interface ListRequest {
  readonly tree: FileTree;
  /** In the tree. */
  readonly chartPath: string;
  /** As the user wrote it: warnings start with it. */
  readonly shownPath: string;
  readonly version: HelmVersion;
  /** Columns are cut at this width (--max-col-width). */
  readonly columnWidth?: number;
  readonly displayPath?: (path: string) => string;
}

/** What `helm dependency list` prints. Throws ChartLoadError. */
export function listDependencies(request: ListRequest): string {
  const { shownPath } = request;
  const { displayPath, version } = request;
  const chart = loadChart(request.tree, request.chartPath, { version, ...(displayPath && { displayPath }) });
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return `WARNING: no dependencies at ${joinShown(shownPath, 'charts')}\n`;
  const rows = declared.map((dependency) => [
    dependency.name,
    dependency.version,
    dependency.repository,
    statusOf(dependency, chart, request),
  ]);
  const table = printTable([['NAME', 'VERSION', 'REPOSITORY', 'STATUS'], ...rows], request.columnWidth ?? 80);
  return `${table}\n\n${strangers(declared, request)}`;
}

function joinShown(path: string, name: string): string {
  return path === '.' ? name : `${path}/${name}`;
}

function entriesOf(request: ListRequest): readonly { readonly name: string; readonly kind: string }[] {
  return request.tree.list(inChart(request, 'charts')) ?? [];
}

function inChart(request: ListRequest, name: string): string {
  return joinTreePath(request.chartPath, name) ?? name;
}

function statusOf(dependency: Dependency, parent: Chart, request: ListRequest): string {
  const archives = entriesOf(request)
    .filter(({ name }) => name.startsWith(`${dependency.name}-`) && name.endsWith('.tgz'))
    .map(({ name }) => name);
  const versioned = archives.filter((name) => isStrict(name.slice(dependency.name.length + 1, -'.tgz'.length)));
  if (archives.length > 1 && versioned.length > 1) return 'too many matches';
  const [archive] = archives.length === 1 ? archives : versioned;
  if (archive !== undefined) return archiveStatus(archive, dependency, request);
  const found = parent.dependencies.findLast((subchart) => chartName(subchart) === dependency.name);
  return found === undefined ? 'missing' : (versionStatus(found, dependency) ?? 'unpacked');
}

function isStrict(text: string): boolean {
  return /^\d+\.\d+\.\d+(?:[-+]|$)/.test(text) && parseVersion(text) !== undefined;
}

function archiveStatus(archive: string, dependency: Dependency, request: ListRequest): string {
  const chart = quietChart(inChart(request, `charts/${archive}`), request);
  if (chart === undefined) return 'corrupt';
  return chartName(chart) === dependency.name ? (versionStatus(chart, dependency) ?? 'ok') : 'misnamed';
}

function versionStatus(chart: Chart, dependency: Dependency): string | undefined {
  const { version } = chart.metadata;
  if (version === dependency.version || versionSatisfies(dependency.version, version)) return undefined;
  const isVersion = parseVersion(version) !== undefined;
  return isVersion ? 'wrong version' : 'invalid version';
}

function quietChart(path: string, request: ListRequest): Chart | undefined {
  try {
    return loadChart(request.tree, path, { version: request.version });
  } catch (error) {
    if (error instanceof ChartLoadError) return undefined;
    throw error;
  }
}

/** Warnings about what lies in charts/ and is not declared. */
function strangers(declared: readonly Dependency[], request: ListRequest): string {
  let text = '';
  for (const { name, kind } of entriesOf(request)) {
    if (kind === 'file' && !name.endsWith('.tgz')) continue;
    const shown = JSON.stringify(joinShown(request.shownPath, `charts/${name}`));
    const chart = quietChart(inChart(request, `charts/${name}`), request);
    if (chart === undefined) text += `WARNING: ${shown} is not a chart.\n`;
    else if (!declared.some((dependency) => dependency.name === chartName(chart))) {
      text += `WARNING: ${shown} is not in Chart.yaml.\n`;
    }
  }
  return text;
}

/** A table as gosuri/uitable prints it: cells padded to the widest and cut at a width, a tab between columns. */
function printTable(rows: readonly (readonly string[])[], columnWidth: number): string {
  const cut = (cell: string): string =>
    cell.length > columnWidth ? `${cell.slice(0, Math.max(0, columnWidth - 3))}...` : cell;
  const cells = rows.map((row) => row.map(cut));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('\t')).join('\n');
}
