// When an Application is hydrated, what is refused, what is written and what the status says: cases as Argo CD 3.6.1's own
// tests have them, and what differs from it by intent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommitStep, PublishView } from '@evenkeel/git';
import { blobOid } from '@evenkeel/git';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { type SourceHydrator, readApplication } from '../application.ts';
import { readProject } from '../projects/project.ts';
import { defaultSettings } from '../settings/settings.ts';
import { planCommit } from './commit.ts';
import { type HydratedPath, layOut, manifestFile } from './layout.ts';
import { type Need, needOf } from './need.ts';
import { withoutMarks } from './render-dry.ts';
import { type Hydratable, asHydratable, hydrationKey, hydratorRefusals, sameHydrator, targetOf } from './spec.ts';
import { type HydratorStatus, begun, failed, hydrated, hydrationOf } from './status.ts';
import { defaultReadmeTemplate } from './templates.ts';
import { cleanPath, groupProblem, validateGroup } from './validate.ts';

const base: SourceHydrator = {
  drySource: { repoURL: 'https://example.com/repo', targetRevision: 'main', path: 'base/app' },
  syncSource: { targetBranch: 'hydrated', path: 'app' },
  hydrateTo: { targetBranch: 'hydrated-next' },
};

function appOf(name: string, hydrator: object = base, more: { status?: object; created?: string } = {}): Hydratable {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', creationTimestamp: more.created ?? '2026-01-01T00:00:00Z' },
    spec: { project: 'test-project', sourceHydrator: hydrator },
    ...(more.status ? { status: { sourceHydrator: more.status } } : {}),
  };
  const hydratable = asHydratable(readApplication(object as unknown as KubeObject));
  assert.ok(hydratable);
  return hydratable;
}

function syncTo(change: JsonObject, hydrateTo?: { readonly targetBranch: string }): SourceHydrator {
  const { drySource, syncSource } = base;
  return { drySource, syncSource: { ...syncSource, ...change }, ...(hydrateTo ? { hydrateTo } : {}) };
}

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const now = '2026-01-01T12:00:00Z';
const hourAgo = '2026-01-01T11:00:00Z';

interface NeedCase {
  readonly name: string;
  readonly status: HydratorStatus;
  readonly requested?: 'normal' | 'hard';
  readonly want: Need;
}

const done = { phase: 'Hydrated', message: '', sourceHydrator: base } as const;
const broken = { phase: 'Failed', message: 'x', sourceHydrator: base } as const;

const needs: readonly NeedCase[] = [
  { name: 'no previous hydrate operation', status: {}, want: { kind: 'now', why: 'no previous hydrate operation' } },
  {
    name: 'what a process left behind is taken up at once',
    status: { currentOperation: { ...done, phase: 'Hydrating', startedAt: now } },
    want: { kind: 'now', why: 'hydration was interrupted' },
  },
  {
    name: 'hard hydrate requested',
    status: { currentOperation: done, lastComparedDryRevision: 'same' },
    requested: 'hard',
    want: { kind: 'now', why: 'hard hydrate requested' },
  },
  {
    name: 'normal hydrate requested',
    status: { currentOperation: done, lastComparedDryRevision: 'old' },
    requested: 'normal',
    want: { kind: 'compare', since: 'old' },
  },
  {
    name: 'spec.sourceHydrator differs',
    status: {
      currentOperation: { ...done, sourceHydrator: syncTo({ path: 'other' }) },
      lastComparedDryRevision: 'old',
    },
    want: { kind: 'now', why: 'spec.sourceHydrator differs' },
  },
  {
    name: 'failed more than two minutes ago',
    status: { currentOperation: { ...broken, finishedAt: hourAgo }, lastComparedDryRevision: 'abc123' },
    want: { kind: 'now', why: 'previous hydrate operation failed more than 2 minutes ago' },
  },
  {
    name: 'failed within cooldown, empty baseline',
    status: { currentOperation: { ...broken, finishedAt: now } },
    want: { kind: 'rest', restMs: 120_000 },
  },
  {
    name: 'failed within cooldown, nil finishedAt, empty baseline',
    status: { currentOperation: broken },
    want: { kind: 'rest', restMs: 120_000 },
  },
  {
    name: 'failed within cooldown, normal hydrate requested',
    status: { currentOperation: { ...broken, finishedAt: now } },
    requested: 'normal',
    want: { kind: 'now', why: 'retrying previous failed hydration' },
  },
  {
    name: 'failed within cooldown, dry baseline',
    status: { currentOperation: { ...broken, finishedAt: now }, lastComparedDryRevision: 'abc123' },
    want: { kind: 'compare', since: 'abc123', restMs: 120_000 },
  },
  {
    name: 'hydrated, nothing compared yet',
    status: { currentOperation: done },
    want: { kind: 'now', why: 'new revision may have changes' },
  },
];

