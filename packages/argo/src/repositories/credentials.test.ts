// From Secrets to what git, chart repositories and registries are told; tokens against a server of GitHub's shape.

import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { ForgeAccess, type GitLogin } from '@evenkeel/git';
import type { KubeObject } from '@evenkeel/resource';
import type { GitAccess } from '@evenkeel/source';
import { type CredentialWorld, chartAccess, gitAccess } from './credentials.ts';
import { readEntry } from './entry.ts';
import { type MatchedEntry, matchEntry } from './match.ts';
import { readTrust } from './trust.ts';

function matched(url: string, data: Readonly<Record<string, string>>): MatchedEntry {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'argocd', name: 'repo-1', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    stringData: { url, ...data },
  };
  const entry = readEntry(secret as unknown as KubeObject);
  return matchEntry(url, 'default', { repositories: entry ? [entry] : [], templates: [] });
}

const pem = (what: string): string => `-----BEGIN CERTIFICATE-----\n${what}\n-----END CERTIFICATE-----\n`;

function worldOf(context: TestContext, more: Partial<CredentialWorld> = {}): CredentialWorld {
  const access = new ForgeAccess({ now: () => Date.UTC(2026, 0, 1) });
  context.after(() => access[Symbol.asyncDispose]());
  return {
    access,
    submodules: true,
    trust: readTrust({ knownHosts: { ssh_known_hosts: 'known' }, tls: { 'git.example.com': pem('ca') } }),
    keepLogin: (login) => login,
    ...more,
  };
}

const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nMA==\n-----END OPENSSH PRIVATE KEY-----\n';
const certificate = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const https = 'https://git.example.com:8443/org/repo.git';
const ssh = 'git@git.example.com:org/repo.git';

test('what git is told', (context) => {
  const world = worldOf(context);
  const auth = (url: string, data: Readonly<Record<string, string>>): GitAccess['auth'] =>
    gitAccess(matched(url, data), world).auth;
  const tls = { ca: pem('ca') };
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, GitAccess['auth']])[] = [
    [https, { username: 'me', password: 'secret' }, { basic: { username: 'me', password: 'secret' }, tls }],
    [https, { bearerToken: 'token' }, { bearer: 'token', tls }],
    [https, { username: 'me', password: 'p', bearerToken: 't' }, { basic: { username: 'me', password: 'p' }, tls }],
    [
      https,
      { password: 'p', insecure: 'true' },
      { basic: { username: '', password: 'p' }, tls: { ...tls, insecureSkipVerify: true } },
    ],
    [
      https,
      { tlsClientCertData: certificate, tlsClientCertKey: privateKey },
      { tls: { ...tls, clientCertificate: certificate, clientKey: privateKey } },
    ],
    [https, { proxy: 'http://proxy:3128', noProxy: 'a,b' }, { tls, proxy: 'http://proxy:3128', noProxy: 'a,b' }],
    ['https://other.example.com/a', { password: 'p' }, { basic: { username: '', password: 'p' } }],
    ['https://other.example.com/a', {}, undefined],
    [ssh, { sshPrivateKey: privateKey }, { ssh: { knownHosts: 'known', privateKey } }],
    [ssh, {}, { ssh: { knownHosts: 'known' } }],
    [
      ssh,
      { sshPrivateKey: privateKey, insecureIgnoreHostKey: 'true' },
      { ssh: { knownHosts: 'known', privateKey, insecureIgnoreHostKey: true } },
    ],
  ];
  for (const [url, data, expected] of cases) assert.deepEqual(auth(url, data), expected, JSON.stringify([url, data]));
  const settings = gitAccess(matched(https, { enableLfs: 'true', depth: '1' }), world);
  assert.deepEqual([settings.lfs, settings.depth, settings.submodules], [true, 1, true]);
  assert.equal(gitAccess(matched(https, {}), { ...world, submodules: false }).submodules, undefined);
});

test('what charts and registries are told', (context) => {
  const world = worldOf(context);
  const oci = 'git.example.com/charts';
  const given = chartAccess(matched(oci, { type: 'helm', enableOCI: 'true', username: 'me', password: 'p' }), world);
  assert.deepEqual(given, { access: { credentials: { username: 'me', password: 'p' }, tls: { ca: pem('ca') } } });
  const plain = chartAccess(matched('oci://x/y', { insecureOCIForceHttp: 'true', proxy: 'http://p:1' }), world);
  assert.deepEqual(plain, {
    access: { proxy: { http: 'http://p:1', https: 'http://p:1', none: '' } },
    plainHttp: true,
  });
  assert.deepEqual(chartAccess(matched('https://charts.example.org', {}), world), {});
});

