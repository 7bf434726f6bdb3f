// Credentials as Argo CD keeps them, in the whole system: Applications wait for them, go on by themselves when they are
// there, and are asked about nothing when others change.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGit, startGitHost } from '@evenkeel/git';
import { createAuthority, opensslIsMissing } from '@evenkeel/oci/testing';
import type { Json, KubeObject } from '@evenkeel/resource';
import { startWorld } from '../src/world.ts';
import { configMapYaml } from './manifests.ts';
import { commandLine } from './story.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-credentials-'));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
const skip = opensslIsMissing();

/** Git over HTTPS, for one user, and what was asked: "info/refs", "git-upload-pack". */
async function startForge(): Promise<{
  readonly url: string;
  readonly ca: string;
  readonly asked: string[];
  password: string;
}> {
  const authority = stack.use(createAuthority());
  const git = createGit({ directory: join(directory, 'git') });
  const forge = { url: '', ca: authority.ca, asked: [] as string[], password: 'right' };
  const host = stack.use(
    await startGitHost(git, {
      stateDirectory: join(directory, 'state'),
      repositories: [{ name: 'team/apps' }, { name: 'team/other' }],
      authenticate: ({ user, password }) => user === 'bot' && password === forge.password,
    }),
  );
  const server: Server = createServer(authority.issue(['127.0.0.1']), (request, response) => {
    if (request.headers.authorization !== undefined)
      forge.asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    host.handle(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  forge.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return forge;
}

async function push(
  forge: { readonly url: string },
  repository: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const work = join(directory, `work-${repository.replace('/', '-')}`);
  const run = async (...args: readonly string[]): Promise<void> => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: directory, GIT_SSL_NO_VERIFY: 'true' };
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    await promisify(execFile)('git', [...who, ...args], { cwd: work, env });
  };
  mkdirSync(work, { recursive: true });
  await run('init', '--quiet', '--initial-branch', 'main');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  await run('add', '--all');
  await run('commit', '--quiet', '--message', 'change');
  await run('push', '--quiet', `${forge.url.replace('//', '//bot:right@')}/${repository}.git`, 'main');
}

const forge = await startForge();
const names = Array.from({ length: 12 }, (_, index) => `app-${index}`);
await push(forge, 'team/apps', Object.fromEntries(names.map((name) => [`${name}/config.yaml`, configMapYaml(name)])));
const world = stack.use(
  await startWorld({
    port: 0,
    clusterPort: false,
    stateDirectory: join(directory, 'world'),
    environment: { PATH: process.env['PATH'] ?? '' },
  }),
);
const { client } = world;

async function apply(object: Readonly<Record<string, unknown>>): Promise<void> {
  const [group, version] = String(object['apiVersion']).includes('/')
    ? String(object['apiVersion']).split('/')
    : ['', 'v1'];
  const type = await client.discovery.resolve({
    group: group ?? '',
    version: version ?? '',
    kind: String(object['kind']),
  });
  assert.ok(type);
  await client.apply(type, object as unknown as KubeObject, { fieldManager: 'test', force: true });
}

function secret(name: string, kind: string, data: Readonly<Record<string, string>>): Promise<void> {
  const labels = { 'argocd.argoproj.io/secret-type': kind };
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels }, data: encoded });
}

function configMap(name: string, data: Readonly<Record<string, string>>): Promise<void> {
  return apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'argocd' }, data });
}

/** "Synced", or what keeps it from being that. */
function standing(name: string): string {
  const status = world.argo.application('argocd', name)?.status as
    | { readonly sync?: { readonly status?: string }; readonly conditions?: readonly { readonly message: string }[] }
    | undefined;
  const problem = status?.conditions?.map(({ message }) => message).join('\n') ?? '';
  return problem === '' ? (status?.sync?.status ?? 'unseen') : problem;
}

async function untilAll(pattern: RegExp, of: readonly string[] = names): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!of.every((name) => pattern.test(standing(name)))) {
    assert.ok(Date.now() < deadline, `not ${String(pattern)}: ${of.map(standing).join('\n')}`);
    await sleep(25);
  }
}

function application(name: string, repository: string): Promise<void> {
  return apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: `${forge.url}/${repository}.git`, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: {} } as Json,
    },
  });
}

const gitUrl = `${forge.url}/team/apps.git`;

