// What the quick walk calls valid must be valid against the metaschema, whatever is in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { fromJson } from '../values/json-prefix.ts';
import { metaschemaViolations } from './check-schema.ts';
import { type SchemaLoader, SchemaRegistry } from './document.ts';
import { isPlainSchema } from './plain-schema.ts';

const nothing: SchemaLoader = () => true;
const drafts = [
  'http://json-schema.org/draft-06/schema#',
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2019-09/schema',
  'https://json-schema.org/draft/2020-12/schema',
];
const keywords = (
  '$ref $anchor type enum examples title format readOnly uniqueItems minimum exclusiveMinimum multipleOf minLength maxItems ' +
  'minContains required pattern properties definitions $defs dependentSchemas patternProperties dependentRequired dependencies ' +
  'allOf anyOf prefixItems items not if contains propertyNames additionalItems additionalProperties unevaluatedProperties other'
).split(' ');
const operands = fc.oneof(
  fc.constantFrom<unknown>('string', 'object', '#/definitions/a', '^a+$', '(', '', 'a b', 'strin'),
  fc.constantFrom<unknown>(0, 1, -1, 1.5, true, false, null, 1e30),
  fc.array(fc.constantFrom<unknown>('string', 'null', 'a', 1, true, {}), { maxLength: 3 }),
);
const { schema } = fc.letrec<{ schema: unknown; operand: unknown }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 3 },
    operands,
    tie('schema'),
    fc.array(tie('schema'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '^x', '['), tie('schema'), { maxKeys: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b'), operands, { maxKeys: 2 }),
  ),
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    fc.dictionary(fc.constantFrom(...keywords), tie('operand'), { maxKeys: 3 }),
  ),
}));

for (const draft of drafts) {
  test(`a plain schema is valid: ${draft}`, (t) => {
    let plain = 0;
    fc.assert(
      fc.property(schema, (content) => {
        const value = fromJson(
          JSON.parse(JSON.stringify(typeof content === 'object' ? { ...content, $schema: draft } : content)),
        );
        const { root } = new SchemaRegistry(nothing).add('file:///values.schema.json', value);
        if (!isPlainSchema(root.value, root.draft)) return;
        plain += 1;
        assert.deepEqual(metaschemaViolations(root), []);
      }),
      { numRuns: 1500, seed: 7 },
    );
    t.diagnostic(`${plain} of 1500 plain`);
    assert.ok(plain > 300);
  });
}
