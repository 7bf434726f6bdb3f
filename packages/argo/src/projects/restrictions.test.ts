// One case for each restriction of a project: what an Application is told, and what limits its delivery gets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryLimits } from '@evenkeel/delivery';
import type { JsonObject, ObjectRef } from '@evenkeel/resource';
import { type Application, readApplication } from '../application.ts';
import { type KnownCluster, inCluster } from '../clusters/known-cluster.ts';
import { type ArgoSettings, defaultSettings } from '../settings/settings.ts';
import { limitsOf, projectRefusals } from './application-limits.ts';
import { permitsApplicationNamespace } from './permissions.ts';
import type { Project, ProjectSpec } from './project.ts';
import { normalisePolicy, projectPolicies, validateProject, windowWarning } from './validate.ts';
import { virtualProject } from './virtual.ts';
import { judgeWindows } from './windows.ts';

const edge: KnownCluster = { ...inCluster, server: 'https://edge.example.test', name: 'edge', secret: 'cluster-edge' };
const open: ProjectSpec = { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] };

function application(spec: JsonObject = {}, namespace = 'argocd'): Application {
  return readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace },
    spec: {
      project: 'team',
      source: { repoURL: 'https://git.example.test/org/web.git', path: '.' },
      destination: { server: inCluster.server, namespace: 'shop' },
      ...spec,
    },
  });
}

function project(spec: ProjectSpec): Project {
  return { name: 'team', labels: {}, spec };
}

interface Asked {
  readonly application?: Application;
  readonly cluster?: KnownCluster;
  readonly scoped?: readonly KnownCluster[];
}

function refusals(spec: ProjectSpec | undefined, asked: Asked = {}): readonly string[] {
  const { namespace } = asked.application ?? application();
  return projectRefusals({
    application: asked.application ?? application(),
    permitsNamespace: spec !== undefined && permitsApplicationNamespace(project(spec), namespace, 'argocd'),
    project: spec && project(spec),
    cluster: asked.cluster ?? inCluster,
    scoped: asked.scoped ?? [],
    controlNamespace: 'argocd',
  }).map(({ code, sentence }) => `${code}: ${sentence}`);
}

function limits(spec: ProjectSpec, settings: ArgoSettings = defaultSettings): DeliveryLimits {
  const judging = { application: application(), cluster: inCluster, scoped: [], controlNamespace: 'argocd' };
  return limitsOf({ ...judging, project: project(spec) }, settings);
}

function ref(kind: string, name: string, more: Partial<ObjectRef> = {}): ObjectRef {
  return { group: '', kind, namespace: '', name, ...more };
}

test('a project that is not there', () => {
  assert.deepEqual(refusals(undefined), ['NOT_PERMITTED: Application referencing project team which does not exist']);
});

test('an open project refuses nothing', () => assert.deepEqual(refusals(open), []));

test('sourceRepos', () => {
  const sentence = "application repo https://git.example.test/org/web.git is not permitted in project 'team'";
  assert.deepEqual(refusals({ ...open, sourceRepos: [] }), [`NOT_PERMITTED: ${sentence}`]);
  assert.deepEqual(refusals({ ...open, sourceRepos: ['https://git.example.test/*'] }), [`NOT_PERMITTED: ${sentence}`]);
  assert.deepEqual(refusals({ ...open, sourceRepos: ['https://git.example.test/**'] }), []);
  assert.deepEqual(refusals({ ...open, sourceRepos: ['*', '!https://git.example.test/org/*'] }), [
    `NOT_PERMITTED: ${sentence}`,
  ]);
});

test('every one of several sources', () => {
  const many = application({
    sources: [{ repoURL: 'https://a.example.test/x' }, { repoURL: 'https://b.example.test/x' }],
  });
  assert.deepEqual(refusals({ ...open, sourceRepos: ['https://a.example.test/x'] }, { application: many }), [
    "NOT_PERMITTED: application repo https://b.example.test/x is not permitted in project 'team'",
  ]);
});

