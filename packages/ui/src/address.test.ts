// Every address the page can have, written down, and read back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  address,
  applicationOf,
  parseQuery,
  parseRef,
  printRef,
  readApplicationView,
  readFleetView,
  readTimelineView,
} from './address.ts';

const key = 'argo/argocd/web shop';
const pod = { group: '', kind: 'Pod', namespace: 'shop', name: 'web-1' };
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };

const addresses: readonly (readonly [string, string])[] = [
  [address.fleet(), '/'],
  [address.fleet({ sort: 'standing', reversed: false, text: '' }), '/'],
  [
    address.fleet({ text: 'team=shop & co', standings: ['drifted', 'degraded'], frontEnd: 'flux', hours: 6 }),
    '/?q=team=shop%20%26%20co&standing=drifted,degraded&frontEnd=flux&hours=6',
  ],
  [
    address.fleet({ project: 'shop', label: 'app.kubernetes.io/name=web', sort: 'commit', reversed: true }),
    '/?project=shop&label=app.kubernetes.io/name=web&sort=commit&order=reversed',
  ],
  [address.application(key), '/applications/argo/argocd/web%20shop'],
  [address.application(key, { tab: 'resources' }), '/applications/argo/argocd/web%20shop'],
  [
    address.application(key, { tab: 'timeline', atMs: 1700000000000 }),
    '/applications/argo/argocd/web%20shop?tab=timeline&at=1700000000000',
  ],
  [
    address.application(key, { resource: deployment }),
    '/applications/argo/argocd/web%20shop?resource=Deployment.apps/shop/web',
  ],
  [
    address.application(key, { tab: 'diff', resource: pod, panel: 'logs', container: 'main' }),
    '/applications/argo/argocd/web%20shop?tab=diff&resource=Pod/shop/web-1&panel=logs&container=main',
  ],
  [address.application(key, { panel: 'logs' }), '/applications/argo/argocd/web%20shop'],
  [address.timeline(), '/timeline'],
  [address.timeline({ kind: 'commit', atMs: 5 }), '/timeline?kind=commit&at=5'],
];

test('addresses are these', () => {
  for (const [built, want] of addresses) assert.equal(built, want);
});

function queryOf(built: string): Record<string, string> {
  return parseQuery(built.split('?')[1] ?? '');
}

test('what is written is read back', () => {
  const fleet = {
    text: 'a b/c=d,e',
    standings: ['drifted', 'missing'],
    frontEnd: 'argo',
    project: 'p',
    label: 'x=y',
    sort: 'name',
    reversed: true,
    hours: 24,
  } as const;
  assert.deepEqual(readFleetView(queryOf(address.fleet(fleet))), fleet);
  const application = { tab: 'events', resource: pod, panel: 'logs', container: 'c', atMs: 12 } as const;
  assert.deepEqual(readApplicationView(queryOf(address.application(key, application))), application);
  const timeline = { kind: 'health', atMs: 99 };
  assert.deepEqual(readTimelineView(queryOf(address.timeline(timeline))), timeline);
  assert.equal(applicationOf(address.application(key)), key);
});

test('what makes no sense is the default', () => {
  const view = readFleetView({ sort: 'colour', standing: 'wet,level', hours: '-1', order: 'up' });
  assert.deepEqual([view.sort, view.standings, view.hours, view.reversed], ['standing', ['level'], undefined, false]);
  const application = readApplicationView({ tab: 'x', resource: 'nothing', panel: '', at: 'soon' });
  assert.deepEqual(application, {
    tab: 'resources',
    resource: undefined,
    panel: undefined,
    container: '',
    atMs: undefined,
  });
  for (const path of ['/', '/timeline', '/applications/argo/x', '/applications/a/b/c/d']) {
    assert.equal(applicationOf(path), undefined, path);
  }
});

test('references are read as they are printed', () => {
  const refs = [
    pod,
    deployment,
    { group: '', kind: 'Namespace', namespace: '', name: 'shop' },
    { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: 'as.b.io' },
  ];
  for (const ref of refs) assert.deepEqual(parseRef(printRef(ref)), ref);
  for (const text of ['', 'Pod', 'Pod/', 'Pod/a/', 'Pod/a/b/c', '/a/b']) assert.equal(parseRef(text), undefined, text);
});
