// Which subcharts take part, under which names, and what they export to their parents: conditions, tags, aliases,
// import-values. Mirrors helm:pkg/chart/v2/util/dependencies.go (v4.3.0) and helm:pkg/chartutil/dependencies.go (v3.22.0).

import { quote } from '@evenkeel/gotemplate';

import {
  type Chart,
  type ChartMetadata,
  type Dependency,
  type ImportValue,
  chartName,
  setDependencies,
} from '../chart/chart.ts';
import { versionSatisfies } from '../chart/version.ts';
import { trimSpace } from '../go-text.ts';
import type { LogEntry } from '../log-entry.ts';
import { type CoalesceContext, coalesceValues, mergeTables, mergeValues } from './coalesce.ts';
import { type Value, Table, copyEntry, copyTable, isTable } from './table.ts';

/**
 * Resolves the dependencies of a chart in place: removes disabled subcharts, applies aliases, merges import-values into
 * the chart's own defaults. `values` are the user's. Throws CoalesceError.
 */
export function processDependencies(chart: Chart, values: Table, context: CoalesceContext): void {
  new DependencyRun(context).enable(chart, values, '');
  importAll(chart, context);
}

class DependencyRun {
  private readonly context: CoalesceContext;

  constructor(context: CoalesceContext) {
    this.context = context;
  }

  enable(chart: Chart, values: Table, path: string): void {
    const declared = chart.metadata.dependencies;
    if (declared === undefined) return;
    setDependencies(chart, this.resolve(chart, declared));
    for (const dependency of declared) dependency.enabled = true;
    const merged = coalesceValues(chart, values, this.context);
    this.applyTags(declared, merged);
    this.applyConditions(declared, merged, path);
    const removed = new Set(declared.filter((dependency) => !dependency.enabled).map(({ name }) => name));
    const kept = chart.dependencies.filter((subchart) => !removed.has(chartName(subchart)));
    for (const subchart of kept) this.enable(subchart, merged, `${path}${chartName(subchart)}.`);
    const remaining = declared.filter(({ name }) => !removed.has(name));
    // Without any left, Helm forgets that there were some, and then imports nothing either.
    chart.metadata.dependencies = remaining.length === 0 ? undefined : remaining;
    setDependencies(chart, kept);
  }

  /** Subcharts nobody declares stay as they are; declared ones are copied under their alias. */
  private resolve(chart: Chart, declared: readonly Dependency[]): Chart[] {
    const undeclared = chart.dependencies.filter(
      (existing) =>
        !declared.some(
          ({ name, version }) => chartName(existing) === name && versionSatisfies(version, existing.metadata.version),
        ),
    );
    const resolved = [...undeclared];
    for (const dependency of declared) {
      const found = this.copyForDependency(chart.dependencies, dependency);
      if (found !== undefined) resolved.push(found);
      if (dependency.alias !== '') dependency.name = dependency.alias;
    }
    return resolved;
  }

  private copyForDependency(charts: readonly Chart[], dependency: Dependency): Chart | undefined {
    const found = charts.find(
      (chart) => chartName(chart) === dependency.name && versionSatisfies(dependency.version, chart.metadata.version),
    );
    if (found === undefined) return undefined;
    // Helm 3 copies one level only: charts below stay children of the chart they were loaded into, whatever its alias.
    const isShallow = this.context.version === 3;
    const copy: Chart = { ...found, metadata: isShallow ? { ...found.metadata } : copyMetadata(found.metadata) };
    if (!isShallow) {
      setDependencies(
        copy,
        found.dependencies.map((subchart) => ({ ...subchart })),
      );
    }
    if (dependency.alias !== '') copy.metadata.name = dependency.alias;
    return copy;
  }

  private applyTags(declared: readonly Dependency[], values: Table): void {
    const tags = values.get('tags');
    if (!isTable(tags)) return;
    for (const dependency of declared) {
      let on = false;
      let off = false;
      for (const tag of dependency.tags) {
        const value = tags.get(tag);
        if (!tags.has(tag)) continue;
        if (value === true) on = true;
        else if (value === false) off = true;
        else this.warnNotBoolean('tag', tag, dependency.name);
      }
      dependency.enabled = on || !off;
    }
  }

