// Which Secret counts for a URL. The table of prefixes follows argoproj/argo-cd:util/db/repository_secrets_test.go (3.6).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { type RepositoryEntry, readEntry } from './entry.ts';
import { findTemplate, matchEntry, normalizeUrl, sameUrl } from './match.ts';

function entry(kind: string, data: Readonly<Record<string, string>>): RepositoryEntry {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'argocd',
      name: `${kind}-${data['url'] ?? ''}-${data['project'] ?? ''}`,
      labels: { 'argocd.argoproj.io/secret-type': kind },
    },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
  const read = readEntry(secret as unknown as KubeObject);
  assert.ok(read);
  return read;
}

const repository = (data: Readonly<Record<string, string>>): RepositoryEntry => entry('repository', data);
const template = (data: Readonly<Record<string, string>>): RepositoryEntry => entry('repo-creds', data);

test('spellings of one URL', () => {
  const same = [
    ['https://github.com/Org/Repo.git', 'https://github.com/org/repo'],
    ['git@github.com:org/repo.git', 'ssh://git@github.com/org/repo'],
    [' https://github.com/org/repo ', 'https://github.com/org/repo'],
    ['https://dev.azure.com/o/p/_git/r', 'https://dev.azure.com/o/p/_git/R.git'],
  ] as const;
  for (const [left, right] of same) assert.ok(sameUrl(left, right), `${left} ${right}`);
  const different = [
    ['https://github.com/org/repo', 'git@github.com:org/repo'],
    ['https://github.com/org/repo', 'http://github.com/org/repo'],
    ['https://me@github.com/org/repo', 'https://github.com/org/repo'],
    ['ssh://git@host:2222/org/repo', 'ssh://git@host/org/repo'],
    ['', ''],
  ] as const;
  for (const [left, right] of different) assert.ok(!sameUrl(left, right), `${left} ${right}`);
  assert.equal(normalizeUrl('git@github.com:argoproj/test.git'), 'git@github.com/argoproj/test');
});

test('the longest template wins, and none reaches another host', () => {
  const templates = [
    'https://github.com',
    'https://github.com/argoproj',
    'https://github.com/argoproj/argo-cd',
    'git@github.com',
    'git@github.com:argoproj',
    'https://git.corp.example:8443/team',
  ].map((url) => template({ url, username: url }));
  const cases = [
    ['https://github.com/argoproj/argo-cd.git', 'https://github.com/argoproj/argo-cd'],
    ['https://github.com/argoproj/argo-rollouts', 'https://github.com/argoproj'],
    ['https://github.com/argoproj-labs/x', 'https://github.com/argoproj'],
    ['https://github.com/other/x', 'https://github.com'],
    ['git@github.com:argoproj/argo-cd.git', 'git@github.com:argoproj'],
    ['git@github.com:other/x.git', 'git@github.com'],
    ['https://git.corp.example:8443/team/x', 'https://git.corp.example:8443/team'],
    ['https://git.corp.example/team/x', undefined],
    ['https://github.com.evil.example/argoproj/x', undefined],
    ['https://github.community/x', undefined],
    ['https://gitlab.com/x/y', undefined],
  ] as const;
  for (const [url, expected] of cases) assert.equal(findTemplate(url, templates)?.url, expected, url);
});

test('a project has its own repository before that of all projects, and never that of another', () => {
  const url = 'https://git.example.com/a.git';
  const repositories = [
    repository({ url, username: 'other', password: 'p', project: 'other' }),
    repository({ url, username: 'all', password: 'p' }),
    repository({ url, username: 'team', password: 'p', project: 'team' }),
  ];
  const user = (project: string, of = repositories): string =>
    matchEntry(url, project, { repositories: of, templates: [] }).username;
  assert.equal(user('team'), 'team');
  assert.equal(user('default'), 'all');
  assert.equal(user(''), 'all');
  assert.equal(user('default', repositories.slice(0, 1)), '');
});

test('a template fills in what a repository without credentials lacks', () => {
  const url = 'https://git.example.com/a.git';
  const templates = [
    template({
      url: 'https://git.example.com',
      username: 'me',
      password: 'secret',
      proxy: 'http://proxy:3128',
      forceHttpBasicAuth: 'true',
    }),
  ];
  const match = (data: Readonly<Record<string, string>> = {}): ReturnType<typeof matchEntry> =>
    matchEntry(url, 'default', { repositories: [repository({ url, ...data })], templates });
  const filled = match({ enableLfs: 'true', depth: '3' });
  assert.deepEqual(
    [filled.username, filled.password, filled.proxy, filled.enableLfs, filled.depth],
    ['me', 'secret', 'http://proxy:3128', true, 3],
  );
  assert.equal(filled.template?.url, 'https://git.example.com');
  const own = match({ username: 'own' });
  assert.deepEqual(
    [own.username, own.password, own.proxy],
    ['own', '', ''],
    'any credential of its own keeps the template out',
  );
  const unknown = matchEntry(url, 'default', { repositories: [], templates });
  assert.deepEqual([unknown.username, unknown.repository], ['me', undefined]);
});

test('every field is read; what cannot be read is named', () => {
  const read = repository({
    url: 'https://x/y',
    insecure: 'T',
    depth: '2',
    githubAppID: '12',
    githubAppInstallationID: '0',
    useAzureWorkloadIdentity: 'False',
  });
  assert.deepEqual([read.insecure, read.depth, read.githubAppID, read.githubAppInstallationID], [true, 2, '12', '']);
  assert.deepEqual(read.problems, []);
  const wrong = repository({ insecure: 'yes', depth: 'two', githubAppID: 'x', type: 'svn' });
  assert.deepEqual(wrong.problems, [
    'url is missing',
    'type must be git, helm or oci, and is "svn"',
    'depth must be a whole number',
    'githubAppID must be a whole number',
    'insecure must be "true" or "false"',
  ]);
  assert.equal(template({ url: 'https://x', azureServicePrincipalClientID: 'c' }).azureServicePrincipalClientId, 'c');
});
