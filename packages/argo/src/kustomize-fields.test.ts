// spec.source.kustomize as fields of a kustomization.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kustomizeOverlay } from './kustomize-fields.ts';

const images: readonly (readonly [string, object])[] = [
  ['web:v2', { name: 'web', newTag: 'v2' }],
  ['registry:5000/web:v2', { name: 'registry:5000/web', newTag: 'v2' }],
  ['registry:5000/web', { name: 'registry:5000/web' }],
  ['web=mirror/web:v2', { name: 'web', newName: 'mirror/web', newTag: 'v2' }],
  ['web=mirror/web', { name: 'web', newName: 'mirror/web' }],
  ['web@sha256:ab', { name: 'web', digest: 'sha256:ab' }],
  ['web=mirror/web@sha256:ab', { name: 'web', newName: 'mirror/web', digest: 'sha256:ab' }],
];

for (const [text, want] of images) {
  test(`image ${text}`, () => {
    assert.deepEqual(kustomizeOverlay({ images: [text] }), { images: [want] });
  });
}

test('labels reach selectors unless they should not', () => {
  assert.deepEqual(kustomizeOverlay({ commonLabels: { a: 'b' } }), {
    labels: [{ pairs: { a: 'b' }, includeSelectors: true }],
  });
  assert.deepEqual(
    kustomizeOverlay({ commonLabels: { a: 'b' }, labelWithoutSelector: true, labelIncludeTemplates: true }),
    {
      labels: [{ pairs: { a: 'b' }, includeSelectors: false, includeTemplates: true }],
    },
  );
});

test('empty settings change nothing', () => {
  assert.deepEqual(kustomizeOverlay({ namePrefix: '', images: [], commonLabels: {}, patches: [] }), {});
});
