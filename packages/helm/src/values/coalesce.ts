// How Helm lays values over each other: user values over chart defaults, parents over subcharts, globals downwards.
// Mirrors helm:pkg/chart/common/util/coalesce.go (v4.3.0) and, for version 3, helm:pkg/chartutil/coalesce.go (v3.22.0),
// which differ in whether nulls in chart defaults survive.

import { formatValue, quote } from '@evenkeel/gotemplate';

import { type Chart, chartName } from '../chart/chart.ts';
import type { HelmVersion } from '../chart/chart.ts';
import type { Log } from '../log-entry.ts';
import {
  type Value,
  copyEntry,
  copyTable,
  copyValue,
  deleteEntry,
  goTypeName,
  isTable,
  shallowCopy,
  Table,
} from './table.ts';

/** How to merge and where warnings go. */
export interface CoalesceContext {
  readonly version: HelmVersion;
  /** Receives Helm's log lines ("warning: cannot overwrite table with non table for …"). */
  readonly log: Log;
}

/** Thrown when values cannot be merged; the message is Helm's. */
export class CoalesceError extends Error {
  override readonly name = 'CoalesceError';
}

/** All values of a chart and its subcharts; nulls remove keys. Neither input is changed. */
export function coalesceValues(chart: Chart, values: Table | undefined, context: CoalesceContext): Table {
  return coalesce(new Coalescing(context, false), chart, values === undefined ? new Table() : copyTable(values), '');
}

/** As coalesceValues, but nulls are kept for a later coalescing. */
export function mergeValues(chart: Chart, values: Table | undefined, context: CoalesceContext): Table {
  return coalesce(new Coalescing(context, true), chart, values === undefined ? new Table() : copyTable(values), '');
}

/** Merges `source` under `into`, in place, keeping nulls. */
export function mergeTables(into: Table, source: Table, context: CoalesceContext): Table {
  return new Coalescing(context, true).tables(into, source, '', true);
}

/** Merges b over a into a new table: the way several values files are combined (helm: MergeMaps). */
export function overlayTables(base: Table, over: Table): Table {
  const out = shallowCopy(base);
  for (const [key, value] of over) {
    const existing = out.get(key);
    if (isTable(value) && isTable(existing)) copyEntry(out, key, overlayTables(existing, value), over);
    else copyEntry(out, key, value, over);
  }
  return out;
}

function coalesce(run: Coalescing, chart: Chart, values: Table, prefix: string): Table {
  run.defaults(chart, values, prefix);
  for (const subchart of chart.dependencies) {
    const name = chartName(subchart);
    const existing = values.get(name);
    if (!values.has(name)) values.set(name, new Table());
    else if (!isTable(existing)) {
      throw new CoalesceError(`type mismatch on ${name}: ${wrongBoolVerb(existing)}`);
    }
    const inner = values.get(name);
    if (!isTable(inner)) continue;
    const subPrefix = joinPrefix(prefix, chartName(chart));
    run.globals(inner, values, subPrefix);
    values.set(name, coalesce(run, subchart, inner, subPrefix));
  }
  return values;
}

class Coalescing {
  private readonly context: CoalesceContext;
  private readonly merge: boolean;

  constructor(context: CoalesceContext, merge: boolean) {
    this.context = context;
    this.merge = merge;
  }

  private warn(message: string): void {
    this.context.log({ level: 'INFO', message });
  }

  /** Puts the chart's own defaults under `values`. */
  defaults(chart: Chart, values: Table, prefix: string): void {
    const subPrefix = joinPrefix(prefix, chartName(chart));
    const cleansNulls = !this.merge && this.context.version === 4;
    for (const [key, original] of chart.values ?? []) {
      if (!values.has(key)) {
        if (cleansNulls && original === null) continue;
        const copy = copyValue(original);
        if (cleansNulls && isTable(copy)) removeNulls(copy);
        copyEntry(values, key, copy, chart.values ?? values);
        continue;
      }
      const given = values.get(key);
      if (given === null && !this.merge) deleteEntry(values, key);
      else if (isTable(given)) this.defaultTable(chart, { key, given, original, subPrefix });
    }
  }

  private defaultTable(chart: Chart, entry: { key: string; given: Table; original: Value; subPrefix: string }): void {
    const { key, given, original, subPrefix } = entry;
    if (!isTable(original)) {
      if (original !== null) this.warn(`warning: skipped value for ${subPrefix}.${key}: Not a table.`);
      return;
    }
    const merge = this.merge || chart.dependencies.some((subchart) => chartName(subchart) === key);
    const source = copyTable(original);
    if (!merge && this.context.version === 4) removeNulls(source);
    this.tables(given, source, joinPrefix(subPrefix, key), merge);
  }

  /** Hands the parent's globals down; the parent's win. */
  globals(into: Table, from: Table, prefix: string): void {
    const own = into.has('global') ? into.get('global') : new Table();
    if (!isTable(own)) {
      this.warn('warning: skipping globals because destination global is not a table.');
      return;
    }
    const given = from.has('global') ? from.get('global') : new Table();
    if (!isTable(given)) {
      this.warn('warning: skipping globals because source global is not a table.');
      return;
    }
    for (const [key, value] of given) this.global({ own, given, key, value, prefix });
    copyEntry(into, 'global', own, into.origins?.has('global') === true ? into : from);
  }

  private global(entry: { own: Table; given: Table; key: string; value: Value; prefix: string }): void {
    const { own, given, key, value, prefix } = entry;
    const existing = own.get(key);
    if (isTable(value)) {
      const copy = shallowCopy(value);
      if (own.has(key) && !isTable(existing)) {
        this.warn(`Conflict: cannot merge map onto non-map for ${quote(key)}. Skipping.`);
        return;
      }
      if (isTable(existing)) this.tables(copy, existing, joinPrefix(prefix, key), true);
      copyEntry(own, key, copy, given);
    } else if (isTable(existing)) this.warn(`key ${key} is table. Skipping`);
    else copyEntry(own, key, value, given);
  }

  /** Merges `source` into `into`, where `into` wins. */
  tables(into: Table, source: Table, prefix: string, merge: boolean): Table {
    const known = new Set<string>();
    for (const [key, value] of source) if (value !== null) known.add(key);
    for (const [key, value] of into) if (value === null) copyEntry(source, key, null, into);
    for (const [key, value] of source) {
      const given = into.get(key);
      const fullKey = joinPrefix(prefix, key);
      // A null given for a key that the defaults know removes it; one they do not know is kept.
      if (given === null && !merge && known.has(key)) deleteEntry(into, key);
      else if (given === undefined) copyEntry(into, key, value, source);
      else if (isTable(value)) {
        if (isTable(given)) this.tables(given, value, fullKey, merge);
        else {
          this.warn(`warning: cannot overwrite table with non table for ${fullKey} (${formatValue(value)})`);
        }
      } else if (isTable(given) && value !== null) {
        this.warn(`warning: destination for ${fullKey} is a table. Ignoring non-table value (${formatValue(value)})`);
      }
    }
    return into;
  }
}

/** Removes null entries at every level, in place. */
function removeNulls(table: Table): void {
  for (const [key, value] of table) {
    if (value === null) deleteEntry(table, key);
    else if (isTable(value)) removeNulls(value);
  }
}

function joinPrefix(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

/** Helm prints the offending value with the verb %t, which Go only knows for booleans. */
function wrongBoolVerb(value: Value | undefined): string {
  if (typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return '%!t(<nil>)';
  return `%!t(${goTypeName(value)}=${formatValue(value)})`;
}