test('destinations', () => {
  const sentence = (server: string): string =>
    `NOT_PERMITTED: application destination server '${server}' and namespace 'shop' do not match any of the allowed destinations in project 'team'`;
  assert.deepEqual(refusals({ ...open, destinations: [{ server: '*', namespace: 'team-*' }] }), [
    sentence(inCluster.server),
  ]);
  const named = application({ destination: { name: 'edge', namespace: 'shop' } });
  const destinations = [
    { server: '*', namespace: '*' },
    { name: '!edge', namespace: '*' },
  ];
  assert.deepEqual(refusals({ ...open, destinations }, { application: named, cluster: edge }), [sentence('edge')]);
  assert.deepEqual(refusals({ ...open, destinations }), []);
});

test('permitOnlyProjectScopedClusters', () => {
  const spec = { ...open, permitOnlyProjectScopedClusters: true };
  assert.equal(refusals(spec, { cluster: edge }).length, 1);
  assert.deepEqual(refusals(spec, { cluster: edge, scoped: [edge] }), []);
});

test('sourceNamespaces', () => {
  const elsewhere = { application: application({}, 'team-a') };
  assert.deepEqual(refusals(open, elsewhere), [
    "NAMESPACE_NOT_PERMITTED: application 'web' in namespace 'team-a' is not permitted to use project 'team'",
  ]);
  for (const entry of ['team-*', '/^team-[ab]$/']) {
    assert.deepEqual(refusals({ ...open, sourceNamespaces: [entry] }, elsewhere), []);
  }
});

test('clusterResourceWhitelist: nothing unless listed, by name where the entry has one', () => {
  const { forbids, forbidsKind } = limits(open);
  assert.equal(forbids(ref('Namespace', 'shop'), false), 'resource :Namespace is not permitted in project team');
  assert.equal(forbidsKind(ref('Namespace', 'shop'), false), true);
  const some = limits({ ...open, clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: 'team-*' }] });
  assert.equal(some.forbids(ref('Namespace', 'team-a'), false), undefined);
  assert.equal(some.forbids(ref('Namespace', 'shop'), false), 'resource :Namespace is not permitted in project team');
});

test('clusterResourceBlacklist', () => {
  const { forbids } = limits({
    ...open,
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    clusterResourceBlacklist: [{ group: 'rbac.authorization.k8s.io', kind: '*' }],
  });
  assert.equal(forbids(ref('Namespace', 'shop'), false), undefined);
  assert.equal(
    forbids(ref('ClusterRole', 'x', { group: 'rbac.authorization.k8s.io' }), false),
    'resource rbac.authorization.k8s.io:ClusterRole is not permitted in project team',
  );
});

test('namespaceResourceWhitelist: everything where absent, nothing where empty', () => {
  const secret = ref('Secret', 'x', { namespace: 'shop' });
  assert.equal(limits(open).forbids(secret, true), undefined);
  assert.equal(
    limits({ ...open, namespaceResourceWhitelist: [] }).forbids(secret, true),
    'resource :Secret is not permitted in project team',
  );
  const listed = { ...open, namespaceResourceWhitelist: [{ group: '', kind: 'Sec*' }] };
  assert.equal(limits(listed).forbids(secret, true), undefined);
});

test('namespaceResourceBlacklist', () => {
  const { forbids } = limits({ ...open, namespaceResourceBlacklist: [{ group: '', kind: 'ResourceQuota' }] });
  assert.equal(
    forbids(ref('ResourceQuota', 'x', { namespace: 'shop' }), true),
    'resource :ResourceQuota is not permitted in project team',
  );
});

test('each object must go to a permitted namespace', () => {
  const { forbids } = limits({ ...open, destinations: [{ server: '*', namespace: 'shop' }] });
  assert.equal(forbids(ref('Secret', 'x', { namespace: 'shop' }), true), undefined);
  assert.equal(
    forbids(ref('Secret', 'x', { namespace: 'kube-system' }), true),
    "namespace kube-system is not permitted in project 'team'",
  );
});

