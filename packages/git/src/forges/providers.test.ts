// Every forge against a server that answers in its documented shapes.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { ForgeAuth, ForgeProvider, PullRequest } from './forge.ts';
import { ForgeAccess } from './http.ts';
import { createForgeProvider, createPullRequestProvider } from './providers.ts';
import { type Answered, type Asked, startTestForge } from './testbed.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Stage {
  readonly answer: (asked: Asked, base: string) => Answered | undefined;
  readonly fields: Fields;
  readonly auth?: ForgeAuth;
}

async function withProvider<T>(
  kind: string,
  { answer, fields, auth = {} }: Stage,
  work: (provider: ForgeProvider, asked: readonly Asked[]) => Promise<T>,
): Promise<T> {
  let base = '';
  await using forge = await startTestForge((asked) => answer(asked, base));
  base = forge.url;
  await using access = new ForgeAccess();
  return await work(createForgeProvider(kind, { fields: { ...fields, api: forge.url }, auth, access }), forge.asked);
}

async function pulls(
  kind: string,
  { answer, fields, auth = {} }: Stage,
): Promise<{ readonly found: readonly PullRequest[]; readonly asked: readonly Asked[] }> {
  let base = '';
  await using forge = await startTestForge((asked) => answer(asked, base));
  base = forge.url;
  await using access = new ForgeAccess();
  const provider = createPullRequestProvider(kind, { fields: { ...fields, api: forge.url }, auth, access });
  return { found: await provider.pullRequests(), asked: forge.asked };
}

const routes =
  (table: Readonly<Record<string, unknown>>) =>
  ({ url }: Asked): Answered | undefined => {
    const key = [`${url.pathname}${decodeURIComponent(url.search)}`, url.pathname].find(
      (candidate) => candidate in table,
    );
    return key === undefined ? undefined : { body: table[key] };
  };

const githubRepo = (name: string, archived = false): Fields => ({
  id: 1296269,
  name,
  owner: { login: 'octo' },
  ssh_url: `git@github.com:octo/${name}.git`,
  clone_url: `https://github.com/octo/${name}.git`,
  default_branch: 'main',
  archived,
  topics: ['web'],
});

test('GitHub: pages follow the Link header, archived repositories may be left out', async () => {
  const answer = ({ url }: Asked, base: string): Answered | undefined => {
    if (url.pathname !== '/api/v3/orgs/octo/repos') return undefined;
    if (url.searchParams.get('page') === '2') return { body: [githubRepo('two'), githubRepo('old', true)] };
    const link = `<${base}/api/v3/orgs/octo/repos?per_page=100&page=2>; rel="next", <${base}/x?page=2>; rel="last"`;
    return { body: [githubRepo('one')], headers: { link } };
  };
  const fields = { organization: 'octo', excludeArchivedRepos: true };
  await withProvider('github', { answer, fields, auth: { token: 't0ken' } }, async (provider, asked) => {
    const found = await provider.repositories('');
    assert.deepEqual(
      found.map(({ repository, url, branch, labels }) => [repository, url, branch, labels]),
      [
        ['one', 'git@github.com:octo/one.git', 'main', ['web']],
        ['two', 'git@github.com:octo/two.git', 'main', ['web']],
      ],
    );
    assert.deepEqual(
      asked.map(({ headers }) => headers['authorization']),
      ['Bearer t0ken', 'Bearer t0ken'],
    );
    assert.equal((await provider.repositories('https'))[0]?.url, 'https://github.com/octo/one.git');
    await assert.rejects(provider.repositories('git'), /unknown clone protocol for GitHub git/);
  });
});