  private applyConditions(declared: readonly Dependency[], values: Table, path: string): void {
    for (const dependency of declared) {
      for (const condition of trimSpace(dependency.condition).split(',')) {
        if (condition === '') continue;
        const value = scalarAt(values, `${path}${condition}`);
        if (value === undefined) continue;
        if (typeof value === 'boolean') {
          dependency.enabled = value;
          break;
        }
        this.warnNotBoolean('path', condition, dependency.name);
      }
    }
  }

  private warnNotBoolean(what: 'tag' | 'path', name: string, chart: string): void {
    const message3 =
      what === 'tag'
        ? `Warning: Tag '${name}' for chart ${chart} returned non-bool value`
        : `Warning: Condition path '${name}' for chart ${chart} returned non-bool value`;
    const attributes = [[what, name] as const, ['chart', chart] as const];
    this.context.log({ level: 'WARN', message: 'returned non-bool value', attributes, message3 });
  }
}

function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  return { ...metadata, dependencies: metadata.dependencies?.map((dependency) => ({ ...dependency })) };
}

/** The value at a dotted path when it is no table (helm: Values.PathValue). */
function scalarAt(values: Table, path: string): Value | undefined {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const table = tableAt(values, keys);
  const value = table?.get(last);
  return isTable(value) ? undefined : value;
}

function tableAt(values: Table, keys: readonly string[]): Table | undefined {
  let at: Value | undefined = values;
  for (const key of keys) {
    if (!isTable(at)) return undefined;
    at = at.get(key);
  }
  return isTable(at) ? at : undefined;
}

function importAll(chart: Chart, context: CoalesceContext): void {
  for (const subchart of chart.dependencies) importAll(subchart, context);
  importValues(chart, context);
}

/** Merges what the subcharts export under what the chart sets itself; the chart's defaults become the result. */
function importValues(chart: Chart, context: CoalesceContext): void {
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const merged = mergeValues(chart, undefined, context);
  let imported = new Table();
  for (const dependency of declared) {
    const resolved: ImportValue[] = [];
    for (const entry of dependency.importValues) {
      const { child, parent } = typeof entry === 'string' ? { child: `exports.${entry}`, parent: '.' } : entry;
      resolved.push({ child, parent });
      const table = tableAt(merged, `${dependency.name}.${child}`.split('.'));
      if (table === undefined) {
        context.log(missingTable(merged, dependency.name, { child, whole: typeof entry === 'string' }));
        continue;
      }
      imported = mergeTables(imported, placedAt(parent, table), context);
    }
    dependency.importValues = resolved;
  }
  chart.values = mergeTables(copyTable(merged), imported, context);
}

function placedAt(path: string, table: Table): Table {
  if (path === '.') return table;
  let at = table;
  for (const key of path.split('.').reverse()) {
    const outer = new Table();
    copyEntry(outer, key, at, at);
    at = outer;
  }
  return at;
}

function missingTable(
  values: Table,
  chart: string,
  entry: { readonly child: string; readonly whole: boolean },
): LogEntry {
  let at: Value | undefined = values;
  let missing = '';
  for (const key of `${chart}.${entry.child}`.split('.')) {
    missing = key;
    at = isTable(at) ? at.get(key) : undefined;
    if (!isTable(at)) break;
  }
  const error = `${quote(missing)} is not a table`;
  const message = 'ImportValues missing table';
  if (entry.whole) {
    return { level: 'WARN', message, attributes: [['error', error]], message3: `Warning: ${message}: ${error}` };
  }
  return {
    level: 'WARN',
    message: `${message} from chart`,
    attributes: [
      ['chart', chart],
      ['error', error],
    ],
    message3: `Warning: ${message} from chart ${chart}: ${error}`,
  };
}
