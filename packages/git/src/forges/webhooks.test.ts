// What forges send, as they document it; signatures as they compute them.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { type WebhookResult, type WebhookSecrets, namesRepository, readWebhook } from './webhooks.ts';

function send(
  headers: Readonly<Record<string, string>>,
  payload: unknown,
  secrets: WebhookSecrets = {},
  query = '',
  method = 'POST',
): WebhookResult {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return readWebhook({ method, headers, query: new URLSearchParams(query), body }, secrets);
}

const githubPush = {
  ref: 'refs/heads/feature/x',
  before: 'aaa',
  after: 'bbb',
  repository: { html_url: 'https://github.com/org/repo', default_branch: 'main' },
  commits: [
    { added: ['a'], modified: ['b/c'], removed: [] },
    { added: [], modified: [], removed: ['d'] },
  ],
};
const sign = (algorithm: 'sha1' | 'sha256', body: unknown): string =>
  `${algorithm}=${createHmac(algorithm, 's3cret').update(JSON.stringify(body)).digest('hex')}`;

test('GitHub: a push with its files, signed both ways', () => {
  const wanted: WebhookResult = {
    kind: 'event',
    event: {
      kind: 'push',
      repositories: ['https://github.com/org/repo'],
      revision: 'feature/x',
      before: 'aaa',
      after: 'bbb',
      touchedHead: false,
      changedFiles: ['a', 'b/c', 'd'],
    },
  };
  assert.deepEqual(send({ 'x-github-event': 'push' }, githubPush), wanted);
  const secrets = { github: 's3cret' };
  for (const algorithm of ['sha1', 'sha256'] as const) {
    const header = algorithm === 'sha1' ? 'x-hub-signature' : 'x-hub-signature-256';
    assert.deepEqual(
      send({ 'x-github-event': 'push', [header]: sign(algorithm, githubPush) }, githubPush, secrets),
      wanted,
    );
  }
  for (const headers of [
    {},
    { 'x-hub-signature-256': sign('sha256', 'other') },
    { 'x-hub-signature-256': 'sha256=' },
  ]) {
    const result = send({ 'x-github-event': 'push', ...headers }, githubPush, secrets);
    assert.deepEqual(result, { kind: 'refused', status: 401, message: 'HMAC verification failed' });
  }
  assert.deepEqual(send({ 'x-github-event': 'ping' }, {}), { kind: 'ignored' });
});

test('GitHub: pull requests and packages', () => {
  const pull = {
    action: 'opened',
    repository: { name: 'repo', owner: { login: 'org' }, url: 'https://api.github.com/repos/org/repo' },
  };
  const result = send({ 'x-github-event': 'pull_request' }, pull);
  assert.ok(result.kind === 'event' && result.event.kind === 'pull-request');
  assert.deepEqual([result.event.owner, result.event.repository, result.event.host], ['org', 'repo', 'api.github.com']);
  assert.deepEqual(send({ 'x-github-event': 'pull_request' }, { ...pull, action: 'assigned' }), { kind: 'ignored' });
  const version = { container_metadata: { tag: { name: 'v1' } } };
  const pack = {
    action: 'published',
    package: { name: 'img', package_type: 'CONTAINER', owner: { login: 'org' }, package_version: version },
  };
  assert.deepEqual(send({ 'x-github-event': 'package' }, pack), {
    kind: 'event',
    event: { kind: 'artifact', repository: 'oci://ghcr.io/org/img', tag: 'v1' },
  });
});

test('GitLab: pushes, tags, merge requests, its token', () => {
  const project = { web_url: 'https://gitlab.com/g/p', default_branch: 'main', path_with_namespace: 'g/p' };
  const push = { object_kind: 'push', ref: 'refs/heads/main', before: 'a', after: 'b', project, commits: [] };
  const result = send({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 't' }, push, { gitlab: 't' });
  assert.ok(result.kind === 'event' && result.event.kind === 'push' && result.event.touchedHead);
  assert.equal(send({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'no' }, push, { gitlab: 't' }).kind, 'refused');
  const tag = send(
    { 'x-gitlab-event': 'Tag Push Hook' },
    { ...push, object_kind: 'tag_push', ref: 'refs/tags/v1.2.3' },
  );
  assert.ok(tag.kind === 'event' && tag.event.kind === 'push' && tag.event.revision === 'v1.2.3');
  const merge = {
    object_kind: 'merge_request',
    project,
    object_attributes: { action: 'update', target_project_id: 7 },
  };
  const pull = send({ 'x-gitlab-event': 'Merge Request Hook' }, merge);
  assert.ok(pull.kind === 'event' && pull.event.kind === 'pull-request');
  assert.deepEqual([pull.event.project, pull.event.projectPath, pull.event.host], ['7', 'g/p', 'gitlab.com']);
});