test('GitHub: branches, paths, and an empty repository', async () => {
  const table = {
    '/api/v3/repos/octo/one/branches/main': { name: 'main', commit: { sha: 'abc' } },
    '/api/v3/repos/octo/one/contents/deploy/app.yaml?ref=main': { type: 'file' },
    '/api/v3/repos/octo/one/branches?per_page=100': [
      { name: 'main', commit: { sha: 'abc' } },
      { name: 'dev/x', commit: { sha: 'def' } },
    ],
  };
  const repository = { organization: 'octo', repository: 'one', url: 'u', branch: 'main', sha: '', labels: [], id: 1 };
  await withProvider('github', { answer: routes(table), fields: { organization: 'octo' } }, async (provider) => {
    assert.deepEqual(await provider.branches(repository), [{ ...repository, sha: 'abc' }]);
    assert.deepEqual(await provider.branches({ ...repository, branch: 'gone' }), []);
    assert.equal(await provider.hasPath(repository, 'deploy/app.yaml'), true);
    assert.equal(await provider.hasPath(repository, 'nope'), false);
  });
  await withProvider(
    'github',
    { answer: routes(table), fields: { organization: 'octo', allBranches: true } },
    async (provider) => {
      assert.deepEqual(
        (await provider.branches(repository)).map(({ branch, sha }) => [branch, sha]),
        [
          ['main', 'abc'],
          ['dev/x', 'def'],
        ],
      );
    },
  );
});

test('GitHub: an App trades its key for a token once', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const answer = ({ url, method }: Asked): Answered | undefined => {
    if (method === 'POST' && url.pathname === '/api/v3/app/installations/42/access_tokens')
      return { status: 201, body: { token: 'inst' } };
    return url.pathname.startsWith('/api/v3/repos/') ? { body: [] } : undefined;
  };
  const auth = { app: { id: '7', installationId: '42', privateKey, baseUrl: '' } };
  const { asked } = await pulls('github', { answer, fields: { owner: 'octo', repo: 'one' }, auth });
  const [trade, list] = asked;
  const [, payload = ''] = String(trade?.headers['authorization']).replace('Bearer ', '').split('.');
  assert.equal((JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string }).iss, '7');
  assert.equal(list?.headers['authorization'], 'Bearer inst');
});

const githubPull = (number: number, labels: readonly string[]): Fields => ({
  number,
  title: `change ${number}`,
  head: { ref: `feature-${number}`, sha: `${number}abc` },
  base: { ref: 'main' },
  labels: labels.map((name) => ({ name })),
  user: { login: 'ada' },
});

test('GitHub: pull requests by labels', async () => {
  const table = { '/api/v3/repos/octo/one/pulls': [githubPull(1, ['preview', 'x']), githubPull(2, ['x'])] };
  const { found } = await pulls('github', {
    answer: routes(table),
    fields: { owner: 'octo', repo: 'one', labels: ['preview'] },
  });
  assert.deepEqual(found, [
    {
      number: 1,
      title: 'change 1',
      branch: 'feature-1',
      targetBranch: 'main',
      headSha: '1abc',
      labels: ['preview', 'x'],
      author: 'ada',
    },
  ]);
});

test('what a forge tagged is asked for conditionally, per credentials', async () => {
  const answer = ({ headers }: Asked): Answered =>
    headers['if-none-match'] === '"v1"' ? { status: 304 } : { body: [githubPull(1, [])], headers: { etag: '"v1"' } };
  await using forge = await startTestForge(answer);
  await using access = new ForgeAccess();
  const make = (token: string): ReturnType<typeof createPullRequestProvider> =>
    createPullRequestProvider('github', { fields: { owner: 'o', repo: 'r', api: forge.url }, auth: { token }, access });
  for (const token of ['a', 'a', 'b']) assert.equal((await make(token).pullRequests()).length, 1);
  assert.deepEqual(
    forge.asked.map(({ headers }) => headers['if-none-match']),
    [undefined, '"v1"', undefined],
  );
});

