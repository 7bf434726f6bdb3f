// Which Applications and sets an event concerns.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookEvent } from '@evenkeel/git';
import type { Json, KubeObject } from '@evenkeel/resource';
import { readApplication } from '../application.ts';
import { readApplicationSet } from '../applicationset/application-set.ts';
import { concernsApplication, concernsSet } from './targets.ts';

const push = (facts: Partial<Extract<WebhookEvent, { readonly kind: 'push' }>> = {}): WebhookEvent => ({
  kind: 'push',
  repositories: ['https://github.com/org/repo'],
  revision: 'main',
  before: 'a',
  after: 'b',
  touchedHead: true,
  changedFiles: ['apps/web/a.yaml'],
  ...facts,
});

function concerns(source: Json, event: WebhookEvent, paths?: string): boolean {
  const annotations =
    paths === undefined ? {} : { annotations: { 'argocd.argoproj.io/manifest-generate-paths': paths } };
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', ...annotations },
    spec: { source },
  };
  return concernsApplication(readApplication(object as unknown as KubeObject), event);
}

const source = (targetRevision?: string, path = 'apps/web'): Json => ({
  repoURL: 'git@github.com:org/repo.git',
  path,
  ...(targetRevision === undefined ? {} : { targetRevision }),
});

test('revisions: branches, HEAD, full names, constraints', () => {
  assert.ok(concerns(source('main'), push()));
  assert.ok(concerns(source('refs/heads/main'), push()));
  assert.ok(!concerns(source('dev'), push()));
  for (const head of [undefined, '', 'HEAD']) {
    assert.ok(concerns(source(head), push()));
    assert.ok(!concerns(source(head), push({ touchedHead: false })));
  }
  const tag = push({ revision: 'v1.2.3', touchedHead: false });
  assert.ok(concerns(source('v1.2.3'), tag));
  assert.ok(concerns(source('^1.0.0'), tag));
  assert.ok(concerns(source('1.*'), tag));
  assert.ok(!concerns(source('^2.0.0'), tag));
  assert.ok(concerns(source('feature/x'), push({ revision: 'feature/x', touchedHead: false })));
});

test('other repositories do not count', () => {
  assert.ok(!concerns({ repoURL: 'https://github.com/org/other', targetRevision: 'main' }, push()));
  assert.ok(!concerns({ repoURL: 'https://github.com/org/repo-two', targetRevision: 'main' }, push()));
});

test('manifest-generate-paths narrows down to files', () => {
  assert.ok(concerns(source('main'), push(), '.'));
  assert.ok(!concerns(source('main', 'apps/api'), push(), '.'));
  assert.ok(concerns(source('main', 'apps/api'), push(), '../web'));
  assert.ok(concerns(source('main', 'apps/api'), push(), '.; /apps/web'));
  assert.ok(concerns(source('main', 'apps/api'), push(), '/apps/*/a.yaml'));
  assert.ok(!concerns(source('main', 'apps/we'), push(), '.'));
  assert.ok(concerns(source('main', 'apps/api'), push({ changedFiles: undefined }), '.'));
  assert.ok(concerns(source('main', 'apps/api'), push({ changedFiles: [] }), '.'));
});

test('artifacts: OCI repositories and charts by tag or constraint', () => {
  const event: WebhookEvent = { kind: 'artifact', repository: 'oci://Registry.example.com/charts/web', tag: '1.4.0' };
  assert.ok(concerns({ repoURL: 'oci://registry.example.com/charts/web', targetRevision: '1.4.0' }, event));
  assert.ok(concerns({ repoURL: 'registry.example.com/charts', chart: 'web', targetRevision: '1.x' }, event));
  assert.ok(!concerns({ repoURL: 'registry.example.com/charts', chart: 'web', targetRevision: '2.x' }, event));
  assert.ok(!concerns({ repoURL: 'registry.example.com/charts', chart: 'api', targetRevision: '1.x' }, event));
});

function setConcerned(generator: Json, event: WebhookEvent): boolean {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 's' },
    spec: { generators: [generator], template: {} },
  };
  return concernsSet(readApplicationSet(object as unknown as KubeObject), event);
}

test('sets by their git generators, nested ones and templated ones too', () => {
  const git = (repoURL: string, revision: string): Json => ({ git: { repoURL, revision } });
  const url = 'https://github.com/org/repo';
  assert.ok(setConcerned(git(url, 'HEAD'), push()));
  assert.ok(!setConcerned(git(url, 'dev'), push()));
  assert.ok(!setConcerned(git('https://github.com/org/x', 'HEAD'), push()));
  const inMatrix = (child: Json): Json => ({ matrix: { generators: [{ list: {} }, child] } });
  assert.ok(setConcerned(inMatrix(git(url, 'main')), push()));
  assert.ok(setConcerned(inMatrix(git('{{ .url }}', '{{ .revision }}')), push()));
  assert.ok(setConcerned({ merge: { mergeKeys: ['a'], generators: [inMatrix(git(url, 'main')) as never] } }, push()));
  assert.ok(!setConcerned({ list: {} }, push()));
});

test('sets by their pull request generators', () => {
  const event = (facts: Partial<Extract<WebhookEvent, { readonly kind: 'pull-request' }>>): WebhookEvent => ({
    kind: 'pull-request',
    forge: 'github',
    action: 'opened',
    owner: 'Org',
    repository: 'repo',
    project: '',
    projectPath: '',
    host: 'api.github.com',
    ...facts,
  });
  const github = { pullRequest: { github: { owner: 'org', repo: 'Repo' } } };
  assert.ok(setConcerned(github, event({})));
  assert.ok(!setConcerned(github, event({ host: 'ghe.example.com' })));
  assert.ok(!setConcerned(github, event({ repository: 'other' })));
  const gitlab = (project: string): Json => ({ pullRequest: { gitlab: { project } } });
  const merge = event({ forge: 'gitlab', project: '7', projectPath: 'g/p', host: 'gitlab.com' });
  assert.ok(
    setConcerned(gitlab('7'), merge) && setConcerned(gitlab('g/p'), merge) && !setConcerned(gitlab('8'), merge),
  );
  const azure = { pullRequest: { azuredevops: { organization: 'o', project: 'p', repo: 'r' } } };
  assert.ok(setConcerned(azure, event({ forge: 'azuredevops', project: 'p', repository: 'r', host: '' })));
  assert.ok(!setConcerned(github, push()));
});
