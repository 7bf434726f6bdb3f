// AWS CodeCommit against a server that answers in its documented shapes and checks signatures.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AwsCredentials, signAwsRequest } from '../aws/signature.ts';
import { ForgeAccess } from './http.ts';
import { createForgeProvider } from './providers.ts';
import { type Answered, type Asked, startTestForge } from './testbed.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const own: AwsCredentials = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own-secret' };
const assumed: AwsCredentials = { accessKeyId: 'AKIDROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' };
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-codecommit-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const tokenFile = join(directory, 'token');
writeFileSync(tokenFile, 'web-token\n');

const credentialsXml = (action: string): string =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${assumed.accessKeyId}</AccessKeyId><SecretAccessKey>${assumed.secretAccessKey}</SecretAccessKey><SessionToken>${assumed.sessionToken}</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></${action}Result></${action}Response>`;

const metadata = (name: string, branch = 'main'): Readonly<Record<string, unknown>> => ({
  accountId: '111122223333',
  repositoryName: name,
  repositoryId: `id-${name}`,
  cloneUrlHttp: `https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/${name}`,
  cloneUrlSsh: `ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/${name}`,
  ...(branch === '' ? {} : { defaultBranch: branch }),
});

/** Whether a request was signed with these credentials for this service. */
function isSigned(asked: Asked, by: AwsCredentials, service: string): boolean {
  const header = (name: string): string => String(asked.headers[name] ?? '');
  const names = (/SignedHeaders=([^,]*)/.exec(header('authorization'))?.[1] ?? '').split(';');
  const given = names.filter((name) => !['host', 'x-amz-date', 'x-amz-security-token'].includes(name));
  const headers = Object.fromEntries(given.map((name) => [name, header(name)]));
  const url = `http://${header('host')}${asked.url.pathname}`;
  const signed = signAwsRequest({ method: asked.method, url, headers, body: asked.body }, by, {
    region: 'eu-west-1',
    service,
    nowMs,
  });
  return signed['authorization'] === header('authorization');
}

/** What the account holds. */
function answer(asked: Asked, by: AwsCredentials): Answered {
  const target = String(asked.headers['x-amz-target'] ?? '');
  if (target === '') {
    const query = new URLSearchParams(asked.body);
    const action = query.get('Action') ?? '';
    const trusted =
      action === 'AssumeRoleWithWebIdentity'
        ? query.get('WebIdentityToken') === 'web-token'
        : isSigned(asked, own, 'sts');
    if (!trusted)
      return { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' };
    return { headers: { 'content-type': 'text/xml' }, body: credentialsXml(action) };
  }
  const service = target.startsWith('CodeCommit') ? 'codecommit' : 'tagging';
  if (!isSigned(asked, by, service)) {
    return { status: 400, body: { __type: 'UnrecognizedClientException', message: 'The security token is invalid.' } };
  }
  const input = JSON.parse(asked.body) as Readonly<Record<string, string>>;
  const name = input['repositoryName'] ?? '';
  switch (target.split('.')[1] ?? '') {
    case 'ListRepositories':
      return input['nextToken'] === 'two'
        ? { body: { repositories: [{ repositoryName: 'empty', repositoryId: 'e' }] } }
        : { body: { repositories: [{ repositoryName: 'web' }, { repositoryName: 'api' }], nextToken: 'two' } };
    case 'GetResources':
      return {
        body: {
          PaginationToken: '',
          ResourceTagMappingList: [{ ResourceARN: 'arn:aws:codecommit:eu-west-1:111122223333:api', Tags: [] }],
        },
      };
    case 'GetRepository':
      return { body: { repositoryMetadata: metadata(name, name === 'empty' ? '' : 'main') } };
    case 'ListBranches':
      return input['nextToken'] === undefined
        ? { body: { branches: ['main'], nextToken: 'more' } }
        : { body: { branches: ['next'] } };
    case 'GetFolder':
      if (input['folderPath'] === '/charts')
        return {
          body: { subFolders: [{ relativePath: 'web' }], files: [{ relativePath: 'README.md' }], subModules: [] },
        };
      if (input['folderPath'] === '/broken')
        return { status: 500, body: { __type: 'InternalFailure', message: 'try again' } };
      return { status: 400, body: { __type: 'com.amazonaws.codecommit#FolderDoesNotExistException', message: 'no' } };
    default:
      return { status: 400, body: { __type: 'UnknownOperationException' } };
  }
}

const keyVariables = { AWS_ACCESS_KEY_ID: own.accessKeyId, AWS_SECRET_ACCESS_KEY: own.secretAccessKey };

async function withAccount<T>(
  fields: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
  work: (provider: ReturnType<typeof createForgeProvider>, asked: readonly Asked[]) => Promise<T>,
): Promise<T> {
  const by = environment['AWS_ACCESS_KEY_ID'] !== undefined && fields['role'] === undefined ? own : assumed;
  await using forge = await startTestForge((asked) => answer(asked, by));
  await using access = new ForgeAccess({ now: () => nowMs });
  const all = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: forge.url, ...environment };
  return await work(createForgeProvider('awsCodeCommit', { fields, auth: {}, access, environment: all }), forge.asked);
}

