// From an Application to the neutral model: what each field becomes, and every field that is refused by its name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@evenkeel/delivery';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { readApplication } from './application.ts';
import { argoFrontEnd } from './front-end.ts';
import { departingDelivery, translateApplication, translateRetry } from './translate.ts';

const source = { repoURL: 'https://git.example.com/shop.git', path: './apps//web/', targetRevision: 'main' };
const spec: JsonObject = {
  project: 'default',
  source,
  destination: { server: 'https://kubernetes.default.svc', namespace: 'web' },
};

function application(change: JsonObject = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', ...metadata },
    spec: { ...spec, ...change },
  };
}

function delivered(change: JsonObject = {}, metadata: object = {}): Delivery {
  const translation = translateApplication(readApplication(application(change, metadata)), argoFrontEnd);
  if (translation.kind === 'refused') throw new Error(translation.refusals.map(({ sentence }) => sentence).join('; '));
  return translation.delivery;
}

function refused(change: JsonObject, metadata: object = {}): readonly string[] {
  const translation = translateApplication(readApplication(application(change, metadata)), argoFrontEnd);
  return translation.kind === 'refused' ? translation.refusals.map(({ sentence }) => sentence) : [];
}

test('the plainest Application', () => {
  const { key, sources, destination, policy } = delivered();
  assert.equal(key, 'argo/argocd/web');
  assert.deepEqual([sources[0]?.url, sources[0]?.revision, sources[0]?.path], [source.repoURL, 'main', 'apps/web']);
  assert.equal(sources[0]?.render.renderer, 'detect');
  assert.deepEqual(destination, { cluster: 'in-cluster', namespace: 'web' });
  assert.deepEqual([policy.automatic, policy.selfHeal, policy.prune, policy.allowEmpty], [false, false, false, false]);
});

test('no revision means HEAD', () => {
  assert.equal(delivered({ source: { ...source, targetRevision: '' } }).sources[0]?.revision, 'HEAD');
});

test('automation and its switches', () => {
  const policyOf = (automated: JsonObject): readonly boolean[] => {
    const { automatic, prune, selfHeal } = delivered({ syncPolicy: { automated } }).policy;
    return [automatic, prune, selfHeal];
  };
  assert.deepEqual(policyOf({}), [true, false, false]);
  assert.deepEqual(policyOf({ prune: true, selfHeal: true }), [true, true, true]);
  assert.deepEqual(policyOf({ enabled: false, prune: true, selfHeal: true }), [false, false, false]);
});

test('sync options become policy', () => {
  const syncOptions = [
    'CreateNamespace=true',
    'PruneLast=true',
    'PrunePropagationPolicy=background',
    'Replace=true',
    'Validate=false',
  ];
  const { policy } = delivered({ syncPolicy: { syncOptions } });
  const { createNamespace, pruneLast, propagation, replace, validate } = policy;
  assert.deepEqual(
    [createNamespace, pruneLast, propagation, replace, validate],
    [true, true, 'Background', true, false],
  );
});

test('retries, with the defaults of upstream', () => {
  assert.deepEqual(translateRetry(undefined), { limit: 5, baseMs: 5000, factor: 2, maxMs: 180_000 });
  assert.deepEqual(translateRetry({ limit: -1 }).limit, Infinity);
  // Argo CD writes a limit of 0 back as no limit.
  assert.deepEqual([translateRetry({}).limit, translateRetry({ backoff: { duration: '1s' } }).limit], [0, 0]);
  const backoff = { duration: '10s', factor: 3, maxDuration: '1m' };
  assert.deepEqual(translateRetry({ limit: 1, backoff }), { limit: 1, baseMs: 10_000, factor: 3, maxMs: 60_000 });
  assert.equal(translateRetry({ backoff: { duration: 'soon' } }).problem, 'unable to parse soon as a duration');
  assert.equal(translateRetry({ backoff: { maxDuration: '5 m' } }).problem, 'unable to parse 5 m as a duration');
  assert.deepEqual(
    [translateRetry({ backoff: { duration: '-5' } }).baseMs, translateRetry({ backoff: { maxDuration: '-1s' } }).maxMs],
    [-5000, Infinity],
  );
});