test('Bitbucket Cloud and Server', () => {
  const cloud = {
    repository: { links: { html: { href: 'https://bitbucket.org/t/r' } } },
    push: { changes: [{ new: { name: 'main', target: { hash: 'b' } }, old: { target: { hash: 'a' } } }] },
  };
  const headers = { 'x-hook-uuid': 'u-1', 'x-event-key': 'repo:push' };
  const result = send(headers, cloud, { bitbucketUuid: 'u-1' });
  assert.ok(result.kind === 'event' && result.event.kind === 'push');
  assert.deepEqual(
    [result.event.revision, result.event.touchedHead, result.event.changedFiles],
    ['main', true, undefined],
  );
  assert.deepEqual(send(headers, cloud, { bitbucketUuid: 'u-2' }), {
    kind: 'refused',
    status: 401,
    message: 'UUID verification failed',
  });
  const server = {
    repository: {
      links: {
        clone: [
          { name: 'http', href: 'https://bb/scm/t/r.git' },
          { name: 'ssh', href: 'ssh://git@bb:7999/t/r.git' },
        ],
      },
    },
    changes: [{ ref: { id: 'refs/heads/dev' }, fromHash: 'a', toHash: 'b' }],
  };
  const signed = { 'x-event-key': 'repo:refs_changed', 'x-hub-signature': sign('sha256', server) };
  const told = send(signed, server, { bitbucketServer: 's3cret' });
  assert.ok(told.kind === 'event' && told.event.kind === 'push');
  assert.deepEqual(told.event.repositories, ['https://bb/scm/t/r.git', 'ssh://git@bb:7999/t/r.git']);
  assert.equal(send({ 'x-event-key': 'repo:refs_changed' }, server, { bitbucketServer: 's3cret' }).kind, 'refused');
  assert.deepEqual(send({ 'x-event-key': 'diagnostics:ping' }, { test: true }, { bitbucketServer: 's3cret' }), {
    kind: 'ignored',
  });
});

test('Gogs and Gitea are told apart from GitHub', () => {
  const body = { ...githubPush, repository: { html_url: 'https://gitea/org/repo', default_branch: 'feature/x' } };
  const headers = {
    'x-gogs-event': 'push',
    'x-github-event': 'push',
    'x-gogs-signature': sign('sha256', body).slice('sha256='.length),
  };
  const result = send(headers, body, { gogs: 's3cret', github: 'other' });
  assert.ok(result.kind === 'event' && result.event.kind === 'push' && result.event.touchedHead);
  assert.equal(send({ ...headers, 'x-gogs-signature': 'no' }, body, { gogs: 's3cret' }).kind, 'refused');
});

test('Azure DevOps: pushes and pull requests, basic auth', () => {
  const push = {
    eventType: 'git.push',
    resource: {
      refUpdates: [{ name: 'refs/heads/main', oldObjectId: 'a', newObjectId: 'b' }],
      repository: { remoteUrl: 'https://dev.azure.com/o/p/_git/r', defaultBranch: 'refs/heads/main' },
    },
  };
  const secrets = { azureUsername: 'u', azurePassword: 'p' };
  const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;
  const result = send({ 'x-vss-activityid': '1', authorization }, push, secrets);
  assert.ok(result.kind === 'event' && result.event.kind === 'push' && result.event.touchedHead);
  assert.equal(send({ 'x-vss-activityid': '1' }, push, secrets).kind, 'refused');
  const pull = {
    eventType: 'git.pullrequest.updated',
    resource: { repository: { name: 'r', project: { name: 'p' } } },
  };
  const told = send({ 'x-vss-activityid': '1' }, pull);
  assert.ok(told.kind === 'event' && told.event.kind === 'pull-request' && told.event.project === 'p');
});

