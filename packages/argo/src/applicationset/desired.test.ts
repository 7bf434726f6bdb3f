// What is applied over a live Application: what is preserved, ignored, refused; and the settings and limits around it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, type KubeObject, getJsonPointer } from '@evenkeel/resource';
import { type ApplicationSet, type ApplicationSetSpec, readApplicationSet } from './application-set.ts';
import { deletionQuestion } from './deletion-budget.ts';
import { desiredApplication } from './desired.ts';
import { againAfterMs } from './generators/generate.ts';
import { mayDelete, mayUpdate, namespaceAllowed, policyOf, readSetSettings } from './set-settings.ts';

const settings = readSetSettings({});

function set(
  spec: Partial<ApplicationSetSpec> = {},
  annotations: Readonly<Record<string, string>> = {},
  status: Json = {},
): ApplicationSet {
  const metadata = { name: 'set', namespace: 'argocd', uid: 'u1', annotations };
  return readApplicationSet({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata,
    spec,
    status,
  } as unknown as KubeObject);
}

function application(spec: Json, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', namespace: 'argocd', ...metadata },
    spec,
  } as unknown as KubeObject;
}

const at = (object: KubeObject, pointer: string): Json | undefined =>
  getJsonPointer(object as unknown as Json, pointer);

test('the set is the controller', () => {
  const [owner] = desiredApplication(set(), application({}), undefined, settings).metadata.ownerReferences ?? [];
  assert.deepEqual(owner, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    name: 'set',
    uid: 'u1',
    controller: true,
    blockOwnerDeletion: true,
  });
});

test('an Application of another controller is refused, one of a set of the same name is taken over', () => {
  const owned = (kind: string, name: string): KubeObject =>
    application(
      {},
      { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind, name, uid: 'other', controller: true }] },
    );
  assert.throws(
    () => desiredApplication(set(), application({}), owned('ApplicationSet', 'another'), settings),
    /Object argocd\/a is already owned by another ApplicationSet controller another/,
  );
  assert.ok(desiredApplication(set(), application({}), owned('ApplicationSet', 'set'), settings));
});

test('preserved annotations and labels keep their live values, others are restored', () => {
  const spec = { preservedFields: { annotations: ['mine'], labels: ['tier'] } };
  const generated = application(
    {},
    { annotations: { mine: 'template', theirs: 'template' }, labels: { tier: 'template', x: 'template' } },
  );
  const live = application(
    {},
    { annotations: { mine: 'live', theirs: 'live', extra: 'live' }, labels: { tier: 'live' } },
  );
  const { metadata } = desiredApplication(
    set(spec),
    generated,
    live,
    readSetSettings({ 'applicationsetcontroller.global.preserved.labels': 'x' }),
  );
  assert.deepEqual(metadata.annotations, { mine: 'live', theirs: 'template' });
  assert.deepEqual(metadata.labels, { tier: 'live', x: 'template' });
});

const sources = (...revisions: readonly string[]): Json => ({
  sources: revisions.map((targetRevision) => ({ repoURL: 'r', targetRevision })),
});

test('ignored differences: JSON pointers', () => {
  const ignoring = (jsonPointers: readonly string[], live: Json, generated: Json, name?: string): KubeObject => {
    const rule = { jsonPointers, ...(name === undefined ? {} : { name }) };
    return desiredApplication(
      set({ ignoreApplicationDifferences: [rule] }),
      application(generated),
      application(live),
      settings,
    );
  };
  const live = { source: { targetRevision: 'live' }, syncPolicy: { automated: { selfHeal: true } } };
  const generated = { source: { targetRevision: 'template', path: 'p' }, syncPolicy: { automated: {} } };
  assert.equal(at(ignoring(['/spec/source/targetRevision'], live, generated), '/spec/source/targetRevision'), 'live');
  assert.equal(
    at(ignoring(['/spec/source/targetRevision'], live, generated, 'other'), '/spec/source/targetRevision'),
    'template',
  );
  assert.deepEqual(at(ignoring(['/spec/syncPolicy'], live, generated), '/spec/syncPolicy'), {
    automated: { selfHeal: true },
  });
  assert.equal(at(ignoring(['/spec/syncPolicy'], {}, generated), '/spec/syncPolicy'), undefined);
  assert.deepEqual(at(ignoring(['/spec/syncPolicy/automated'], live, {}), '/spec/syncPolicy/automated'), {
    selfHeal: true,
  });
  assert.deepEqual(
    at(ignoring(['/spec/sources/1/targetRevision'], sources('a', 'live'), sources('new', 'b')), '/spec'),
    sources('new', 'live'),
  );
  assert.throws(
    () => ignoring(['no-slash'], live, generated),
    /failed to apply ignore differences: the JSON pointer no-slash: /,
  );
});