test('Applications say what is missing, and go on by themselves as it is added', { skip }, async () => {
  for (const name of names) await application(name, 'team/apps');
  await untilAll(/could not be trusted: .*certificate.*; add the authority that signed its certificate/);
  await configMap('argocd-tls-certs-cm', { '127.0.0.1': forge.ca });
  await untilAll(/asks for credentials, and none are known for it/);
  await secret('creds-team', 'repo-creds', { url: `${forge.url}/team`, username: 'bot', password: 'right' });
  await untilAll(/^Synced$/);
  const listed = forge.asked.filter((line) => line === 'GET /team/apps.git/info/refs').length;
  assert.ok(listed <= 6, `${names.length} Applications cost ${listed} questions for references`);
});

/** A plugin that tells how many references it can list, and which variables say how. */
function pluginYaml(name: string, generate: string, more = ''): string {
  return `kind: ConfigManagementPlugin\nmetadata: {name: ${name}}\nspec:\n${more}  generate: {command: [sh, -c, ${JSON.stringify(generate)}]}\n`;
}

function pluginApplication(name: string): Promise<void> {
  return apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: gitUrl, targetRevision: 'main', path: 'app-0', plugin: { name } },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: {} } as Json,
    },
  });
}

test(
  'provideGitCreds: one plugin may reach its own repository, others may not, and nobody tells the password',
  { skip },
  async () => {
    const list =
      'printf "apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: %s}\\ndata: {refs: \'%s\', secrets: \'%s\'}\\n" "$ARGOCD_APP_NAME" "$(git ls-remote "$ARGOCD_APP_SOURCE_REPO_URL" main | wc -l | tr -d " ")" "$(env | grep -c right)"';
    const labels = { 'evenkeel.dev/config-management-plugin': 'true' };
    const data = {
      'lent.yaml': pluginYaml('lent', list, '  provideGitCreds: true\n'),
      'alone.yaml': pluginYaml('alone', list),
      'telltale.yaml': pluginYaml(
        'telltale',
        'cat "$(dirname "$GIT_ASKPASS")"/password >&2; exit 3',
        '  provideGitCreds: true\n',
      ),
    };
    await apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'plugins', namespace: 'argocd', labels },
      data,
    });
    for (const name of ['lent', 'alone', 'telltale']) await pluginApplication(name);
    await untilAll(/^Synced$/, ['lent', 'alone']);
    await untilAll(/plugin "telltale": `sh` failed \(3\): \*\*\*/, ['telltale']);
    assert.ok(!standing('telltale').includes('right'));
    const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
    assert.ok(type);
    const told = async (name: string): Promise<unknown> =>
      (await client.get(type, { namespace: 'default', name }))?.['data'];
    assert.deepEqual(await told('lent'), { refs: '1', secrets: '0' });
    assert.deepEqual(await told('alone'), { refs: '0', secrets: '0' });
  },
);

test('a change elsewhere costs no question', { skip }, async () => {
  const before = forge.asked.length;
  await secret('repo-other', 'repository', { url: 'https://elsewhere.example.com/x', username: 'me', password: 'p' });
  await configMap('argocd-ssh-known-hosts-cm', { ssh_known_hosts: 'host ssh-ed25519 AAAA' });
  await sleep(500);
  assert.equal(forge.asked.length, before);
});

test('a wrong password is said at once, without it; the right one works at once', { skip }, async () => {
  await secret('repo-apps', 'repository', { url: gitUrl, username: 'bot', password: 'wr0ng' });
  await untilAll(/authentication to .* failed; the password, token or key is wrong/);
  for (const name of names) assert.ok(!standing(name).includes('wr0ng'));
  await secret('repo-apps', 'repository', { url: gitUrl, username: 'bot', password: 'right' });
  await untilAll(/^Synced$/);
  assert.ok(world.credentials.entries().some(({ secret: { name } }) => name === 'repo-apps'));
});

