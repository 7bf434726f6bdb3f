// values.schema.json of a chart and its subcharts. Mirrors helm:pkg/chart/common/util/jsonschema.go (v4.3.0).

import { unmarshalJson } from '@evenkeel/gotemplate';

import { type Chart, type ChartFile, chartName } from '../chart/chart.ts';
import { fromJson } from '../values/json-prefix.ts';
import { type Table, type Value, goTypeName, isTable } from '../values/table.ts';
import { checkSchema } from './check-schema.ts';
import { SchemaError, type SchemaLoader, SchemaRegistry } from './document.ts';
import { validateValue } from './validate.ts';
import { printViolations } from './violation.ts';

/** What Helm says below its first line about values that a schema refuses; '' when all agree. */
export function schemaViolations(chart: Chart, values: Table, load: SchemaLoader): string {
  let text = '';
  if (chart.schema !== undefined) {
    const problem = checkOne(chart.schema, values, load);
    if (problem !== undefined) text += `${chartName(chart)}:\n${problem}`;
  }
  for (const subchart of chart.dependencies) {
    const name = chartName(subchart);
    const own: Value | undefined = values.get(name);
    if (own === undefined || own === null) continue;
    if (isTable(own)) text += schemaViolations(subchart, own, load);
    else text += `${name}:\ninvalid type for values: expected object (map), got ${goTypeName(own)}\n`;
  }
  return text;
}

/** Go's words for what is wrong with a JSON text. */
function jsonComplaint(data: Uint8Array): string {
  try {
    unmarshalJson(new TextDecoder().decode(data));
    return 'invalid JSON';
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return message === 'unexpected end of JSON input' ? 'unexpected EOF' : message;
  }
}

const SCHEMA_URL = 'file:///values.schema.json';

function checkOne(schema: ChartFile, values: Table, load: SchemaLoader): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(schema.data));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return jsonComplaint(schema.data);
  }
  try {
    const registry = new SchemaRegistry(load);
    const { root } = registry.add(SCHEMA_URL, fromJson(document));
    checkSchema(root);
    const violations = validateValue(root, values);
    return violations.length === 0 ? undefined : `${printViolations(violations).slice(1)}\n`;
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
}

/** A loader for a world without network: `urn:` references accept everything, as with Helm; others are refused by name. */
export function offlineLoader(read?: (url: string) => Uint8Array | undefined): SchemaLoader {
  return (url) => {
    if (url.startsWith('urn:')) return true;
    const bytes = read?.(url);
    if (bytes === undefined) {
      throw new SchemaError(`failing loading ${JSON.stringify(url)}: schemas outside the chart are not loaded here`);
    }
    return fromJson(JSON.parse(new TextDecoder().decode(bytes)));
  };
}
