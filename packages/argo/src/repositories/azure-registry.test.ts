// Azure Container Registry with a workload identity, against a server of the shapes of Microsoft Entra and of the registry.

import assert from 'node:assert/strict';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ForgeAccess, type GitLogin } from '@evenkeel/git';
import { HttpClient, RegistryClient } from '@evenkeel/oci';
import type { KubeObject } from '@evenkeel/resource';
import { type CredentialWorld, remoteAccess } from './credentials.ts';
import { readEntry } from './entry.ts';
import { type MatchedEntry, matchEntry } from './match.ts';
import { readTrust } from './trust.ts';

const start = Date.UTC(2026, 0, 1);

/** A token that ends in three hours, as the registry's do. */
function refreshToken(number: number, nowMs: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    jti: number,
    aud: 'registry',
    exp: Math.floor(nowMs / 1000) + 3 * 3600,
    grant_type: 'refresh_token',
  };
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

interface Cloud {
  readonly host: string;
  readonly asked: string[];
  nowMs: number;
  assertion: string;
  /** Where the registry says that tokens are given; '' for itself. */
  realm: string;
}

async function startCloud(context: TestContext): Promise<Cloud> {
  const cloud = { host: '', asked: [] as string[], nowMs: start, assertion: 'platform', realm: '' };
  let given = '';
  const answer = (request: IncomingMessage, form: URLSearchParams): [number, object, Record<string, string>?] => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    cloud.asked.push(`${request.method} ${pathname}`);
    const realm = cloud.realm || `http://${cloud.host}/oauth2/token`;
    const challenge = { 'www-authenticate': `Bearer realm="${realm}",service="${cloud.host}"` };
    switch (pathname) {
      case '/tenant/oauth2/v2.0/token':
        if (form.get('client_assertion') !== 'platform')
          return [
            401,
            {
              error: 'invalid_client',
              error_description: 'AADSTS700024: the assertion is not within its valid time range.',
            },
          ];
        assert.equal(form.get('scope'), 'https://management.core.windows.net/.default');
        return [200, { token_type: 'Bearer', expires_in: 3599, access_token: 'arm' }];
      case '/oauth2/exchange':
        if (
          form.get('access_token') !== 'arm' ||
          form.get('service') !== cloud.host ||
          form.get('grant_type') !== 'access_token'
        )
          return [401, { errors: [{ code: 'UNAUTHORIZED', message: 'access denied' }] }];
        given = refreshToken(cloud.asked.length, cloud.nowMs);
        return [200, { refresh_token: given }];
      case '/oauth2/token': {
        const basic = Buffer.from(`00000000-0000-0000-0000-000000000000:${given}`).toString('base64');
        return request.headers.authorization === `Basic ${basic}` ? [200, { access_token: 'pull' }] : [401, {}];
      }
      case '/v2/team/web/tags/list':
        return request.headers.authorization === 'Bearer pull'
          ? [200, { name: 'team/web', tags: ['1.0.0'] }]
          : [401, { errors: [{ code: 'UNAUTHORIZED' }] }, challenge];
      default:
        return [401, { errors: [{ code: 'UNAUTHORIZED' }] }, challenge];
    }
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const [status, json, headers = {}] = answer(request, new URLSearchParams(body));
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => server.close());
  cloud.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return cloud;
}

function matched(url: string): MatchedEntry {
  const labels = { 'argocd.argoproj.io/secret-type': 'repository' };
  const stringData = {
    url,
    type: 'helm',
    enableOCI: 'true',
    useAzureWorkloadIdentity: 'true',
    insecureOCIForceHttp: 'true',
  };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'argocd', name: 'acr', labels },
    stringData,
  };
  const entry = readEntry(secret as unknown as KubeObject);
  return matchEntry(url, 'default', { repositories: entry ? [entry] : [], templates: [] });
}

function worldOf(context: TestContext, cloud: Cloud): CredentialWorld {
  const access = new ForgeAccess({ now: () => cloud.nowMs });
  context.after(() => access[Symbol.asyncDispose]());
  const logins = new Map<string, GitLogin>();
  return {
    access,
    submodules: true,
    trust: readTrust({}),
    workloadIdentity: {
      tenantId: 'tenant',
      clientId: 'client',
      authority: `http://${cloud.host}`,
      assertion: () => Promise.resolve(cloud.assertion),
    },
    keepLogin(login) {
      const known = logins.get(login.identity) ?? login;
      logins.set(login.identity, known);
      return known;
    },
  };
}

test('the identity of the process is a password of the registry, and pulls', async (context) => {
  const cloud = await startCloud(context);
  const world = worldOf(context, cloud);
  for (const url of [`${cloud.host}/team`, `oci://${cloud.host}/team`]) {
    const { access } = await remoteAccess(matched(url), world);
    assert.ok(access?.credentials && 'username' in access.credentials);
    await using http = new HttpClient();
    const client = new RegistryClient({ http, access, plainHttp: true });
    assert.deepEqual(await client.tags({ registry: cloud.host, repository: 'team/web', tag: '', digest: '' }), [
      '1.0.0',
    ]);
  }
  assert.deepEqual(cloud.asked.slice(0, 3), ['GET /v2/', 'POST /tenant/oauth2/v2.0/token', 'POST /oauth2/exchange']);
  assert.equal(
    cloud.asked.filter((line) => line.includes('exchange')).length,
    1,
    'one token serves the whole registry',
  );
  cloud.nowMs += 3 * 3600_000;
  await remoteAccess(matched(`${cloud.host}/team`), world);
  assert.equal(cloud.asked.filter((line) => line.includes('exchange')).length, 2, 'and is made anew when it ends');
});

test('what fails names the Secret and the reason, and never a token', async (context) => {
  const cloud = await startCloud(context);
  const world = worldOf(context, cloud);
  const fails = (more: Partial<CredentialWorld> = {}): Promise<unknown> =>
    remoteAccess(matched(`${cloud.host}/team`), { ...world, keepLogin: (login) => login, ...more });
  await assert.rejects(fails({ workloadIdentity: undefined }), /Secret argocd\/acr .*no workload identity/);
  cloud.assertion = 'hunter';
  await assert.rejects(fails(), ({ message }: Error) => {
    assert.match(message, /Secret argocd\/acr .*AADSTS700024/);
    return !message.includes('hunter');
  });
  cloud.assertion = 'platform';
  cloud.realm = 'https://evil.example.com/oauth2/token';
  await assert.rejects(
    fails(),
    /its tokens are given by https:\/\/evil\.example\.com\/oauth2\/token, which is another host/,
  );
  assert.ok(!cloud.asked.includes('POST /oauth2/exchange'));
});
