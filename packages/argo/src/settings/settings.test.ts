// The ConfigMaps as Argo CD ships them, as people write them, and as they get them wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customizationsOf, exactCustomization } from './customizations.ts';
import { isExcluded, selectorOf } from './resource-filter.ts';
import { defaultSettings, readSettings } from './settings.ts';

test('defaults are those of Argo CD', () => {
  assert.equal(defaultSettings.tracking.method, 'annotation');
  assert.equal(defaultSettings.tracking.labelKey, 'app.kubernetes.io/instance');
  assert.equal(defaultSettings.compare.ignoreStatus, 'all');
  assert.equal(defaultSettings.reconciliationMs, 120_000);
  assert.deepEqual(defaultSettings.helm.valuesFileSchemes, ['https', 'http']);
  assert.equal(defaultSettings.respectRbac, 'off');
  assert.deepEqual(defaultSettings.selfHeal.backoff, { baseMs: 2000, factor: 3, maxMs: 300_000 });
});

test('split customizations and the older map', () => {
  const { settings, problems } = readSettings({
    config: {
      'resource.customizations': [
        '"*.crossplane.io/*":',
        '  health.lua: return {}',
        '  ignoreDifferences: |',
        '    jsonPointers: [/spec/a]',
        'apps/Deployment:',
        '  ignoreDifferences: |',
        '    jqPathExpressions: [.spec.replicas]',
      ].join('\n'),
      'resource.customizations.health.cert-manager.io_Certificate': 'hs = {} return hs',
      'resource.customizations.useOpenLibs.cert-manager.io_Certificate': 'true',
      'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers: [kube-controller-manager]',
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/spec/x]',
      'resource.customizations.ignoreResourceUpdates.ConfigMap': 'jsonPointers: [/metadata]',
      'resource.customizations.knownTypeFields.argoproj.io_Rollout':
        '- {field: spec.template, type: core/v1/PodTemplateSpec}',
      'resource.customizations.actions.apps_Deployment':
        'mergeBuiltinActions: true\ndiscovery.lua: d\ndefinitions: [{name: restart, action.lua: a}]',
    },
  });
  assert.deepEqual(problems, []);
  const deployment = exactCustomization(settings.customizations, { group: 'apps', kind: 'Deployment' });
  assert.deepEqual(deployment?.ignoreDifferences.jsonPointers, ['/spec/x']);
  assert.deepEqual(deployment?.ignoreDifferences.jqPathExpressions, []);
  assert.deepEqual(deployment?.actions, {
    discoveryLua: 'd',
    mergeBuiltin: true,
    definitions: [{ name: 'restart', lua: 'a' }],
  });
  const certificate = exactCustomization(settings.customizations, { group: 'cert-manager.io', kind: 'Certificate' });
  assert.equal(certificate?.healthLua, 'hs = {} return hs');
  assert.equal(certificate?.useOpenLibs, true);
  assert.ok(exactCustomization(settings.customizations, { group: '', kind: 'ConfigMap' }));
  const bucket = customizationsOf(settings.customizations, { group: 's3.crossplane.io', kind: 'Bucket' });
  assert.equal(bucket.length, 2);
});