for (const { name, status, requested, want } of needs) {
  test(`need: ${name}`, () => assert.deepEqual(needOf(appOf('a'), { status, requested, nowMs }), want));
}

test('fields that say nothing make no difference', () => {
  const empty = {
    ...base,
    drySource: { ...base.drySource, helm: { values: '', parameters: [] }, directory: { recurse: false } },
  };
  assert.ok(sameHydrator(base, empty as SourceHydrator));
  assert.ok(!sameHydrator(base, { ...base, drySource: { ...base.drySource, helm: { values: 'a: b' } } }));
  assert.ok(!sameHydrator(base, undefined));
});

test('Applications are written together whose repositories, revision and branch are the same', () => {
  const one = hydrationKey(base);
  const spelt = { ...base, drySource: { ...base.drySource, repoURL: 'https://EXAMPLE.com/repo.git' } };
  assert.equal(hydrationKey(spelt), one);
  assert.equal(
    hydrationKey({ ...base, syncSource: { targetBranch: 'other', path: 'x', repoURL: spelt.drySource.repoURL } }),
    one,
  );
  for (const other of [
    { ...base, hydrateTo: { targetBranch: 'else' } },
    { ...base, drySource: { ...base.drySource, targetRevision: 'dev' } },
    syncTo({ repoURL: 'https://example.com/other' }),
  ]) {
    assert.notEqual(hydrationKey(other), one);
  }
  assert.deepEqual(targetOf(syncTo({ repoURL: '' })), {
    repoURL: 'https://example.com/repo',
    branch: 'hydrated',
    path: 'app',
    syncBranch: 'hydrated',
  });
});

test('what has to be said is asked for by name', () => {
  const sentences = (hydrator: object): readonly string[] =>
    hydratorRefusals(hydrator as SourceHydrator).map(({ sentence }) => sentence);
  assert.deepEqual(sentences(base), []);
  assert.deepEqual(sentences({ drySource: {}, syncSource: { path: 'x' }, hydrateTo: { targetBranch: '' } }), [
    'spec.sourceHydrator.drySource.repoURL is required',
    'spec.sourceHydrator.syncSource.targetBranch is required',
    'when spec.sourceHydrator.hydrateTo is set, spec.sourceHydrator.hydrateTo.targetBranch is required',
  ]);
});

test('what is synced is the branch, whatever else the spec has', () => {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', namespace: 'argocd' },
    spec: { sourceHydrator: base, source: { repoURL: 'x', path: 'y' }, sources: [{ repoURL: 'z', path: 'y' }] },
  };
  const { spec } = readApplication(object as unknown as KubeObject);
  assert.deepEqual(spec.source, { repoURL: 'https://example.com/repo', path: 'app', targetRevision: 'hydrated' });
  assert.equal(spec.sources, undefined);
});

const project = readProject({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'test-project', namespace: 'argocd' },
  spec: { sourceRepos: ['https://example.com/repo', 'oci://example.com/x'] },
} as unknown as KubeObject);