test('every repository of an account, page by page; those with nothing in them are left out', async () => {
  const found = await withAccount({}, keyVariables, (provider) => provider.repositories('https'));
  assert.deepEqual(found, [
    {
      organization: '111122223333',
      repository: 'web',
      url: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web',
      branch: 'main',
      sha: '',
      labels: [],
      id: 'id-web',
    },
    { ...found[0], repository: 'api', url: found[0]?.url.replace('/web', '/api'), id: 'id-api' },
  ]);
});

test('repositories by their tags, one filter for each key', async () => {
  const tagFilters = [{ key: 'team', value: 'a' }, { key: 'team', value: 'b' }, { key: 'live' }];
  await withAccount({ tagFilters }, keyVariables, async (provider, asked) => {
    assert.deepEqual(
      (await provider.repositories('')).map(({ repository, url }) => [repository, url]),
      [['api', 'ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/api']],
    );
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
      ResourceTypeFilters: ['codecommit:repository'],
      TagFilters: [{ Key: 'team', Values: ['a', 'b'] }, { Key: 'live' }],
    });
  });
});

test('the default branch, or all of them', async () => {
  for (const [allBranches, wanted] of [
    [false, ['main']],
    [true, ['main', 'next']],
  ] as const) {
    const branches = await withAccount({ allBranches }, keyVariables, async (provider) => {
      const [first] = await provider.repositories('');
      return first ? provider.branches(first) : [];
    });
    assert.deepEqual(
      branches.map(({ branch }) => branch),
      wanted,
    );
  }
});

test('paths, by the folder they stand in', async () => {
  await withAccount({}, keyVariables, async (provider) => {
    const [first] = await provider.repositories('');
    assert.ok(first);
    const has = (path: string): Promise<boolean> => provider.hasPath(first, path);
    const found = await Promise.all(
      ['/', 'charts/web', 'charts/README.md', '/charts/web/', 'charts/no', 'no/x'].map(has),
    );
    assert.deepEqual(found, [true, true, true, true, false, false]);
    await assert.rejects(has('broken/x'), { name: 'ForgeError', code: 'refused' });
  });
});

test('clone URLs by protocol', async () => {
  const urls = (protocol: string): Promise<readonly string[]> =>
    withAccount({}, keyVariables, async (provider) => (await provider.repositories(protocol)).map(({ url }) => url));
  assert.match((await urls('ssh'))[0] ?? '', /^ssh:/);
  assert.match((await urls('https-fips'))[0] ?? '', /^https:\/\/git-codecommit-fips\.eu-west-1/);
  await assert.rejects(urls('carrier-pigeon'), { message: 'unknown clone protocol for codecommit carrier-pigeon' });
});

test('a role is assumed; a service account and a pod are taken for who they are', async () => {
  const list = async (
    fields: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string>>,
  ): Promise<number> => withAccount(fields, environment, async (provider) => (await provider.repositories('')).length);
  const role = 'arn:aws:iam::444455556666:role/reader';
  assert.equal(await list({ role }, keyVariables), 2);
  assert.equal(await list({}, { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile }), 2);
  await using pod = await startTestForge(({ headers }) =>
    headers['authorization'] === 'web-token'
      ? {
          body: {
            AccessKeyId: assumed.accessKeyId,
            SecretAccessKey: assumed.secretAccessKey,
            Token: assumed.sessionToken,
          },
        }
      : undefined,
  );
  const variables = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${pod.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
  };
  assert.equal(await list({}, variables), 2);
});

test('what fails says why, without a secret', async () => {
  const fails = (environment: Readonly<Record<string, string>>): Promise<unknown> =>
    withAccount({}, environment, (provider) => provider.repositories(''));
  await assert.rejects(fails({}), { code: 'denied', message: /^this process has no AWS credentials/ });
  await assert.rejects(fails({ ...keyVariables, AWS_REGION: '' }), { message: /no AWS region is named/ });
  await assert.rejects(fails({ ...keyVariables, AWS_SECRET_ACCESS_KEY: 'wr0ng' }), ({ message, type }: never) => {
    assert.match(message, /400 The security token is invalid/);
    assert.equal(type, 'UnrecognizedClientException');
    assert.ok(!String(message).includes('wr0ng'));
    return true;
  });
  await assert.rejects(fails({ AWS_ROLE_ARN: 'arn', AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere' }), /cannot be read/);
});
