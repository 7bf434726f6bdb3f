import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromJson } from '../values/json-prefix.ts';
import { checkSchema } from './check-schema.ts';
import { type SchemaLoader, SchemaRegistry } from './document.ts';

const nothing: SchemaLoader = () => true;
const seven = 'http://json-schema.org/draft-07/schema#';
const latest = 'https://json-schema.org/draft/2020-12/schema#';

// Recorded from helm 4.3.0.
const refused: readonly (readonly [string, string, string])[] = [
  [
    '{"type":"strin","properties":{"a":{"minimum":"x"}}}',
    latest,
    `
- at '': 'allOf' failed
  - at '/properties/a': 'allOf' failed
    - at '/properties/a/minimum': got string, want number
  - at '/type': 'anyOf' failed
    - at '/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'
    - at '/type': got string, want array`,
  ],
  [
    `{"$schema":"${seven}","properties":[],"required":"a"}`,
    seven,
    `
- at '/properties': got array, want object
- at '/required': got string, want array`,
  ],
  [
    '{"properties":{"a":{"pattern":"("}}}',
    latest,
    `
- at '': 'allOf' failed
  - at '/properties/a': 'allOf' failed
    - at '/properties/a/pattern': '(' is not valid regex: error parsing regexp: missing closing ): \`(\``,
  ],
  [
    '3',
    latest,
    `
- at '': got number, want boolean or object`,
  ],
];

for (const [text, metaschema, violations] of refused) {
  test(`${text} is refused as no schema`, () => {
    const { root } = new SchemaRegistry(nothing).add('file:///values.schema.json', fromJson(JSON.parse(text)));
    const sentence = `"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with '${metaschema}'`;
    assert.throws(() => checkSchema(root), { name: 'SchemaError', message: `${sentence}${violations}` });
  });
}