test('refusals by kind: denied, missing, rate limited with a time, broken', async () => {
  const codeOf = async (answered: Answered): Promise<readonly unknown[]> => {
    await using forge = await startTestForge(() => answered);
    await using access = new ForgeAccess({ now: () => 1_000_000 });
    const provider = createPullRequestProvider('github', {
      fields: { owner: 'o', repo: 'r', api: forge.url },
      auth: {},
      access,
    });
    return await provider.pullRequests().then(
      () => [],
      (error: { readonly code: string; readonly retryAfterMs?: number }) => [error.code, error.retryAfterMs],
    );
  };
  assert.deepEqual(await codeOf({ status: 401, body: { message: 'Bad credentials' } }), ['denied', undefined]);
  assert.deepEqual(await codeOf({ status: 404, body: { message: 'Not Found' } }), ['not-found', undefined]);
  assert.deepEqual(await codeOf({ status: 429, headers: { 'retry-after': '7' } }), ['rate-limited', 7000]);
  const exhausted = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1060' };
  assert.deepEqual(await codeOf({ status: 403, headers: exhausted, body: { message: 'API rate limit exceeded' } }), [
    'rate-limited',
    60_000,
  ]);
  assert.deepEqual(await codeOf({ status: 500, body: '<html>' }), ['refused', undefined]);
  assert.deepEqual(await codeOf({ body: { not: 'a list' } }), ['malformed', undefined]);
  await using access = new ForgeAccess();
  const nobody = createPullRequestProvider('github', {
    fields: { owner: 'o', repo: 'r', api: 'http://127.0.0.1:1' },
    auth: {},
    access,
  });
  await assert.rejects(nobody.pullRequests(), { code: 'unreachable' });
});

test('the next page is asked of whom the first one was asked, whatever host the forge calls its own', async () => {
  const answer = ({ url }: Asked): Answered =>
    url.searchParams.get('page') === '2'
      ? { body: [githubPull(2, [])] }
      : {
          body: [githubPull(1, [])],
          headers: { link: '<https://ghe.inside.example.com/repositories/7/pulls?per_page=100&page=2>; rel="next"' },
        };
  const { found } = await pulls('github', { answer, fields: { owner: 'o', repo: 'r' } });
  assert.deepEqual(
    found.map(({ number }) => number),
    [1, 2],
  );
});

test('a list that does not come to its end is none: half of it would be taken for the whole', async () => {
  const endless = (link: (page: number) => string) => {
    return ({ url }: Asked): Answered => {
      const page = Number(url.searchParams.get('page') ?? '1');
      return { body: [githubPull(page, [])], headers: { link: `<${link(page + 1)}>; rel="next"` } };
    };
  };
  const fields = { owner: 'o', repo: 'r' };
  await assert.rejects(pulls('github', { answer: endless(() => 'https://elsewhere.example.com/x'), fields }), {
    code: 'malformed',
    message: /the link to the next page names no other page/,
  });
  await assert.rejects(pulls('github', { answer: endless((page) => `https://x/?page=${page}`), fields }), {
    code: 'malformed',
    message: /a list does not end within 1000 pages/,
  });
});

test('GitLab: groups, pages, branches, paths, merge requests', async () => {
  const project = (path: string): Fields => ({
    id: 5,
    path,
    namespace: { full_path: 'team/sub' },
    ssh_url_to_repo: `git@gitlab.com:team/${path}.git`,
    http_url_to_repo: `https://gitlab.com/team/${path}.git`,
    default_branch: 'main',
    topics: [],
    tag_list: ['old-topic'],
  });
  const answer = ({ url }: Asked): Answered | undefined => {
    const path = url.pathname;
    if (path === '/api/v4/groups/team%2Fsub/projects') {
      const page = url.searchParams.get('page');
      return { body: [project(`p${page}`)], headers: { 'x-next-page': page === '1' ? '2' : '' } };
    }
    if (path === '/api/v4/projects/5/repository/branches/main')
      return { body: { name: 'main', commit: { id: 'abc' } } };
    if (path === '/api/v4/projects/5/repository/files/deploy%2Fapp.yaml') return { body: { file_name: 'app.yaml' } };
    if (path === '/api/v4/projects/5/repository/tree')
      return { body: url.searchParams.get('path') === 'deploy' ? [{ name: 'app.yaml' }] : [] };
    if (path === '/api/v4/projects/team%2Fweb/merge_requests') {
      return {
        body: [
          {
            iid: 9,
            title: 't',
            source_branch: 's',
            target_branch: 'main',
            sha: 'fff',
            labels: ['a'],
            author: { username: 'bob' },
          },
        ],
      };
    }
    return undefined;
  };
  await withProvider(
    'gitlab',
    {
      answer,
      fields: {
        group: 'team/sub',
        includeSubgroups: true,
        includeSharedProjects: false,
        includeArchivedRepos: true,
        topic: 'web',
      },
      auth: { token: 'pat' },
    },
    async (provider, asked) => {
      const found = await provider.repositories('https');
      assert.deepEqual(
        found.map(({ organization, repository, labels }) => [organization, repository, labels]),
        [
          ['team/sub', 'p1', ['old-topic']],
          ['team/sub', 'p2', ['old-topic']],
        ],
      );
      assert.equal(asked[0]?.headers['private-token'], 'pat');
      const query = Object.fromEntries(asked[0]?.url.searchParams ?? []);
      assert.deepEqual(query, {
        include_subgroups: 'true',
        with_shared: 'false',
        topic: 'web',
        archived: 'true',
        per_page: '100',
        page: '1',
      });
      const [first] = found;
      assert.ok(first);
      assert.deepEqual(
        (await provider.branches(first)).map(({ sha }) => sha),
        ['abc'],
      );
      assert.deepEqual(
        [
          await provider.hasPath(first, 'deploy/app.yaml'),
          await provider.hasPath(first, 'deploy'),
          await provider.hasPath(first, 'nope'),
        ],
        [true, true, false],
      );
    },
  );
  const { found, asked } = await pulls('gitlab', {
    answer,
    fields: { project: 'team/web', labels: ['a', 'b'], pullRequestState: 'opened' },
  });
  assert.deepEqual(found, [
    { number: 9, title: 't', branch: 's', targetBranch: 'main', headSha: 'fff', labels: ['a'], author: 'bob' },
  ]);
  assert.equal(asked[0]?.url.searchParams.get('labels'), 'a,b');
});

