// A pattern that was to restrict and cannot be read restricts nothing upstream; here its project permits nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newProject, readProject, type ProjectSpec } from './project.ts';
import { virtualProject } from './virtual.ts';

const problemsOf = (spec: ProjectSpec): readonly string[] => readProject(newProject('team', spec)).problems ?? [];
const said = (place: string, pattern: string): string =>
  `spec.${place}: Invalid value: ${JSON.stringify(pattern)}: the pattern cannot be read`;

const unreadable: readonly (readonly [place: string, pattern: string, spec: ProjectSpec])[] = [
  ['sourceRepos[1]', '!https://git/[a', { sourceRepos: ['*', '!https://git/[a'] }],
  ['destinations[0].server', '![a', { destinations: [{ server: '![a', namespace: '*' }] }],
  ['destinations[0].namespace', '!{a', { destinations: [{ server: '*', namespace: '!{a' }] }],
  ['clusterResourceBlacklist[0].name', '[', { clusterResourceBlacklist: [{ group: '*', kind: '*', name: '[' }] }],
  ['namespaceResourceBlacklist[0].group', '[', { namespaceResourceBlacklist: [{ group: '[', kind: '*' }] }],
  ['syncWindows[0].applications[0]', '[', { syncWindows: [{ kind: 'deny', applications: ['['] }] }],
  [
    'sourceIntegrity.git.policies[0].repos[0].url',
    '[',
    { sourceIntegrity: { git: { policies: [{ repos: [{ url: '[' }], gpg: { mode: 'head' } }] } } },
  ],
];
for (const [place, pattern, spec] of unreadable) {
  test(`${place} that cannot be read`, () => assert.deepEqual(problemsOf(spec), [said(place, pattern)]));
}

test('what permits and cannot be read permits nothing anyway, and what reads is no problem', () => {
  assert.deepEqual(problemsOf({ sourceRepos: ['[a', '!https://git.example.test/**'] }), []);
  assert.deepEqual(
    problemsOf({
      destinations: [{ server: '*', namespace: '!kube-*' }],
      clusterResourceBlacklist: [{ group: '', kind: 'Namespace' }],
      namespaceResourceBlacklist: [{ group: '*', kind: '*Policy' }],
      namespaceResourceWhitelist: [{ group: '[', kind: '*' }],
      syncWindows: [{ kind: 'allow', applications: ['*'], clusters: ['https://{a,b}'] }],
    }),
    [],
  );
});

test('a global project that cannot be read restricts those it selects all the same', () => {
  const rules = readProject(newProject('rules', { namespaceResourceBlacklist: [{ group: '', kind: '[' }] }));
  const labelSelector = { matchLabels: { tier: 'strict' } };
  const around = {
    globals: [{ projectName: 'rules', labelSelector }],
    project: () => rules,
    clusters: [],
    repositories: [],
  };
  const own = { ...readProject(newProject('team', {})), labels: { tier: 'strict' } };
  assert.deepEqual(virtualProject(own, around).problems, [
    `global project rules: ${said('namespaceResourceBlacklist[0].kind', '[')}`,
  ]);
  assert.equal(virtualProject({ ...own, labels: {} }, around).problems, undefined);
});
