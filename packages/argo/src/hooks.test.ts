// Annotations that say when an object is applied, and when it goes again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { departureOf, farewellsOf, hookFinalizer, isHook, placeObject, strayObject, waveOf } from './hooks.ts';

const argo = 'argocd.argoproj.io';

function object(annotations: Readonly<Record<string, string>>, kind = 'Job'): KubeObject {
  return { apiVersion: 'batch/v1', kind, metadata: { name: 'x', namespace: 'shop', annotations } };
}

/** "before[install] recreate, after succeeded" */
function turns(annotations: Readonly<Record<string, string>>): string {
  return placeObject(object(annotations))
    .map(({ phase, hook }) => {
      const at = hook?.at ? `[${hook.at}]` : '';
      return `${phase}${at}${hook ? ` ${hook.deletion.join('+')}` : ''}`;
    })
    .join(', ');
}

const hook = `${argo}/hook`;
const policy = `${argo}/hook-delete-policy`;
const helm = 'helm.sh/hook';
const cases: readonly (readonly [what: string, annotations: Readonly<Record<string, string>>, want: string])[] = [
  ['an object is applied in the main phase', {}, 'main'],
  ['a hook has its phase', { [hook]: 'PreSync' }, 'before recreate'],
  ['or several', { [hook]: ' PreSync , PostSync,SyncFail' }, 'before recreate, after recreate, failure recreate'],
  ['a hook during the sync', { [hook]: 'Sync' }, 'main recreate'],
  ['Skip has none', { [hook]: 'Skip' }, ''],
  ['Skip beside another says nothing', { [hook]: 'Skip,Sync' }, 'main recreate'],
  ['a hook nobody knows has none', { [hook]: 'Whenever' }, ''],
  ['hooks of deletion are no part of a sync', { [hook]: 'PreDelete' }, ''],
  ['but may be both', { [hook]: 'PreDelete,PostSync' }, 'after recreate'],
  ['rules are read', { [hook]: 'Sync', [policy]: 'HookSucceeded, HookFailed' }, 'main succeeded+failed'],
  ['rules nobody knows do not count', { [hook]: 'Sync', [policy]: 'Never' }, 'main recreate'],
  ['a hook of an installation', { [helm]: 'pre-install' }, 'before[install] recreate'],
  ['a hook of an upgrade', { [helm]: 'post-upgrade' }, 'after[upgrade] recreate'],
  ['a hook of both', { [helm]: 'pre-install,pre-upgrade' }, 'before recreate'],
  [
    'hooks of Helm in two phases',
    { [helm]: 'pre-install,post-upgrade' },
    'before[install] recreate, after[upgrade] recreate',
  ],
  [
    'rules of Helm',
    { [helm]: 'pre-install', 'helm.sh/hook-delete-policy': 'hook-succeeded' },
    'before[install] succeeded',
  ],
  [
    'rules of both count',
    { [hook]: 'Sync', [policy]: 'HookFailed', 'helm.sh/hook-delete-policy': 'before-hook-creation' },
    'main failed+recreate',
  ],
  ['our own hook counts before that of Helm', { [hook]: 'PostSync', [helm]: 'pre-install' }, 'after recreate'],
  ['one that nobody knows does not', { [hook]: 'Whenever', [helm]: 'pre-install' }, 'before[install] recreate'],
  ['tests and rollbacks are never applied', { [helm]: 'test,pre-rollback' }, ''],
  ['crd-install is an object like others', { [helm]: 'crd-install' }, 'main'],
  ['crd-install beside a hook is a hook', { [helm]: 'crd-install,pre-install' }, 'before[install] recreate'],
  ['Skip counts once', { [hook]: 'Skip,Skip' }, ''],
];

for (const [what, annotations, want] of cases) test(`turns: ${what}`, () => assert.equal(turns(annotations), want));

test('hooks are held by a finalizer, beside their own', () => {
  const held = {
    ...object({ [hook]: 'Sync' }),
    metadata: { ...object({ [hook]: 'Sync' }).metadata, finalizers: ['a/b'] },
  };
  assert.deepEqual(placeObject(held)[0]?.object.metadata.finalizers, ['a/b', hookFinalizer]);
  assert.equal(placeObject(object({}))[0]?.object.metadata.finalizers, undefined);
  assert.deepEqual([isHook(object({ [hook]: 'Skip' })), isHook(object({ [helm]: 'test' }))], [false, true]);
});

test('waves', () => {
  const wave = (text: string, weight?: string): number =>
    waveOf(object({ [`${argo}/sync-wave`]: text, ...(weight === undefined ? {} : { 'helm.sh/hook-weight': weight }) }));
  assert.deepEqual(
    [wave('-5'), wave('+7'), wave('soon'), wave('soon', '3'), wave('1.5'), wave('2', '9')],
    [-5, 7, 0, 3, 0, 2],
  );
});

test('when an object runs as its Application goes', () => {
  assert.deepEqual(farewellsOf(object({ [hook]: 'PreDelete, PostDelete' })), ['before', 'after']);
  assert.deepEqual(farewellsOf(object({ [helm]: 'post-delete' })), ['after']);
  assert.deepEqual(farewellsOf(object({ [hook]: 'PreSync' })), []);
});

function delivery(options: Partial<Delivery['policy']> = {}): Delivery {
  return { name: 'shop', namespace: 'argocd', policy: options } as Delivery;
}

test('prunes: the option of the object counts before that of the Application', () => {
  const stray = (text: string, options: Partial<Delivery['policy']> = {}): readonly unknown[] => {
    const { keepReason, confirm, pruneLast } = strayObject(
      object(text === '' ? {} : { [`${argo}/sync-options`]: text }),
      delivery(options),
    );
    return [keepReason, confirm, pruneLast];
  };
  assert.deepEqual(stray(''), [undefined, false, false]);
  assert.deepEqual(stray('Prune=false'), ['ignored (no prune)', false, false]);
  assert.deepEqual(stray('Prune=confirm,PruneLast=true'), [undefined, true, true]);
  assert.deepEqual(stray('', { pruneOption: 'never' }), ['ignored (no prune)', false, false]);
  assert.deepEqual(stray('Prune=true', { pruneOption: 'never' }), [undefined, false, false]);
  assert.equal(strayObject(object({ [hook]: 'Skip' }), delivery({})).keepReason, 'ignored (no prune)');
});

test('what stays when the Application goes', () => {
  const gone = (
    annotations: Readonly<Record<string, string>>,
    kind?: string,
    options: Partial<Delivery['policy']> = {},
  ): unknown => departureOf(object(annotations, kind), delivery(options));
  assert.equal(gone({}), undefined);
  assert.equal(gone({}, 'CustomResourceDefinition'), 'never');
  assert.equal(gone({ 'helm.sh/resource-policy': 'keep' }), 'never');
  assert.equal(gone({ [`${argo}/sync-options`]: 'Delete=false' }), 'never');
  assert.equal(gone({ [`${argo}/sync-options`]: 'Delete=confirm' }), 'confirm');
  assert.equal(gone({ [`${argo}/sync-options`]: 'Prune=confirm' }), 'confirm');
  assert.equal(gone({}, 'Job', { deleteOption: 'never' }), 'never');
  assert.equal(gone({ [`${argo}/sync-options`]: 'Delete=true' }, 'Job', { deleteOption: 'never' }), undefined);
});