test('Gitea: organisations and users, labels, pages', async () => {
  const answer = ({ url }: Asked, base: string): Answered | undefined => {
    const path = url.pathname.replace('/api/v1', '');
    if (path === '/users/ada/repos') {
      const repo = {
        id: 3,
        name: 'web',
        ssh_url: 'ssh',
        html_url: 'https://gitea/ada/web',
        default_branch: 'main',
        archived: false,
      };
      if (url.searchParams.get('page') === '2') return { body: [{ ...repo, name: 'api' }] };
      return { body: [repo], headers: { link: `<${base}/api/v1/users/ada/repos?limit=50&page=2>; rel="next"` } };
    }
    if (path.endsWith('/labels')) return { body: [{ name: 'bug' }] };
    if (path === '/repos/ada/web/branches/main') return { body: { name: 'main', commit: { id: 'abc' } } };
    if (path === '/repos/ada/web/pulls') {
      return {
        body: [
          {
            number: 4,
            title: 't',
            head: { ref: 'h', sha: 's' },
            base: { ref: 'b' },
            labels: [{ name: 'bug' }],
            user: { login: 'eve' },
          },
        ],
      };
    }
    return undefined;
  };
  await withProvider('gitea', { answer, fields: { owner: 'ada' }, auth: { token: 'tok' } }, async (provider, asked) => {
    const found = await provider.repositories('https');
    assert.deepEqual(
      found.map(({ repository, labels, url }) => [repository, labels, url]),
      [
        ['web', ['bug'], 'https://gitea/ada/web'],
        ['api', ['bug'], 'https://gitea/ada/web'],
      ],
    );
    assert.equal(asked[0]?.headers['authorization'], 'token tok');
    const [web, api] = found;
    assert.ok(web && api);
    assert.equal((await provider.branches(web))[0]?.sha, 'abc');
    await assert.rejects(provider.branches(api), /got 404 while getting default branch "main" for repo "api"/);
  });
  const { found } = await pulls('gitea', { answer, fields: { owner: 'ada', repo: 'web', labels: ['bug'] } });
  assert.deepEqual(
    found.map(({ number, author }) => [number, author]),
    [[4, 'eve']],
  );
});