test('Harbor and Docker Hub need a secret to be known at all', () => {
  const harbor = {
    type: 'PUSH_ARTIFACT',
    event_data: {
      resources: [{ digest: 'd', tag: 'v1', resource_url: 'harbor.example.com/lib/app:v1' }],
      repository: { repo_full_name: 'lib/app' },
    },
  };
  const event = { kind: 'artifact', repository: 'oci://harbor.example.com/lib/app', tag: 'v1' };
  assert.deepEqual(send({ authorization: 'h' }, harbor, { harbor: 'h' }), { kind: 'event', event });
  assert.deepEqual(send({ authorization: 'h' }, harbor), {
    kind: 'refused',
    status: 400,
    message: 'Unknown webhook event',
  });
  assert.equal(send({ authorization: 'x' }, harbor, { harbor: 'h' }).kind, 'refused');
  assert.deepEqual(send({ authorization: 'h' }, { ...harbor, type: 'PULL_ARTIFACT' }, { harbor: 'h' }), {
    kind: 'ignored',
  });
  const hub = { repository: { repo_name: 'nginx' }, push_data: { tag: '1.27' } };
  const image = { kind: 'artifact', repository: 'oci://docker.io/library/nginx', tag: '1.27' };
  assert.deepEqual(send({}, hub, { dockerHub: 'd' }, 'type=dockerhub&secret=d'), { kind: 'event', event: image });
  assert.equal(send({}, hub, { dockerHub: 'd' }, 'type=dockerhub&secret=x').kind, 'refused');
});

test('hostile requests are refused, never thrown', () => {
  assert.deepEqual(send({}, {}), { kind: 'refused', status: 400, message: 'Unknown webhook event' });
  assert.deepEqual(send({ 'x-github-event': 'push' }, 'not json'), {
    kind: 'refused',
    status: 400,
    message: 'error parsing payload',
  });
  assert.equal(send({ 'x-github-event': 'push' }, { commits: [1] }).kind, 'refused');
  assert.equal(send({ 'x-github-event': 'push' }, '[]').kind, 'refused');
  assert.deepEqual(send({ 'x-github-event': 'push' }, {}, {}, '', 'GET'), {
    kind: 'refused',
    status: 405,
    message: 'invalid HTTP Method',
  });
});

test('one repository by many addresses', () => {
  const told = 'https://github.com/org/repo';
  const yes = [
    'https://github.com/org/repo',
    'https://github.com/org/repo.git',
    'git@github.com:org/repo.git',
    'ssh://git@github.com/org/repo',
    'ssh://git@ssh.github.com:443/org/repo.git',
    'https://user:pass@github.com/org/repo',
    'https://GITHUB.com/Org/Repo',
    'https://github.com:443/org/repo',
  ];
  const no = [
    'https://github.com/org/repo2',
    'https://github.com/org/repo/sub',
    'https://gitlab.com/org/repo',
    'https://evil-github.com/org/repo',
    '',
  ];
  assert.deepEqual(
    yes.filter((url) => !namesRepository(url, told)),
    [],
  );
  assert.deepEqual(
    no.filter((url) => namesRepository(url, told)),
    [],
  );
});

test('one push that moves several references tells of all of them', () => {
  const cloud = {
    repository: { links: { html: { href: 'https://bitbucket.org/t/r' } } },
    push: { changes: [{ new: { name: 'main' } }, { new: { name: 'v1.0.0' } }] },
  };
  const azure = {
    eventType: 'git.push',
    resource: {
      refUpdates: [{ name: 'refs/heads/main' }, { name: 'refs/heads/dev' }],
      repository: { remoteUrl: 'https://dev.azure.com/o/p/_git/r', defaultBranch: 'refs/heads/main' },
    },
  };
  const revisions = (result: WebhookResult): readonly string[] =>
    result.kind === 'event'
      ? [result.event, ...(result.others ?? [])].map((event) => (event.kind === 'push' ? event.revision : ''))
      : [];
  assert.deepEqual(revisions(send({ 'x-hook-uuid': 'u', 'x-event-key': 'repo:push' }, cloud)), ['main', 'v1.0.0']);
  assert.deepEqual(revisions(send({ 'x-vss-activityid': 'a' }, azure)), ['main', 'dev']);
});

test('the addresses of Azure DevOps over SSH name the same repository', () => {
  const told = 'https://dev.azure.com/o/my%20project/_git/r';
  assert.ok(namesRepository('git@ssh.dev.azure.com:v3/o/my%20project/r', told));
  assert.ok(namesRepository('ssh://git@ssh.dev.azure.com/v3/o/my%20project/r', told));
  assert.ok(!namesRepository('git@ssh.dev.azure.com:v3/o/other/r', told));
});