test('orphanedResources: what Kubernetes makes and what the project ignores is none', () => {
  const { orphans } = limits({
    ...open,
    orphanedResources: {
      warn: true,
      ignore: [
        { group: 'apps', kind: 'Deploy*' },
        { kind: 'Secret', name: 'tmp-*' },
      ],
    },
  });
  assert.equal(orphans?.warn, true);
  const ignored = (object: ObjectRef): boolean | undefined => orphans?.ignores(object);
  assert.equal(ignored(ref('ConfigMap', 'kube-root-ca.crt', { namespace: 'shop' })), true);
  assert.equal(ignored(ref('ServiceAccount', 'default', { namespace: 'shop' })), true);
  assert.equal(ignored(ref('Deployment', 'x', { group: 'apps', namespace: 'shop' })), true);
  assert.equal(ignored(ref('Secret', 'tmp-1', { namespace: 'shop' })), true);
  assert.equal(ignored(ref('Secret', 'keep', { namespace: 'shop' })), false);
  assert.equal(limits(open).orphans, undefined);
});

test('syncWindows: automatic and manual, manualSync, and when it opens', () => {
  const nowMs = Date.parse('2026-11-21T12:00:30Z');
  const window = { kind: 'deny', schedule: '0 12 * * *', duration: '2h', applications: ['*'] };
  const { closed } = limits({ ...open, syncWindows: [{ ...window, manualSync: true }] });
  assert.deepEqual(closed({ manual: false, nowMs }), {
    sentence: 'Sync operation blocked by sync window until 2026-11-21T14:00:00Z: deny window "0 12 * * *" of 2h',
    untilMs: Date.parse('2026-11-21T14:00:00Z'),
  });
  assert.equal(closed({ manual: true, nowMs }), undefined);
  const strict = limits({ ...open, syncWindows: [window] });
  assert.notEqual(strict.closed({ manual: true, nowMs }), undefined);
  assert.equal(strict.closed({ manual: true, nowMs: nowMs + 2 * 3_600_000 }), undefined);
});

test('syncWindows: allow windows close all other time; zones, descriptions, what cannot be read', () => {
  const nowMs = Date.parse('2026-07-15T12:00:00Z');
  const allow = {
    kind: 'allow',
    schedule: '0 22 * * *',
    duration: '1h',
    timeZone: 'Europe/Berlin',
    namespaces: ['shop'],
  };
  const { closed } = limits({ ...open, syncWindows: [{ ...allow, description: 'Ticket 123' }] });
  assert.equal(
    closed({ manual: false, nowMs })?.sentence,
    'Sync operation blocked by sync window until 2026-07-15T20:00:00Z: allow window "0 22 * * *" of 1h (Ticket 123)',
  );
  const broken = limits({ ...open, syncWindows: [{ ...allow, schedule: 'never' }] });
  assert.deepEqual(broken.closed({ manual: true, nowMs }), {
    sentence:
      "Sync operation blocked by sync window: invalid sync windows: cannot parse schedule 'never': expected exactly 5 fields, found 1: [never]",
    untilMs: undefined,
  });
  const misspelt = limits({ ...open, syncWindows: [{ ...allow, kind: 'Deny' }] });
  assert.equal(
    misspelt.closed({ manual: true, nowMs })?.sentence,
    "Sync operation blocked by sync window: invalid sync windows: kind 'Deny' mismatch: can only be allow or deny",
  );
  assert.equal(windowWarning(allow), undefined);
  assert.match(windowWarning({ timeZone: 'Mars/Base' }) ?? '', /Invalid time zone Mars\/Base specified/);
});