test('Bitbucket Cloud: workspaces, next pages, pull requests', async () => {
  const answer = ({ url }: Asked, base: string): Answered | undefined => {
    const path = url.pathname;
    const repo = (slug: string): Fields => ({
      slug,
      uuid: `{${slug}}`,
      mainbranch: { name: 'main' },
      links: {
        clone: [
          { name: 'https', href: `https://bb/${slug}` },
          { name: 'ssh', href: `git@bb:${slug}` },
        ],
      },
    });
    if (path === '/repositories/team') {
      if (url.searchParams.get('page') === '2') return { body: { values: [repo('two')] } };
      return { body: { values: [repo('one')], next: `${base}/repositories/team?page=2` } };
    }
    if (path === '/repositories/team/one/refs/branches/main')
      return { body: { name: 'main', target: { hash: 'abc' } } };
    if (path === '/repositories/team/one/src/abc/deploy' && url.searchParams.get('format') === 'meta')
      return { body: {} };
    if (path === '/repositories/team/one/pullrequests') {
      const pull = {
        id: 3,
        title: 't',
        source: { branch: { name: 's' }, commit: { hash: 'h' } },
        destination: { branch: { name: 'd' } },
        author: { nickname: 'n' },
      };
      return { body: { values: [pull] } };
    }
    return undefined;
  };
  await withProvider(
    'bitbucket',
    { answer, fields: { owner: 'team', user: 'u' }, auth: { basic: { username: 'u', password: 'p' } } },
    async (provider, asked) => {
      const found = await provider.repositories('');
      assert.deepEqual(
        found.map(({ repository, url }) => [repository, url]),
        [
          ['one', 'git@bb:one'],
          ['two', 'git@bb:two'],
        ],
      );
      assert.equal(asked[0]?.headers['authorization'], `Basic ${Buffer.from('u:p').toString('base64')}`);
      const [branch] = await provider.branches(found[0] ?? assert.fail());
      assert.equal(branch?.sha, 'abc');
      assert.deepEqual(
        [
          await provider.hasPath(branch ?? assert.fail(), 'deploy'),
          await provider.hasPath(branch ?? assert.fail(), 'x'),
        ],
        [true, false],
      );
      await assert.rejects(provider.repositories('git'), /unknown clone protocol for Bitbucket cloud git/);
    },
  );
  const { found } = await pulls('bitbucket', { answer, fields: { owner: 'team', repo: 'one' }, auth: { token: 'b' } });
  assert.deepEqual(found, [
    { number: 3, title: 't', branch: 's', targetBranch: 'd', headSha: 'h', labels: [], author: 'n' },
  ]);
});

test('Bitbucket Server: projects, starts of pages, empty repositories', async () => {
  const answer = ({ url }: Asked): Answered | undefined => {
    const path = url.pathname.replace('/rest/api/1.0', '');
    const repo = (name: string): Fields => ({
      id: 8,
      name,
      slug: name.toLowerCase(),
      project: { key: 'TEAM' },
      links: {
        clone: [
          { name: 'ssh', href: `ssh://${name}` },
          { name: 'http', href: `https://${name}` },
        ],
      },
    });
    if (path === '/projects/TEAM/repos') {
      return url.searchParams.get('start') === '0'
        ? { body: { values: [repo('One')], isLastPage: false, nextPageStart: 1 } }
        : { body: { values: [repo('Empty'), repo('Gone')], isLastPage: true } };
    }
    if (path === '/projects/TEAM/repos/one/branches/default')
      return { body: { displayId: 'main', latestCommit: 'abc' } };
    if (path === '/projects/TEAM/repos/empty/branches/default') return { status: 204 };
    if (path === '/projects/TEAM/repos/one/browse/deploy') return { body: { children: {} } };
    if (path === '/projects/TEAM/repos/one/pull-requests') {
      const pull = {
        id: 1,
        title: 't',
        fromRef: { displayId: 'f', latestCommit: 'c' },
        toRef: { displayId: 'm' },
        author: { user: { name: 'n' } },
      };
      return { body: { values: [pull], isLastPage: true } };
    }
    return undefined;
  };
  await withProvider(
    'bitbucketServer',
    { answer, fields: { project: 'TEAM' }, auth: { token: 'bear' } },
    async (provider, asked) => {
      const found = await provider.repositories('https');
      assert.deepEqual(
        found.map(({ repository, url, branch, sha }) => [repository, url, branch, sha]),
        [['One', 'https://One', 'main', 'abc']],
      );
      assert.equal(asked[0]?.headers['authorization'], 'Bearer bear');
      assert.equal(asked[0]?.headers['x-atlassian-token'], 'no-check');
      const one = found[0] ?? assert.fail();
      assert.deepEqual([await provider.hasPath(one, 'deploy'), await provider.hasPath(one, 'x')], [true, false]);
      assert.equal((await provider.branches(one)).length, 1);
    },
  );
  const { found } = await pulls('bitbucketServer', { answer, fields: { project: 'TEAM', repo: 'one' } });
  assert.deepEqual(
    found.map(({ branch, targetBranch, author }) => [branch, targetBranch, author]),
    [['f', 'm', 'n']],
  );
});

