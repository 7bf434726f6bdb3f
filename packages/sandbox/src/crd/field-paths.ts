// fieldPath of rules: `.spec.replicas`, `.labels['a/b']` (apiextensions-apiserver v0.35:pkg/apiserver/schema/cel/validation.go).

import type { JsonObject } from '@evenkeel/resource';
import { propertiesOf, schemaAt } from './schema-access.ts';

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** The path as refusals print it; undefined where it leads to no field of the schema. */
export function fieldPathOf(text: string, schema: JsonObject): string | undefined {
  const steps = text.matchAll(/\.([^.[\]]+)|\['((?:\\.|[^'\\])*)'\]|(.)/gsu);
  let current: JsonObject | undefined = schema;
  let path = '';
  for (const [, plain, quoted, other] of steps) {
    if (other !== undefined || current === undefined) return undefined;
    const name: string = plain ?? (quoted ?? '').replaceAll(/\\(.)/gs, (_, char: string) => escapes[char] ?? char);
    const properties = propertiesOf(current);
    if (properties !== undefined) {
      if (!Object.hasOwn(properties, name)) return undefined;
      path += path === '' ? name : `.${name}`;
      current = properties[name];
    } else {
      const values: JsonObject | undefined = schemaAt(current, 'additionalProperties');
      if (values === undefined) return undefined;
      path += `[${name}]`;
      current = values;
    }
  }
  return path === '' ? undefined : path;
}