function problemsOf(
  apps: readonly Hydratable[],
  strangers: readonly Hydratable[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(validateGroup(apps, () => project, strangers));
}

const oneApp: readonly (readonly [what: string, hydrator: object, said: string | undefined])[] = [
  ['a directory', base, undefined],
  ['a nested directory', syncTo({ path: 'a/b/' }), undefined],
  [
    'the root',
    syncTo({ path: './' }),
    'app is configured to hydrate to the repository root (branch "hydrated", path "./") which is not allowed',
  ],
  [
    'the root by a detour',
    syncTo({ path: 'a/..' }, { targetBranch: 'next' }),
    'app is configured to hydrate to the repository root (branch "next", path "a/..") which is not allowed',
  ],
  [
    'a way out',
    syncTo({ path: 'a/../../b' }),
    'app is configured to hydrate to path "a/../../b" which is not allowed: it leads out of the repository',
  ],
  [
    'the root of the file system',
    syncTo({ path: '/etc' }),
    'app is configured to hydrate to path "/etc" which is not allowed: it begins at the root of the file system',
  ],
  [
    'the directory of Git',
    syncTo({ path: 'a/.Git/b' }),
    'app is configured to hydrate to path "a/.Git/b" which is not allowed: it leads into the directory of Git itself',
  ],
  [
    'a file that is written',
    syncTo({ path: 'a/manifest.yaml' }),
    'app is configured to hydrate to path "a/manifest.yaml" which is not allowed: it leads through a file that hydration writes',
  ],
  [
    'another dry repository',
    { ...base, drySource: { ...base.drySource, repoURL: 'https://u:p@example.com/no' } },
    "application repo https://example.com/no is not permitted in project 'test-project'",
  ],
  [
    'another destination',
    syncTo({ repoURL: 'https://example.com/no' }),
    "destination repo https://example.com/no is not permitted in project 'test-project'",
  ],
  [
    'no Git at all',
    { ...base, drySource: { ...base.drySource, repoURL: 'oci://example.com/x' } },
    'the dry source oci://example.com/x is no Git repository, and only those have commits to name',
  ],
  ['a branch that is an option', syncTo({ targetBranch: '--force' }), '"--force" cannot be the name of a branch'],
  [
    'a sync branch that is none',
    syncTo({ targetBranch: 'a b' }, { targetBranch: 'b' }),
    '"a b" cannot be the name of a branch',
  ],
];

for (const [what, hydrator, said] of oneApp) {
  test(`hydrating to ${what}`, () => {
    assert.deepEqual(problemsOf([appOf('a', hydrator)]), said === undefined ? {} : { 'argocd/a': said });
  });
}

test('a project that is not there permits nothing', () => {
  assert.deepEqual(Object.fromEntries(validateGroup([appOf('a')], () => undefined)), {
    'argocd/a':
      'failed to get project "test-project": application references project test-project which does not exist',
  });
});

test('one place for one Application; whoever comes from elsewhere later does not get it', () => {
  const same = 'hydrator uses the same destination: repo=https://example.com/repo, path=';
  assert.deepEqual(
    problemsOf([appOf('a'), appOf('b', syncTo({ path: 'b' })), appOf('c', syncTo({ path: './app/' }))]),
    {},
  );
  const next = base.hydrateTo;
  assert.deepEqual(problemsOf([appOf('a'), appOf('c', syncTo({ path: './app/' }, next))]), {
    'argocd/a': `app argocd/c ${same}./app/`,
    'argocd/c': `app argocd/a ${same}./app/`,
  });
  const elder = appOf('z', base, { created: '2025-01-01T00:00:00Z' });
  assert.deepEqual(problemsOf([appOf('a')], [elder]), { 'argocd/a': `app argocd/z ${same}app` });
  assert.deepEqual(problemsOf([elder], [appOf('a')]), {});
});

test('whoever is in order is told of the others', () => {
  const rows: readonly (readonly [names: readonly string[], said: string])[] = [
    [['default/app1'], 'cannot hydrate because application default/app1 has an error'],
    [['default/app2', 'default/app1'], 'cannot hydrate because application default/app1 and 1 more have errors'],
    [['c', 'b', 'a'], 'cannot hydrate because application a and 2 more have errors'],
  ];
  for (const [names, said] of rows) assert.equal(groupProblem(new Map(names.map((name) => [name, 'x']))), said);
});

test('paths have one spelling', () => {
  const rows = [
    ['', ''],
    ['.', ''],
    ['/', ''],
    ['./', ''],
    ['app', 'app'],
    ['app/', 'app'],
    ['a//./b/../c', 'a/c'],
    ['../a', '../a'],
    ['a/../..', '..'],
  ];
  for (const [path = '', want] of rows) assert.equal(cleanPath(path), want, path);
});

const readmeTemplate = defaultReadmeTemplate;
const pod = { kind: 'Pod', apiVersion: 'v1' };
const metadata = { repoURL: 'https://github.com/example/repo', drySha: 'abc123', subject: 'test-message' };

test('only paths whose manifests changed are written, the root with them, and nothing where none has', () => {
  const paths: readonly HydratedPath[] = ['path1', 'path2', 'path3/nested'].map((path) => ({
    path,
    manifests: [pod],
    commands: [],
  }));
  const all = layOut({ paths, metadata, readmeTemplate }, new Map());
  assert.deepEqual(
    all.map(({ path, executable = false }) => (executable ? `${path}*` : path)),
    [
      'hydrator.metadata',
      '.gitattributes',
      ...['path1', 'path2', 'path3/nested'].flatMap((path) => [
        `${path}/manifest.yaml*`,
        `${path}/hydrator.metadata`,
        `${path}/README.md`,
      ]),
    ],
  );
  const there = (names: readonly string[], isSame: boolean): Parameters<typeof layOut>[1] =>
    new Map(names.map((name) => [`${name}/manifest.yaml`, { executable: false, isSame: () => isSame }]));
  const some = layOut({ paths, metadata, readmeTemplate }, there(['path3/nested'], true));
  assert.ok(!some.some(({ path }) => path.startsWith('path3')));
  assert.deepEqual(
    layOut(
      { paths, metadata, readmeTemplate },
      there(
        paths.map(({ path }) => path),
        true,
      ),
    ),
    [],
  );
  const kept = layOut({ paths, metadata, readmeTemplate }, there(['path1'], false));
  assert.equal(kept.find(({ path }) => path === 'path1/manifest.yaml')?.executable, false);
});

test('manifests are written as yaml.v3 writes them', () => {
  const list = { a: ['x', { b: [1, 2.5] }], text: 'two\nlines\n', quoted: 'yes', a10: 1, a9: 2, empty: {} };
  assert.equal(
    manifestFile([list, pod]),
    'a:\n  - x\n  - b:\n      - 1\n      - 2.5\na9: 2\na10: 1\nempty: {}\nquoted: "yes"\ntext: |\n  two\n  lines\n---\napiVersion: v1\nkind: Pod\n',
  );
  assert.equal(manifestFile([]), '');
});

test('marks of tracking are left out, and what they leave empty', () => {
  const id = 'argocd.argoproj.io/tracking-id';
  const labels = { 'app.kubernetes.io/instance': 'x' };
  const object = (metadata: object, kind = 'ConfigMap', apiVersion = 'v1'): KubeObject =>
    ({ apiVersion, kind, metadata }) as KubeObject;
  const bare = (method: 'annotation' | 'label' | 'annotation+label', from: KubeObject): unknown =>
    withoutMarks(from, { tracking: { ...defaultSettings.tracking, method } }).metadata;
  const marked = object({ name: 'a', annotations: { [id]: 'x', mine: 'y' }, labels });
  assert.deepEqual(bare('annotation', marked), { name: 'a', labels, annotations: { mine: 'y' } });
  assert.deepEqual(bare('label', marked), { name: 'a', annotations: { [id]: 'x', mine: 'y' } });
  assert.deepEqual(bare('annotation+label', marked), { name: 'a', annotations: { mine: 'y' } });
  assert.deepEqual(bare('annotation', object({ name: 'a', annotations: {} })), { name: 'a' });
  const crd = object({ name: 'a', annotations: {} }, 'CustomResourceDefinition', 'apiextensions.k8s.io/v1');
  assert.deepEqual(bare('annotation', crd), crd.metadata);
});

const commit = {
  paths: [{ path: 'app', manifests: [pod], commands: [] }],
  metadata,
  readmeTemplate,
  branch: 'env/next',
  syncBranch: 'env',
  drySha: 'abc',
  message: 'm\n',
  author: { name: 'A', email: 'a@b' },
  seconds: 1,
};
const content = new TextEncoder().encode(manifestFile([pod]));
const [sync, next, notes] = ['1', '2', '3'].map((digit) => digit.repeat(40));

function viewOf(
  heads: Readonly<Record<string, string | undefined>>,
  entries: Readonly<Record<string, string>> = {},
): PublishView {
  return {
    heads: new Map(Object.entries(heads).flatMap(([ref, oid]) => (oid === undefined ? [] : [[ref, oid] as const]))),
    async entry(at, path) {
      const oid = entries[`${at}:${path}`];
      return oid === undefined ? undefined : { name: path.split('/').at(-1) ?? '', kind: 'file', oid };
    },
  };
}

function shapeOf(step: CommitStep): string {
  const what = step.notes
    ? `note on ${step.notes.map((note) => note.commit).join()}`
    : `${step.files?.length ?? 0} files`;
  return `${step.ref} on ${step.parent ?? 'nothing'}: ${what}`;
}

const same = blobOid(content);
const noted = blobOid(new TextEncoder().encode('{"drySha":"abc"}\n'));

const plans: readonly (readonly [what: string, view: PublishView, at: string | number, steps: readonly string[]])[] = [
  [
    'neither branch is there',
    viewOf({}),
    1,
    [
      'refs/heads/env on nothing: 0 files',
      'refs/heads/env/next on 0: 5 files',
      'refs/notes/hydrator.metadata on nothing: note on 1',
    ],
  ],
  [
    'the staging branch begins where the sync branch is',
    viewOf({ 'refs/heads/env': sync, 'refs/notes/hydrator.metadata': notes }),
    0,
    [`refs/heads/env/next on ${sync}: 5 files`, `refs/notes/hydrator.metadata on ${notes}: note on 0`],
  ],
  [
    'nothing changed: only the note is brought up to date',
    viewOf({ 'refs/heads/env': sync, 'refs/heads/env/next': next }, { [`${next}:app/manifest.yaml`]: same }),
    next ?? '',
    [`refs/notes/hydrator.metadata on nothing: note on ${next}`],
  ],
  [
    'nothing changed, and it is noted, below directories as well',
    viewOf(
      { 'refs/heads/env': sync, 'refs/heads/env/next': next, 'refs/notes/hydrator.metadata': notes },
      { [`${next}:app/manifest.yaml`]: same, [`${notes}:22/${'2'.repeat(38)}`]: noted },
    ),
    next ?? '',
    [],
  ],
];

for (const [what, view, at, steps] of plans) {
  test(`a commit: ${what}`, async () => {
    const planned = await planCommit(commit, view);
    assert.deepEqual([planned.at, planned.plan.flat().map(shapeOf)], [at, steps]);
  });
}

test('a commit without a message is none', async () => {
  await assert.rejects(
    planCommit({ ...commit, message: '' }, viewOf({})),
    /commit message template of argocd-cm gives an empty/,
  );
});

test('the status goes from Hydrating to its end, and a failure keeps what succeeded last', () => {
  const ending = { startedMs: nowMs, nowMs: nowMs + 1000, sourceHydrator: base, drySHA: 'dry' };
  const running = begun({}, base, nowMs);
  assert.deepEqual(running, {
    currentOperation: { startedAt: now, phase: 'Hydrating', message: '', sourceHydrator: base },
  });
  assert.equal(begun(running, base, nowMs + 5000), running);
  const good = hydrated(running, { ...ending, startedMs: nowMs + 500 }, 'wet');
  const success = { drySHA: 'dry', hydratedSHA: 'wet', sourceHydrator: base };
  const times = { startedAt: now, finishedAt: '2026-01-01T12:00:01Z' };
  assert.deepEqual(good, {
    currentOperation: { ...times, phase: 'Hydrated', message: '', ...success },
    lastSuccessfulOperation: success,
    lastComparedDryRevision: 'dry',
  });
  const bad = failed(good, { ...ending, drySHA: 'newer' }, 'no');
  assert.deepEqual(bad, {
    currentOperation: {
      ...times,
      phase: 'Failed',
      message: 'Failed to hydrate: no',
      drySHA: 'newer',
      sourceHydrator: base,
    },
    lastSuccessfulOperation: success,
    lastComparedDryRevision: 'newer',
  });
  const unknown = failed(good, { ...ending, drySHA: undefined }, 'no');
  assert.equal(unknown.lastComparedDryRevision, 'dry');
  assert.equal(unknown.currentOperation?.drySHA, undefined);
});

test('for people a hydration is done when it is of what the spec says', () => {
  const success = { drySHA: 'dry', hydratedSHA: 'wet', sourceHydrator: base };
  const status = { currentOperation: { phase: 'Hydrated', message: '', ...success } };
  assert.deepEqual(hydrationOf(appOf('a', base, { status })), {
    phase: 'hydrated',
    message: '',
    dry: 'dry',
    hydrated: 'wet',
  });
  assert.deepEqual(hydrationOf(appOf('a', syncTo({ path: 'x' }), { status })), { phase: 'pending', message: '' });
  assert.deepEqual(hydrationOf(appOf('a')), { phase: 'pending', message: '' });
});