test('ignored differences: jq', () => {
  const ignoring = (expression: string, live: Json, generated: Json): KubeObject =>
    desiredApplication(
      set({ ignoreApplicationDifferences: [{ jqPathExpressions: [expression] }] }),
      application(generated),
      application(live),
      settings,
    );
  const chosen = '.spec.sources[] | select(.repoURL == "r") | .targetRevision';
  assert.deepEqual(at(ignoring(chosen, sources('x', 'y'), sources('a', 'b')), '/spec'), sources('x', 'y'));
  assert.throws(
    () => ignoring('.spec[', {}, {}),
    /failed to apply ignore differences: the jq expression \.spec\[: (?!.*\))/,
  );
  assert.throws(() => ignoring('def f: f; f', {}, {}), /the jq expression def f: f; f does not end$/);
  assert.deepEqual(at(ignoring('.spec.sources[].path', {}, { project: 'p' }), '/spec'), { project: 'p' });
  assert.equal(ignoring('.metadata.name', {}, {}).metadata.name, 'a');
});

test('the operator settings, and the policy that holds', () => {
  assert.deepEqual([settings.policy, settings.policyOverride, settings.forges.enabled], ['sync', true, true]);
  assert.equal(policyOf(settings, 'create-only'), 'create-only');
  const fixed = readSetSettings({ 'applicationsetcontroller.policy': 'create-update' });
  assert.equal(policyOf(fixed, 'sync'), 'create-update');
  const open = readSetSettings({
    'applicationsetcontroller.policy': 'create-update',
    'applicationsetcontroller.enable.policy.override': 'true',
  });
  assert.equal(policyOf(open, 'sync'), 'sync');
  assert.deepEqual(
    (['create-only', 'create-update', 'create-delete', 'sync'] as const).map((policy) => [
      mayUpdate(policy),
      mayDelete(policy),
    ]),
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ],
  );
  const many = readSetSettings({ 'applicationsetcontroller.namespaces': 'team-*, /^x[0-9]$/' });
  assert.deepEqual(
    ['argocd', 'team-a', 'x1', 'x', 'other'].map((name) => namespaceAllowed(many, name, 'argocd')),
    [true, true, true, false, false],
  );
  assert.ok(!namespaceAllowed(settings, 'other', 'argocd'));
});

test('deleting many asks, deleting few does not; an approval counts for its question only', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `a${index}`);
  assert.equal(deletionQuestion(set(), names(10), 10), undefined);
  assert.equal(deletionQuestion(set(), names(11), 30), undefined);
  const question = deletionQuestion(set(), names(11), 12);
  assert.match(question ?? '', /^11 of 12 Applications would be deleted \(a0, a1, a2, …\)/);
  const budget = (value: string, count: number): boolean =>
    deletionQuestion(set({}, { 'evenkeel.dev/deletion-budget': value }), names(count), 20) !== undefined;
  assert.deepEqual(
    [
      budget('0', 1),
      budget('3', 3),
      budget('3', 4),
      budget('10%', 2),
      budget('10%', 3),
      budget('none', 20),
      budget('odd', 11),
    ],
    [true, false, true, false, true, false, true],
  );
  const asked = (approval: string): string | undefined =>
    deletionQuestion(
      set(
        {},
        { 'argocd.argoproj.io/deletion-approved': approval },
        {
          conditions: [
            {
              type: 'ErrorOccurred',
              status: 'True',
              reason: '',
              message: question ?? '',
              lastTransitionTime: '2026-01-01T00:00:00Z',
            },
          ],
        },
      ),
      names(11),
      12,
    );
  assert.equal(asked('2026-01-01T00:00:01Z'), undefined);
  assert.equal(asked('2025-12-31T00:00:00Z'), question);
  assert.equal(asked('yes'), question);
});

test('sets are looked at again as their generators need it', () => {
  const minutes = (...list: Parameters<typeof againAfterMs>[0]): number | undefined => {
    const ms = againAfterMs(list);
    return ms === undefined ? undefined : ms / 60_000;
  };
  assert.equal(minutes({ list: {} }, { clusters: {} }), undefined);
  assert.equal(minutes({ git: {} }), 3);
  const often = (after: string): number =>
    readSetSettings({ 'applicationsetcontroller.requeue.after': after }).requeueMs;
  assert.deepEqual(['90s', '1ms', 'soon', ''].map(often), [90_000, 180_000, 180_000, 180_000]);
  assert.equal(againAfterMs([{ git: {} }, { scmProvider: {} }], often('90s')), 90_000);
  assert.equal(minutes({ scmProvider: {} }), 30);
  assert.equal(minutes({ pullRequest: { requeueAfterSeconds: 60 } }, { scmProvider: {} }), 1);
  assert.equal(
    minutes({
      matrix: { generators: [{ list: {} }, { merge: { generators: [{ plugin: { requeueAfterSeconds: 120 } }] } }] },
    }),
    2,
  );
});
