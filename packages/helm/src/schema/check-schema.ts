// Whether a schema is one: checked against the metaschema of its draft, with the sentences of
// github.com/santhosh-tekuri/jsonschema v6 (roots.go), which Helm shows.

import { fromJson } from '../values/json-prefix.ts';
import { type Draft, SchemaError, type SchemaNode, SchemaRegistry } from './document.ts';
import { metaschemas } from './metaschemas.gen.ts';
import { isPlainSchema } from './plain-schema.ts';
import { validateValue } from './validate.ts';
import { type Violation, printViolations } from './violation.ts';

const URLS: Readonly<Record<Draft, string>> = {
  4: 'http://json-schema.org/draft-04/schema',
  6: 'http://json-schema.org/draft-06/schema',
  7: 'http://json-schema.org/draft-07/schema',
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema',
};

/** Throws SchemaError for a schema that its draft's metaschema refuses. */
export function checkSchema(schema: SchemaNode): void {
  if (isPlainSchema(schema.value, schema.draft)) return;
  const violations = metaschemaViolations(schema);
  if (violations.length === 0) return;
  const refused = `jsonschema validation failed with '${URLS[schema.draft]}#'${printViolations(violations)}`;
  throw new SchemaError(`${JSON.stringify(`${schema.document.url}#`)} is not valid against metaschema: ${refused}`);
}

/** What the draft's metaschema has against a schema. */
export function metaschemaViolations(schema: SchemaNode): readonly Violation[] {
  return validateValue(metaschema(schema.draft), schema.value);
}

const known = new Map<Draft, SchemaNode>();

function metaschema(draft: Draft): SchemaNode {
  const made = known.get(draft) ?? load(draft);
  known.set(draft, made);
  return made;
}

function load(draft: Draft): SchemaNode {
  const registry = new SchemaRegistry((url) => {
    const text = Object.hasOwn(metaschemas, url) ? metaschemas[url] : undefined;
    if (text === undefined) throw new SchemaError(`no metaschema ${JSON.stringify(url)}`);
    return fromJson(JSON.parse(text));
  });
  return registry.resolve(URLS[draft]);
}