test('a wrong entry is named and the rest counts', () => {
  const { settings, problems } = readSettings({
    config: {
      'application.resourceTrackingMethod': 'labels',
      'application.instanceLabelKey': 'mycompany.com/app',
      'resource.exclusions': 'kinds: [Pod]',
      'resource.compareoptions': 'ignoreResourceStatusField: sometimes\nignoreAggregatedRoles: true',
      'resource.customizations.health.a_b_c': 'x',
      'resource.customizations.colour.apps_Deployment': 'x',
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: /spec',
      'resource.customizations.useOpenLibs.v1_X': 'perhaps',
      'timeout.reconciliation': 'soon',
      'resource.respectRBAC': 'strict',
    },
    params: { 'controller.diff.server.side': 'true', 'controller.sync.timeout.seconds': 'ten' },
  });
  assert.equal(settings.tracking.method, 'annotation');
  assert.equal(settings.tracking.labelKey, 'mycompany.com/app');
  assert.equal(settings.compare.ignoreAggregatedRoles, true);
  assert.equal(settings.compare.ignoreStatus, 'all');
  assert.equal(settings.compare.serverSideDiff, true);
  assert.equal(settings.respectRbac, 'strict');
  const named = [
    'application.resourceTrackingMethod',
    'resource.customizations.colour.apps_Deployment',
    'resource.customizations.health.a_b_c',
    'resource.customizations.ignoreDifferences.apps_Deployment',
    'resource.customizations.useOpenLibs.v1_X',
    'resource.exclusions',
    'resource.compareoptions',
    'timeout.reconciliation',
    'controller.sync.timeout.seconds',
  ];
  for (const key of named) assert.equal(problems.filter((problem) => problem.includes(` ${key}:`)).length, 1, key);
  assert.equal(problems.length, named.length);
});

test('selectors of all rules that fit a kind count together', () => {
  const { settings, problems } = readSettings({
    config: {
      'resource.selectors': [
        '- {apiGroups: [""], kinds: [Pod], clusters: ["https://a*"], selector: "!argocd.argoproj.io/instance"}',
        '- {selector: " tier in (a,b) "}',
        '- {kinds: [Pod], selector: "=="}',
        '- {kinds: [Secret]}',
      ].join('\n'),
    },
  });
  const of = (kind: string, cluster: string): string => selectorOf({ group: '', kind }, cluster, settings.selectors);
  assert.equal(of('Pod', 'https://a.example.com'), '!argocd.argoproj.io/instance,tier in (a,b)');
  assert.equal(of('Pod', 'https://b.example.com'), 'tier in (a,b)');
  assert.equal(of('Secret', 'https://a.example.com'), 'tier in (a,b)');
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /resource\.selectors: the selector "=="/);
});

test('sizes are quantities', () => {
  const key = 'reposerver.max.combined.directory.manifests.size';
  const read = (text: string): readonly [number, number] => {
    const { settings, problems } = readSettings({ params: { [key]: text } });
    return [settings.renderers.directoryBytesMax, problems.length];
  };
  assert.deepEqual(read('1Gi'), [1024 ** 3, 0]);
  assert.deepEqual(read('0'), [0, 0]);
  assert.deepEqual(read('much'), [10_000_000, 1]);
  assert.deepEqual(read(''), [10_000_000, 0]);
});

test('bare off is none', () => {
  for (const text of ['off', 'none', '"false"', 'false']) {
    const { settings } = readSettings({ config: { 'resource.compareoptions': `ignoreResourceStatusField: ${text}` } });
    assert.equal(settings.compare.ignoreStatus, 'none', text);
  }
});

test('exclusions and inclusions', () => {
  const cluster = 'https://kubernetes.default.svc';
  const exclusion = '- {apiGroups: ["*.cilium.io"], kinds: ["*"], clusters: ["https://*"]}';
  const { settings } = readSettings({ config: { 'resource.exclusions': exclusion } });
  assert.equal(isExcluded({ group: 'x.cilium.io', kind: 'Any' }, cluster, settings), true);
  assert.equal(isExcluded({ group: 'cilium.io', kind: 'Any' }, cluster, settings), false);
  assert.equal(isExcluded({ group: '', kind: 'Event' }, cluster, settings), true);
  assert.equal(isExcluded({ group: 'coordination.k8s.io', kind: 'Lease' }, cluster, settings), true);
  const only = readSettings({
    config: { 'resource.inclusions': '- {apiGroups: [apps], kinds: [Deployment]}' },
  }).settings;
  assert.equal(isExcluded({ group: 'apps', kind: 'Deployment' }, cluster, only), false);
  assert.equal(isExcluded({ group: 'apps', kind: 'DaemonSet' }, cluster, only), true);
});
