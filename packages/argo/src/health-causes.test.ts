// What status.health.message names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeliveryReport, type ResourceReport, refusedReport } from '@evenkeel/delivery';
import { healthCauses } from './health-causes.ts';

type Words = NonNullable<ResourceReport['health']>['status'];

function report(
  health: Words,
  objects: readonly (readonly [kind: string, name: string, health: Words])[],
): DeliveryReport {
  const resources = objects.map(([typed, name, status]): ResourceReport => {
    const [kind = '', group = ''] = typed.split('.apps').length > 1 ? [typed.replace('.apps', ''), 'apps'] : [typed];
    const namespace = kind === 'Namespace' ? '' : 'shop';
    const ref = { group, kind, namespace, name };
    return { ref, version: 'v1', sync: 'synced', health: { status }, wave: 0, hook: false, fields: [] };
  });
  return { ...refusedReport('argo/argocd/shop', []), health: { status: health }, resources };
}

const cases: readonly (readonly [string, DeliveryReport, string | undefined])[] = [
  ['nothing is wrong', report('healthy', [['Pod', 'a', 'healthy']]), undefined],
  ['nothing is there', report('missing', [['Pod', 'a', 'missing']]), undefined],
  [
    'the worst alone',
    report('degraded', [
      ['Pod', 'a', 'progressing'],
      ['Deployment.apps', 'web', 'degraded'],
      ['Namespace', 'shop', 'degraded'],
    ]),
    'Caused by apps/Deployment:shop/web, Namespace:shop',
  ],
  [
    'three by name, the others by number',
    report(
      'progressing',
      ['a', 'b', 'c', 'd', 'e'].map((name) => ['Pod', name, 'progressing'] as const),
    ),
    'Caused by Pod:shop/a, Pod:shop/b, Pod:shop/c and 2 more',
  ],
];

for (const [what, given, said] of cases)
  test(`health comes from: ${what}`, () => {
    assert.equal(healthCauses(given), said);
  });