test('what cannot be used is refused by name, and no secret is in the sentence', (context) => {
  const world = worldOf(context);
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    [
      https,
      { insecure: 'yes', password: 's3cret' },
      /Secret argocd\/repo-1 cannot be used: insecure must be "true" or "false"$/,
    ],
    [https, { tlsClientCertData: 's3cret' }, /tlsClientCertData and tlsClientCertKey belong together/],
    [
      https,
      { tlsClientCertData: 's3cret', tlsClientCertKey: privateKey },
      /tlsClientCertData is no certificate in PEM/,
    ],
    [
      https,
      { tlsClientCertData: certificate, tlsClientCertKey: 's3cret' },
      /tlsClientCertKey is no private key in PEM/,
    ],
    [ssh, { sshPrivateKey: 's3cret' }, /sshPrivateKey is no private key; store the whole of it/],
    [https, { githubAppPrivateKey: 's3cret' }, /githubAppPrivateKey needs githubAppID/],
    [https, { githubAppID: '7' }, /githubAppID needs githubAppPrivateKey/],
    [https, { gcpServiceAccountKey: 's3cret' }, /gcpServiceAccountKey is no JSON/],
    [https, { gcpServiceAccountKey: '{"type":"authorized_user","x":"s3cret"}' }, /no key of a service account/],
    [https, { useAzureWorkloadIdentity: 'true' }, /no workload identity \(AZURE_TENANT_ID/],
    [
      https,
      { azureServicePrincipalClientSecret: 's3cret' },
      /needs azureServicePrincipalClientId and azureServicePrincipalTenantId/,
    ],
    [https, { proxy: 'file:///s3cret' }, /proxy must be an http, https or socks5 URL/],
    [ssh, { password: 's3cret' }, /has no sshPrivateKey, and an SSH URL cannot use anything else/],
  ];
  for (const [url, data, sentence] of cases) {
    assert.throws(
      () => gitAccess(matched(url, data), world),
      (error: Error & { readonly code?: string }) => {
        assert.match(error.message, sentence);
        assert.equal(error.code, 'access');
        assert.ok(!error.message.includes('s3cret'));
        return true;
      },
    );
  }
});

interface Api {
  readonly url: string;
  readonly requests: string[];
}

