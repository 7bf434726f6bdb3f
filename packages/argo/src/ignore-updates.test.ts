// Which changes of live objects start a comparison, under which settings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { createUpdateFilter } from './ignore-updates.ts';
import { readSettings } from './settings/settings.ts';

function deployment(version: string, status: JsonObject, spec: JsonObject = { replicas: 1 }): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: version, generation: Number(version) },
    spec,
    status,
  };
}

function filter(config: Readonly<Record<string, string>>): (previous: KubeObject, object: KubeObject) => boolean {
  const { settings } = readSettings({ config });
  return createUpdateFilter(
    () => settings,
    () => undefined,
  );
}

const settled = { observedGeneration: 99, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const beating = { ...settled, conditions: [{ type: 'Available', lastUpdateTime: 'now' }] };
const statusIgnored = { 'resource.customizations.ignoreResourceUpdates.all': 'jsonPointers: [/status]' };

test('without a word about a kind every change counts', () => {
  assert.equal(filter({})(deployment('1', settled), deployment('2', beating)), false);
});

test('a change of ignored fields alone starts nothing', () => {
  assert.equal(filter(statusIgnored)(deployment('1', settled), deployment('2', beating)), true);
  assert.equal(filter(statusIgnored)(deployment('1', settled), deployment('2', settled, { replicas: 2 })), false);
});

test('a change of health counts, wherever it is read from', () => {
  const behind = { ...settled, updatedReplicas: 0 };
  assert.equal(filter(statusIgnored)(deployment('1', settled), deployment('2', behind)), false);
});

test('fields that are no difference start nothing either, unless the settings say so', () => {
  const ignored = {
    'resource.customizations.ignoreDifferences.apps_Deployment': 'jqPathExpressions: [".spec.revisionHistoryLimit"]',
  };
  const change = [
    deployment('1', settled),
    deployment('2', settled, { replicas: 1, revisionHistoryLimit: 2 }),
  ] as const;
  assert.equal(filter(ignored)(...change), true);
  const told = { ...ignored, 'resource.compareoptions': 'ignoreDifferencesOnResourceUpdates: false' };
  assert.equal(filter(told)(...change), false);
});

test('switched off, every change counts', () => {
  const off = { ...statusIgnored, 'resource.ignoreResourceUpdatesEnabled': 'false' };
  assert.equal(filter(off)(deployment('1', settled), deployment('2', beating)), false);
});
