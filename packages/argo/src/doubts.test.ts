// Annotations of objects that nobody knows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { doubtsOf } from './doubts.ts';

const cases: readonly (readonly [annotations: Readonly<Record<string, string>>, want: readonly string[]])[] = [
  [{}, []],
  [{ 'argocd.argoproj.io/hook': 'PreSync, PostSync' }, []],
  [{ 'argocd.argoproj.io/hook': '' }, []],
  [{ 'argocd.argoproj.io/hook': 'BeforeSync' }, ['argocd.argoproj.io/hook "BeforeSync", and is never applied']],
  [{ 'argocd.argoproj.io/hook': 'PreSync,Later' }, ['argocd.argoproj.io/hook "Later"']],
  [{ 'helm.sh/hook': 'test', 'helm.sh/hook-weight': 'x' }, []],
  [
    { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded,Never' },
    ['argocd.argoproj.io/hook-delete-policy "Never"'],
  ],
  [{ 'argocd.argoproj.io/sync-options': 'Prune=false, Replace=true,Force=true,Delete=confirm' }, []],
  [
    { 'argocd.argoproj.io/sync-options': 'Prunee=false,Replace,SkipDryRunOnMissingResource=true,Prune=no' },
    ['argocd.argoproj.io/sync-options "Prunee=false,Replace=,Prune=no"'],
  ],
  [{ 'argocd.argoproj.io/sync-wave': '-5' }, []],
  [{ 'argocd.argoproj.io/sync-wave': 'first' }, ['argocd.argoproj.io/sync-wave "first", which is no whole number']],
];

for (const [annotations, want] of cases) {
  test(`what nobody knows of ${JSON.stringify(annotations)}`, () => {
    const metadata = { name: 'a', annotations };
    assert.deepEqual(doubtsOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata }), want);
  });
}

test('annotations of nothing ask for nothing', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: null } };
  assert.deepEqual(doubtsOf(object as unknown as KubeObject), []);
});