test('syncOverrun lets an operation finish that began in time', () => {
  const startedAtMs = Date.parse('2026-11-21T11:59:00Z');
  const nowMs = Date.parse('2026-11-21T12:01:00Z');
  const deny = { kind: 'deny', schedule: '0 12 * * *', duration: '1h', applications: ['*'] };
  const judge = (more: object): string =>
    judgeWindows([{ ...deny, ...more }], { manual: false, nowMs, startedAtMs }).kind;
  assert.equal(judge({}), 'blocked');
  assert.equal(judge({ syncOverrun: true }), 'open');
  const allow = { kind: 'allow', schedule: '0 11 * * *', duration: '1h', applications: ['*'], syncOverrun: true };
  assert.equal(judgeWindows([allow], { manual: false, nowMs, startedAtMs }).kind, 'open');
  assert.equal(judgeWindows([allow], { manual: false, nowMs, startedAtMs: nowMs }).kind, 'blocked');
});

test('destinationServiceAccounts: who syncs act as', () => {
  const on = { ...defaultSettings, impersonation: { enabled: true, enforced: true } };
  const accounts = (...entries: readonly (readonly [string, string, string])[]): ProjectSpec => ({
    ...open,
    destinationServiceAccounts: entries.map(([server, namespace, account]) => {
      return { server, namespace, defaultServiceAccount: account };
    }),
  });
  assert.equal(limits(accounts(['*', '*', 'deployer'])).actsAs, undefined);
  assert.equal(limits(accounts(['*', '*', 'deployer']), on).actsAs, 'system:serviceaccount:shop:deployer');
  assert.equal(limits(accounts(['*', 'sh?p', 'ops:deployer']), on).actsAs, 'system:serviceaccount:ops:deployer');
  assert.equal(
    limits(accounts(['https://other', '*', 'deployer']), on).refusal?.sentence,
    `no matching service account found for destination server ${inCluster.server} and namespace shop`,
  );
  const lax = { ...on, impersonation: { enabled: true, enforced: false } };
  assert.deepEqual([limits(open, lax).actsAs, limits(open, lax).refusal], [undefined, undefined]);
});

test('global projects and scoped clusters add to a project', () => {
  const global: Project = {
    name: 'everybody',
    labels: {},
    spec: {
      sourceRepos: ['https://shared/**'],
      destinations: [{ server: '*', namespace: 'tools' }],
      namespaceResourceBlacklist: [{ group: '', kind: 'Secret' }],
      roles: [{ name: 'never-merged' }],
    },
  };
  const merged = virtualProject(
    { name: 'team', labels: { tier: 'a' }, spec: { sourceRepos: ['https://own'] } },
    {
      globals: [
        { projectName: 'everybody', labelSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } },
        { projectName: 'team', labelSelector: {} },
      ],
      project: (name) => (name === 'everybody' ? global : undefined),
      clusters: [edge, { ...edge, server: 'https://two', namespaces: ['a', 'b'] }],
      repositories: ['https://scoped'],
    },
  );
  assert.deepEqual(merged.spec, {
    sourceRepos: ['https://own', 'https://scoped', 'https://shared/**'],
    destinations: [
      { server: edge.server, namespace: '*' },
      { server: 'https://two', namespace: 'a' },
      { server: 'https://two', namespace: 'b' },
      { server: '*', namespace: 'tools' },
    ],
    namespaceResourceBlacklist: [{ group: '', kind: 'Secret' }],
  });
});

test('roles: policies and groups as casbin reads them, and what is wrong with them', () => {
  const role = { name: 'dev', policies: ['p, proj:team:dev, applications, sync, team/*, allow'], groups: ['org:devs'] };
  assert.deepEqual(projectPolicies(project({ roles: [role] })), [
    'p, proj:team:dev, projects, get, team, allow',
    'p, proj:team:dev, applications, sync, team/*, allow',
    'g, org:devs, proj:team:dev',
  ]);
  assert.equal(
    normalisePolicy('p,proj:team:dev,  logs,get ,team/*,allow'),
    'p, proj:team:dev, logs, get, team/*, allow',
  );
  assert.equal(validateProject(project({ roles: [role] })), undefined);
  assert.match(validateProject(project({ roles: [role, role] })) ?? '', /role 'dev' already exists/);
});