test('a repository of another project is not ours to use; an entry that cannot be read says so', { skip }, async () => {
  await push(forge, 'team/other', { 'other/config.yaml': configMapYaml('other') });
  await secret('creds-team', 'repo-creds', { url: `${forge.url}/nobody`, username: 'bot', password: 'right' });
  await secret('repo-team', 'repository', {
    url: `${forge.url}/team/other.git`,
    username: 'bot',
    password: 'right',
    project: 'team',
  });
  await application('other', 'team/other');
  await untilAll(/none are known for it/, ['other']);
  await secret('repo-mine', 'repository', {
    url: `${forge.url}/team/other.git`,
    username: 'bot',
    password: 'right',
    insecure: 'maybe',
  });
  await untilAll(/Secret argocd\/repo-mine cannot be used: insecure must be "true" or "false"/, ['other']);
  await secret('repo-mine', 'repository', { url: `${forge.url}/team/other.git`, username: 'bot', password: 'right' });
  await untilAll(/^Synced$/, ['other']);
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types a verb, with text on standard input. */
function evenkeel(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const all = [...commandLine, ...args, '--server', world.server?.url ?? ''];
    const child = execFile(process.execPath, all, { env: { ...process.env, HOME: directory } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end(input);
  });
}

test('credentials for writing are kept apart from those for reading', { skip }, async () => {
  await secret('write-team', 'repo-write-creds', { url: `${forge.url}/team`, username: 'writer', password: 'w' });
  const url = `${forge.url}/team/apps.git`;
  const user = (purpose: 'read' | 'write'): string | undefined =>
    world.credentials.access('default', purpose).git(url).auth?.basic?.username;
  const deadline = Date.now() + 10_000;
  while (user('write') !== 'writer' && Date.now() < deadline) await sleep(10);
  assert.deepEqual([user('read'), user('write')], ['bot', 'writer']);
});

test(
  'the verbs of argocd: a repository is tried out, written as Argo CD writes it, listed without its secrets',
  { skip },
  async () => {
    const url = `${forge.url}/team/other.git`;
    const refused = await evenkeel([
      'repo',
      'add',
      url,
      '--username',
      'bot',
      '--password',
      'wr0ng',
      '--project',
      'team',
      '--upsert',
    ]);
    assert.equal(refused.code, 20);
    assert.match(refused.err, /authentication to .* failed; the password, token or key is wrong/);
    assert.ok(!`${refused.out}${refused.err}`.includes('wr0ng'));
    const fresh = `${forge.url}/team/apps`;
    await evenkeel(['repo', 'rm', gitUrl]);
    const added = await evenkeel(['repo', 'add', fresh, '--username', 'bot', '--no-proxy', 'example.org'], 'right\n');
    assert.deepEqual([added.code, added.out], [0, `Repository '${fresh}' added\n`], added.err);
    const again = await evenkeel(['repo', 'add', fresh, '--username', 'bot', '--password', 'right']);
    assert.equal(again.code, 20);
    assert.match(
      again.err,
      /existing repository spec is different; use upsert flag to force update; difference in keys "noProxy"/,
    );
    const listed = await evenkeel(['repo', 'list']);
    assert.match(listed.out, /^TYPE +NAME +REPO +INSECURE +OCI +LFS +CREDS +STATUS +MESSAGE +PROJECT/);
    assert.match(listed.out, new RegExp(`^git +${fresh} +false +false +false +true +Successful`, 'm'));
    assert.match(listed.out, /elsewhere\.example\.com\/x .* Failed .*elsewhere\.example\.com/);
    const shown = await evenkeel(['repo', 'get', fresh, '-o', 'json']);
    assert.equal((JSON.parse(shown.out) as { readonly credentials: string }).credentials, 'own');
    assert.ok(!shown.out.includes('right'));
    assert.deepEqual((await evenkeel(['repo', 'rm', fresh])).out, `Repository '${fresh}' removed\n`);
    assert.match((await evenkeel(['repo', 'get', fresh])).err, /repo '.*' not found/);
  },
);

test('templates and certificates by the verbs of argocd', { skip }, async () => {
  const url = `${forge.url}/team`;
  await evenkeel(['repocreds', 'rm', url]);
  assert.equal(
    (await evenkeel(['repocreds', 'add', url, '--username', 'bot', '--password', 'right', '--upsert'])).code,
    0,
  );
  assert.match((await evenkeel(['repocreds', 'list'])).out, new RegExp(`^${url} +bot +false +false$`, 'm'));
  await untilAll(/^Synced$/);
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  const lines = `git.example.com ssh-ed25519 ${key}\n`;
  const ssh = await evenkeel(['cert', 'add-ssh', '--batch'], lines);
  assert.equal(ssh.out, 'Successfully created 1 SSH known host entries\n', ssh.err);
  const listed = await evenkeel(['cert', 'list', '--cert-type', 'ssh']);
  assert.match(
    listed.out,
    /^git\.example\.com +ssh +ssh-ed25519 +SHA256:\+DiY3wvvV6TuJJhbpZisF\/zLDA0zPMSvHdkr4UvCOqU$/m,
  );
  writeFileSync(join(directory, 'ca.pem'), forge.ca);
  const tls = await evenkeel(['cert', 'add-tls', 'git.example.com', '--from', join(directory, 'ca.pem')]);
  assert.match(
    tls.out,
    /Created\/updated TLS certificate entry for repository server git\.example\.com with 1 unique PEM/,
  );
  assert.match((await evenkeel(['cert', 'list'])).out, /^git\.example\.com +https +ecdsa +CN=Test Authority$/m);
  const removed = await evenkeel(['cert', 'rm', 'git.example.com']);
  assert.equal(removed.out.split('\n').length, 3, removed.out);
});