test('settings of a chart', () => {
  const { render } =
    delivered({ source: { ...source, helm: { parameters: [{ name: 'a', value: '1' }], valueFiles: ['live.yaml'] } } })
      .sources[0] ?? {};
  assert.equal(render?.renderer, 'helm');
  assert.equal(render?.helm.releaseName, 'web');
  assert.deepEqual(render?.helm.valueFiles, ['live.yaml']);
  assert.deepEqual(render?.helm.parameters, [{ name: 'a', value: '1', forceString: false }]);
});

test('the fingerprint follows the intention, not the labels', () => {
  const { fingerprint } = delivered();
  assert.equal(delivered({}, { labels: { a: 'b' } }).fingerprint, fingerprint);
  assert.notEqual(delivered({ source: { ...source, path: 'other' } }).fingerprint, fingerprint);
  assert.notEqual(delivered({ destination: { name: 'in-cluster', namespace: 'else' } }).fingerprint, fingerprint);
});

const invalid: readonly (readonly [string, JsonObject, RegExp])[] = [
  [
    'a chart without a version',
    { source: { ...source, chart: 'x', targetRevision: '' } },
    /targetRevision is required/,
  ],
  [
    'two kinds of settings',
    { source: { ...source, helm: { releaseName: 'a' }, kustomize: { namePrefix: 'b' } } },
    /multiple application sources defined: Kustomize,Helm/,
  ],
  ['an absolute path', { source: { ...source, path: '/apps' } }, /app path is absolute/],
  ['a path out of the repository', { source: { ...source, path: 'apps/../..' } }, /app path outside root/],
  ['another Helm', { source: { ...source, helm: { version: 'v2' } } }, /spec\.source\.helm\.version/],
  ['a kustomize nobody registered', { source: { ...source, kustomize: { version: 'v5' } } }, /v5 is not registered/],
  ['a name with a dot', { sources: [source, { ...source, ref: 'a.b' }] }, /spec\.sources\[1\]\.ref/],
  [
    'a name used twice',
    {
      sources: [
        { ...source, ref: 'a' },
        { ...source, ref: 'a' },
      ],
    },
    /called "a" too/,
  ],
];

for (const [what, change, sentence] of invalid) {
  test(`${what} is refused`, () => assert.match(refused(change).join('; '), sentence));
}

test('settings that say nothing leave it to the files', () => {
  const { render } = delivered({ source: { ...source, kustomize: {}, helm: { valueFiles: [] } } }).sources[0] ?? {};
  assert.equal(render?.renderer, 'detect');
});

test('charts, artifacts, references', () => {
  const chart = { repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1.*' };
  const files = { repoURL: 'https://git.example.com/a.git', ref: 'values', targetRevision: 'main' };
  const artifact = { repoURL: 'oci://registry.example.com/app', path: '.', targetRevision: 'v1' };
  const { sources } = delivered({ sources: [chart, files, artifact] });
  assert.deepEqual(
    sources.map(({ kind, chart: name, reference, rendersNothing, path }) => [
      kind,
      name,
      reference,
      rendersNothing,
      path,
    ]),
    [
      ['chart', 'web', undefined, undefined, ''],
      [undefined, undefined, 'values', true, ''],
      ['artifact', undefined, undefined, undefined, ''],
    ],
  );
});

test('what is missing is named, all of it at once', () => {
  assert.deepEqual(refused({ source: {}, destination: {} }), [
    'spec.source.repoURL and either spec.source.path or spec.source.chart are required',
    'Destination server missing from app spec',
  ]);
  const { repoURL } = { repoURL: 'https://git.example.com/a.git' };
  assert.match(refused({ source: { repoURL } }).join(), /spec\.source\.path or spec\.source\.chart are required$/);
  assert.match(refused({ sources: [{ repoURL, ref: 'a' }, { repoURL }] }).join(), /for source spec\.sources\[1\]$/);
});

test('destinations that are unknown or said twice', () => {
  assert.match(refused({ destination: { server: 'https://far' } }).join(), /cluster "https:\/\/far" not found/);
  assert.match(refused({ destination: { name: 'far' } }).join(), /there are no clusters with this name: far/);
  const both = { server: 'https://kubernetes.default.svc', name: 'in-cluster' };
  assert.match(refused({ destination: both }).join(), /can't have both name and server defined/);
});

test('an Application that is refused can still be taken apart', () => {
  const delivery = departingDelivery(
    readApplication(application({ ignoreDifferences: [{ kind: 'x' }] })),
    argoFrontEnd,
  );
  assert.deepEqual(
    [delivery.key, delivery.destination],
    ['argo/argocd/web', { cluster: 'in-cluster', namespace: 'web' }],
  );
});
