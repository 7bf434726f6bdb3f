// Kustomizations with the settings of a delivery.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from '@evenkeel/std';
import { templateHost } from '../template-host.ts';
import { renderKustomization } from './kustomization.ts';

test('a component whose directory has no kustomization is as good as missing', () => {
  const tree = memoryTree({
    'app/kustomization.yaml': 'resources: [a.yaml]\n',
    'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    'parts/empty/readme.txt': 'nothing',
  });
  const settings = { overlay: { components: ['../parts/empty'] }, ignoreMissingComponents: true, generate: false };
  const world = { kubeVersion: '1.35.4', apiVersions: [], host: templateHost, lookup: () => undefined };
  const { objects, refusals } = renderKustomization(tree, 'app', settings, world);
  assert.deepEqual(refusals, []);
  assert.equal(objects.length, 1);
  const strict = renderKustomization(tree, 'app', { ...settings, ignoreMissingComponents: false }, world);
  assert.match(strict.refusals[0]?.sentence ?? '', /unable to find one of 'kustomization.yaml'/);
});