test('Azure DevOps: repositories, branches without refs/heads, pages of pull requests, sign-in pages', async () => {
  const answer = ({ url }: Asked): Answered | undefined => {
    const path = url.pathname;
    if (path === '/org/proj/_apis/git/repositories') {
      return {
        body: {
          value: [
            { id: 'uuid', name: 'web', defaultBranch: 'refs/heads/main', remoteUrl: 'https://az/web' },
            { id: 'e', name: 'empty' },
          ],
        },
      };
    }
    if (path === '/org/proj/_apis/git/repositories/web/stats/branches' && url.searchParams.get('name') === 'main') {
      return { body: { name: 'main', commit: { commitId: 'abc' } } };
    }
    if (path === '/org/proj/_apis/git/repositories/uuid/items')
      return url.searchParams.get('path') === 'deploy'
        ? { body: {} }
        : { status: 404, body: { typeKey: 'GitItemNotFoundException', message: 'no' } };
    if (path === '/org/proj/_apis/git/pullrequests') {
      const pull = (id: number, repo: string): Fields => ({
        pullRequestId: id,
        title: 't',
        repository: { name: repo },
        sourceRefName: 'refs/heads/feature/x',
        targetRefName: 'refs/heads/main',
        lastMergeSourceCommit: { commitId: 'c' },
        labels: [{ name: 'preview' }],
        createdBy: { uniqueName: 'ada@example.com' },
      });
      const skip = Number(url.searchParams.get('$skip'));
      return {
        body: {
          value: skip === 0 ? Array.from({ length: 100 }, (_, index) => pull(index, 'other')) : [pull(200, 'web')],
        },
      };
    }
    return undefined;
  };
  await withProvider(
    'azureDevOps',
    { answer, fields: { organization: 'org', teamProject: 'proj' }, auth: { token: 'pat' } },
    async (provider, asked) => {
      const found = await provider.repositories('');
      assert.deepEqual(
        found.map(({ repository, branch }) => [repository, branch]),
        [['web', 'refs/heads/main']],
      );
      assert.equal(asked[0]?.headers['authorization'], `Basic ${Buffer.from(':pat').toString('base64')}`);
      const [branch] = await provider.branches(found[0] ?? assert.fail());
      assert.deepEqual([branch?.branch, branch?.sha], ['main', 'abc']);
      assert.deepEqual(
        [
          await provider.hasPath(branch ?? assert.fail(), 'deploy'),
          await provider.hasPath(branch ?? assert.fail(), 'x'),
        ],
        [true, false],
      );
    },
  );
  const fields = { organization: 'org', project: 'proj', repo: 'web', labels: ['preview'] };
  const { found } = await pulls('azuredevops', { answer, fields });
  assert.deepEqual(found, [
    {
      number: 200,
      title: 't',
      branch: 'feature/x',
      targetBranch: 'main',
      headSha: 'c',
      labels: ['preview'],
      author: 'ada',
    },
  ]);
  await assert.rejects(pulls('azuredevops', { answer: () => ({ status: 203, body: '<html>' }), fields }), {
    code: 'denied',
  });
  const missing = { status: 404, body: { message: 'TF200016: The following project does not exist: proj.' } };
  await assert.rejects(pulls('azuredevops', { answer: () => missing, fields }), { code: 'not-found' });
  await using access = new ForgeAccess();
  assert.throws(() => createForgeProvider('azureDevOps', { fields, auth: {}, access }), /no access token provided/);
});

test('a forge nobody knows is refused by name', async () => {
  await using access = new ForgeAccess();
  assert.throws(
    () => createForgeProvider('sourcehut', { fields: {}, auth: {}, access }),
    /the forge "sourcehut" is not supported/,
  );
});