/** GitHub's shape: an App proves itself by RS256, looks its installation up, and gets tokens that end. */
async function startGithub(context: TestContext, publicKey: string, now: () => number): Promise<Api> {
  const requests: string[] = [];
  let issued = 0;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const [head = '', body = '', signature = ''] = (request.headers.authorization ?? '')
      .replace('Bearer ', '')
      .split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8') || '{}') as {
      readonly iss?: string;
      readonly exp?: number;
    };
    const valid = createVerify('RSA-SHA256').update(`${head}.${body}`).verify(publicKey, signature, 'base64url');
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (!valid || claims.iss !== '7' || (claims.exp ?? 0) * 1000 < now())
      return json(401, { message: 'A JSON web token could not be decoded' });
    if (request.url === '/api/v3/orgs/org/installation') return json(200, { id: 99 });
    if (request.url === '/api/v3/users/person/installation') return json(200, { id: 99 });
    if (request.url !== '/api/v3/app/installations/99/access_tokens') return json(404, { message: 'Not Found' });
    issued += 1;
    return json(201, { token: `ghs_${issued}`, expires_at: new Date(now() + 3_600_000).toISOString() });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`, requests };
}

test('a GitHub App: its installation is found, its token kept until shortly before its end', async (context) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  let now = Date.UTC(2026, 0, 1);
  const github = await startGithub(context, publicKey, () => now);
  const access = new ForgeAccess({ now: () => now });
  context.after(() => access[Symbol.asyncDispose]());
  const kept = new Map<string, GitLogin>();
  const keepLogin = (login: GitLogin): GitLogin => {
    const known = kept.get(login.identity) ?? login;
    kept.set(login.identity, known);
    return known;
  };
  const world = worldOf(context, { access, keepLogin });
  const app = { githubAppID: '7', githubAppPrivateKey: privateKey, githubAppEnterpriseBaseUrl: `${github.url}/api/v3` };
  const loginOf = (more: Readonly<Record<string, string>> = {}, path = 'org/repo.git'): GitLogin => {
    const found = gitAccess(matched(`https://github.example.com/${path}`, { ...app, ...more }), world).auth?.login;
    assert.ok(found);
    return found;
  };
  const login = loginOf();
  assert.equal(loginOf(), login, 'equal credentials share a token');
  assert.equal(loginOf({}, 'Org/other'), login, 'so do repositories of one owner');
  const [first, second] = await Promise.all([login.current(), login.current()]);
  assert.deepEqual(first, { username: 'x-access-token', password: 'ghs_1' });
  assert.equal(second, first);
  assert.deepEqual(github.requests, [
    'GET /api/v3/orgs/org/installation',
    'POST /api/v3/app/installations/99/access_tokens',
  ]);
  now += 54 * 60_000;
  assert.equal(await login.current(), first);
  now += 2 * 60_000;
  assert.deepEqual(await login.current(), { username: 'x-access-token', password: 'ghs_2' });
  const person = loginOf({}, 'person/repo');
  assert.notEqual(person, login);
  assert.deepEqual(await person.current(), { username: 'x-access-token', password: 'ghs_3' });
  const lookedUp = github.requests.length;
  const named = loginOf({ githubAppInstallationID: '99' });
  assert.notEqual(named, login);
  await named.current();
  assert.ok(
    github.requests.slice(lookedUp).every((line) => line.startsWith('POST')),
    'a named installation is not looked up',
  );
  const foreign = loginOf({ githubAppInstallationID: '5' });
  await assert.rejects(foreign.current(), (error: Error & { readonly code?: string }) => {
    assert.match(error.message, /^the GitHub App 7 got no token: .*404 Not Found; check githubAppID/);
    assert.equal(error.code, 'authentication');
    return true;
  });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  await assert.rejects(loginOf({ githubAppPrivateKey: other }).current(), /401 A JSON web token could not be decoded/);
  await assert.rejects(
    loginOf({ githubAppPrivateKey: 'no key' }).current(),
    /the private key of the GitHub App cannot be used/,
  );
});

test('a Google service account and an application of Microsoft Entra get tokens', async (context) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const form = new URLSearchParams(body);
      asked.push(form);
      const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
      const trusted =
        form.get('client_secret') === 'right' ||
        form.get('client_assertion') === 'platform' ||
        createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url');
      const answer = trusted
        ? { access_token: 'token', expires_in: 3599 }
        : { error: 'invalid_client', error_description: 'AADSTS7000222: The provided client secret keys are expired.' };
      response.writeHead(trusted ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => server.close());
  const address = server.address();
  const base = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  const identity = { tenantId: 't', clientId: 'c', authority: base, assertion: () => Promise.resolve('platform') };
  const world = worldOf(context, { workloadIdentity: identity });
  const current = async (data: Readonly<Record<string, string>>): Promise<unknown> =>
    gitAccess(matched('https://source.example.com/p/r', data), world).auth?.login?.current();
  const key = {
    type: 'service_account',
    client_email: 'me@x',
    private_key: privateKey,
    private_key_id: 'k',
    token_uri: base,
  };
  assert.deepEqual(await current({ gcpServiceAccountKey: JSON.stringify(key) }), {
    username: 'me@x',
    password: 'token',
  });
  assert.equal(asked[0]?.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  const principal = {
    azureServicePrincipalTenantId: 't',
    azureServicePrincipalClientId: 'c',
    azureActiveDirectoryEndpoint: base,
  };
  assert.deepEqual(await current({ ...principal, azureServicePrincipalClientSecret: 'right' }), { bearer: 'token' });
  assert.equal(asked[1]?.get('scope'), '499b84ac-1321-427f-aa17-267ca6975798/.default');
  assert.deepEqual(await current({ useAzureWorkloadIdentity: 'true' }), { bearer: 'token' });
  await assert.rejects(
    current({ ...principal, azureServicePrincipalClientSecret: 'wr0ng' }),
    /the application c of Microsoft Entra got no token: .*client secret keys are expired.*; check tenant, client and secret/,
  );
});
