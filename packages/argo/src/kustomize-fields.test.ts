// spec.source.kustomize as edits and what is laid over the file.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kustomizeSettings } from './kustomize-fields.ts';
import type { KustomizeFields } from './sources/source-types.ts';

function settingsOf(fields: KustomizeFields): ReturnType<typeof kustomizeSettings> {
  return kustomizeSettings(fields, (text) => text.replace('$ARGOCD_APP_NAME', 'web'));
}

test('every field becomes the edit that upstream makes, in its order', () => {
  const { edits } = settingsOf({
    namespace: 'live',
    namePrefix: 'a-',
    nameSuffix: '-z',
    images: ['web=mirror/$ARGOCD_APP_NAME:v2'],
    replicas: [{ name: 'web', count: 3 }],
    commonLabels: { app: '$ARGOCD_APP_NAME' },
    forceCommonLabels: true,
    labelWithoutSelector: true,
    labelIncludeTemplates: true,
    commonAnnotations: { of: '$ARGOCD_APP_NAME' },
    forceCommonAnnotations: true,
  });
  assert.deepEqual(edits, [
    ['set', 'nameprefix', '--', 'a-'],
    ['set', 'namesuffix', '--', '-z'],
    ['set', 'image', 'web=mirror/web:v2'],
    ['set', 'replicas', 'web=3'],
    ['add', 'label', '--force', '--without-selector', '--include-templates', 'app:web'],
    ['add', 'annotation', '--force', 'of:$ARGOCD_APP_NAME'],
    ['set', 'namespace', '--', 'live'],
  ]);
  const filled = settingsOf({ commonAnnotations: { of: '$ARGOCD_APP_NAME' }, commonAnnotationsEnvsubst: true });
  assert.deepEqual(filled.edits, [['add', 'annotation', 'of:web']]);
});

test('patches and components are laid into the file', () => {
  const { overlay, ignoreMissingComponents } = settingsOf({
    patches: [{ patch: 'x' }],
    components: ['../tls'],
    ignoreMissingComponents: true,
  });
  assert.deepEqual(overlay, { patches: [{ patch: 'x' }], components: ['../tls'] });
  assert.equal(ignoreMissingComponents, true);
});

test('empty settings change nothing', () => {
  assert.deepEqual(settingsOf({ namePrefix: '', images: [], commonLabels: {}, patches: [] }), {
    edits: [],
    overlay: {},
    ignoreMissingComponents: false,
  });
});
