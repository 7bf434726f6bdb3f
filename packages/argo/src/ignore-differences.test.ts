// Which rules concern an object, from the Application, the settings and the object itself; and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiffRules, withoutIgnored } from '@evenkeel/engine';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { readCompare, settingsProblems } from './ignore-differences.ts';
import { readSettings } from './settings/settings.ts';

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: 'web', image: 'a' },
          { name: 'istio-proxy', image: 'b' },
        ],
      },
    },
  },
};

function read(entries: readonly JsonObject[], config: Readonly<Record<string, string>> = {}) {
  const { settings } = readSettings({ config });
  return readCompare({ entries, respectIgnored: false, settings, server: 'https://kubernetes.default.svc' });
}

function rules(
  entries: readonly JsonObject[],
  object: KubeObject = deployment,
  config: Readonly<Record<string, string>> = { 'resource.compareoptions': 'ignoreResourceStatusField: none' },
): DiffRules {
  const { compare, refusals } = read(entries, config);
  assert.deepEqual(refusals, []);
  return compare.rulesFor(object) ?? { pointers: [], removals: [], managers: [] };
}

const fields = { jsonPointers: ['/spec/replicas'] };
const places: readonly (readonly [JsonObject, boolean])[] = [
  [{ group: 'apps', kind: 'Deployment', ...fields }, true],
  [{ group: '*', kind: '*', ...fields }, true],
  [{ group: 'apps', kind: 'Dep*', ...fields }, true],
  [{ kind: 'Deployment', ...fields }, false],
  [{ group: 'apps', kind: 'StatefulSet', ...fields }, false],
  [{ group: 'apps', kind: 'Deployment', name: 'web', ...fields }, true],
  [{ group: 'apps', kind: 'Deployment', name: 'we*', ...fields }, false],
  [{ group: 'apps', kind: 'Deployment', namespace: 'shop', ...fields }, true],
  [{ group: 'apps', kind: 'Deployment', namespace: 'other', ...fields }, false],
];
for (const [entry, matches] of places) {
  test(`${JSON.stringify(entry)} ${matches ? 'concerns' : 'does not concern'} apps/Deployment shop/web`, () => {
    assert.deepEqual(rules([entry]).pointers, matches ? ['/spec/replicas'] : []);
  });
}

test('an expression takes out what it leads to', () => {
  const found = rules([
    {
      group: 'apps',
      kind: 'Deployment',
      jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "istio-proxy")', '.spec.replicas'],
    },
  ]);
  assert.deepEqual((withoutIgnored(deployment, found) as unknown as JsonObject)['spec'], {
    template: { spec: { containers: [{ name: 'web', image: 'a' }] } },
  });
});

test('an expression that leads to everything leaves nothing', () => {
  const found = rules([{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.'] }]);
  assert.deepEqual(withoutIgnored(deployment, found), {});
});

for (const expression of ['.spec[]?.a | error("x")', '.spec.replicas.x', 'halt']) {
  test(`an expression that fails leaves the object as it is: ${expression}`, () => {
    const found = rules([{ group: 'apps', kind: 'Deployment', jqPathExpressions: [expression] }]);
    assert.deepEqual(withoutIgnored(deployment, found), deployment);
  });
}

test('an expression that cannot be read is refused by its place', () => {
  const { refusals } = read([{ kind: 'ConfigMap' }, { kind: 'Deployment', jqPathExpressions: ['.spec['] }]);
  assert.deepEqual(
    refusals.map(({ sentence }) => sentence),
    ['spec.ignoreDifferences[1]: jqPathExpressions: ".spec[": unexpected token ")"'],
  );
});

test('the settings, the status and the annotation', () => {
  const annotated = {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      annotations: { 'argocd.argoproj.io/ignore-differences': 'jsonPointers: [/spec/x]' },
    },
  };
  const config = {
    'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers: [hpa]',
    'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers: [/spec/replicas]',
    'resource.customizations.ignoreDifferences.apps_StatefulSet': 'jsonPointers: [/spec/y]',
  };
  const found = rules([], annotated, config);
  assert.deepEqual(found.pointers, ['/status', '/spec/replicas', '/spec/x']);
  assert.deepEqual(found.managers, ['hpa']);
});

test('aggregated rules are ignored where that is set', () => {
  const role: KubeObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'a' },
    aggregationRule: { clusterRoleSelectors: [] },
  };
  assert.deepEqual(rules([], role, { 'resource.compareoptions': 'ignoreAggregatedRoles: true' }).pointers, [
    '/status',
    '/rules',
  ]);
});

test('an expression of the settings that cannot be read is named, and the others count', () => {
  const { settings } = readSettings({
    config: {
      'resource.customizations.ignoreDifferences.apps_Deployment': 'jqPathExpressions: [".a[", .spec.replicas]',
    },
  });
  assert.equal(settingsProblems(settings).length, 1);
  const { compare } = readCompare({ entries: [], respectIgnored: false, settings, server: '' });
  assert.equal(compare.rulesFor(deployment)?.removals.length, 1);
});

test('excluded kinds', () => {
  const { compare } = read([], { 'resource.exclusions': '- {apiGroups: [apps], kinds: [Deployment]}' });
  assert.equal(compare.excludes({ group: 'apps', kind: 'Deployment' }), true);
  assert.equal(compare.excludes({ group: 'apps', kind: 'StatefulSet' }), false);
});
