import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutContent } from './without-content.ts';

const cases: readonly (readonly [string, string])[] = [
  [
    'trouble configuring builtin PatchTransformer with config: `\npatch: \'hunter: [\'\n`: unable to parse SM or JSON patch from [patch: "hunter: [\\""]',
    'trouble configuring builtin PatchTransformer with config: `…`: unable to parse SM or JSON patch from [patch: …]',
  ],
  [
    'loading KV pairs: literal sources [a=hunter b]: invalid literal source hunter, too, expected key=value',
    'loading KV pairs: literal sources […]: invalid literal source …, expected key=value',
  ],
  ["accumulating resources from '../base': no such file", "accumulating resources from '../base': no such file"],
];

for (const [message, told] of cases) {
  test(`what kustomize quotes is left out: ${told}`, () => assert.equal(withoutContent(message), told));
}
