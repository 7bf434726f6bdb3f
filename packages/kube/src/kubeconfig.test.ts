import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KubeconfigError, listContexts, loadClusterConfig, loadInClusterConfig, loadKubeconfig } from './index.ts';

const base = `
apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: one
  cluster:
    server: https://one.example.test
    certificate-authority-data: Q0E=
- name: two
  cluster:
    server: https://two.example.test
    insecure-skip-tls-verify: true
    proxy-url: http://proxy.example.test:3128
    tls-server-name: kubernetes
contexts:
- name: prod
  context: { cluster: one, user: admin, namespace: web }
- name: test
  context: { cluster: two, user: tester }
- name: anonymous
  context: { cluster: two }
users:
- name: admin
  user: { token: secret, as: jane, as-groups: [builders] }
- name: tester
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: aws
      args: [eks, get-token]
      env: [{ name: AWS_PROFILE, value: dev }]
`;

test('the current context, and another by name', async () => {
  assert.deepEqual(await loadKubeconfig({ text: base }), {
    server: 'https://one.example.test',
    certificateAuthority: 'CA',
    user: { token: 'secret', impersonate: { user: 'jane', groups: ['builders'] } },
    namespace: 'web',
    context: 'prod',
  });
  assert.deepEqual(await loadKubeconfig({ text: base, context: 'test' }), {
    server: 'https://two.example.test',
    insecureSkipTlsVerify: true,
    tlsServerName: 'kubernetes',
    proxyUrl: 'http://proxy.example.test:3128',
    user: {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1beta1',
        command: 'aws',
        args: ['eks', 'get-token'],
        env: { AWS_PROFILE: 'dev' },
        provideClusterInfo: false,
        interactiveMode: 'IfAvailable',
      },
    },
    namespace: 'default',
    context: 'test',
  });
  assert.deepEqual((await loadKubeconfig({ text: base, context: 'anonymous' })).user, {});
  assert.deepEqual(await listContexts({ text: base }), { contexts: ['anonymous', 'prod', 'test'], current: 'prod' });
});

const refused: readonly (readonly [string, string, string])[] = [
  ['NO_CONTEXT', 'current-context is not set', 'apiVersion: v1\n'],
  ['NO_CONTEXT', 'context "x" does not exist', 'current-context: x\n'],
  ['INVALID', 'cluster "c" does not exist', 'current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\n'],
  [
    'INVALID',
    'auth info "u" does not exist',
    'current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: s}}]\n',
  ],
  ['SYNTAX', 'duplicate name "c" in list of clusters', 'clusters: [{name: c}, {name: c}]\n'],
  ['SYNTAX', 'error loading config file "kubeconfig": ', 'a: b: c\n'],
  [
    'UNSUPPORTED',
    'user "u": auth-provider "oidc" is not supported; use a credential plugin (exec) instead',
    'current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: s}}]\nusers: [{name: u, user: {auth-provider: {name: oidc}}}]\n',
  ],
];

test('what cannot be used is refused by name', async () => {
  for (const [code, message, text] of refused) {
    await assert.rejects(loadKubeconfig({ text }), (error) => {
      assert.ok(error instanceof KubeconfigError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.message.startsWith(message), error.message);
      return true;
    });
  }
});

test('KUBECONFIG lists: the first wins by name, missing files are passed over, paths are relative to their file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kube-config-'));
  await mkdir(join(directory, 'a'));
  await mkdir(join(directory, 'b'));
  await writeFile(
    join(directory, 'a', 'config'),
    `
clusters: [{name: c, cluster: {server: 'https://first.example.test', certificate-authority: ca.pem}}]
`,
  );
  await writeFile(join(directory, 'a', 'ca.pem'), 'first authority');
  await writeFile(
    join(directory, 'b', 'config'),
    `
current-context: x
clusters: [{name: c, cluster: {server: 'https://second.example.test'}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
users: [{name: u, user: {tokenFile: token}}]
`,
  );
  const KUBECONFIG = ['a/config', 'none', 'b/config'].map((name) => join(directory, name)).join(':');
  const config = await loadKubeconfig({ environment: { KUBECONFIG } });
  assert.equal(config.server, 'https://first.example.test');
  assert.equal(config.certificateAuthority, 'first authority');
  assert.deepEqual(config.user, { tokenFile: join(directory, 'b', 'token') });
  await assert.rejects(
    loadKubeconfig({ files: [join(directory, 'none')] }),
    /no kubeconfig found: .*none does not exist/,
  );
  await rm(directory, { recursive: true });
});

test('in a Pod: the service account, where there is no kubeconfig', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kube-pod-'));
  await writeFile(join(directory, 'token'), 'abc\n');
  await writeFile(join(directory, 'ca.crt'), 'authority');
  await writeFile(join(directory, 'namespace'), 'gitops');
  const environment = { HOME: directory, KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  assert.deepEqual(await loadInClusterConfig(environment, directory), {
    server: 'https://[fd00::1]:443',
    certificateAuthority: 'authority',
    user: { tokenFile: join(directory, 'token'), token: 'abc' },
    namespace: 'gitops',
    context: 'in-cluster',
  });
  assert.equal(await loadInClusterConfig({}, directory), undefined);
  await assert.rejects(
    loadClusterConfig({ environment: { HOME: directory } }),
    (error) => error instanceof KubeconfigError && error.code === 'NOT_FOUND',
  );
  await rm(directory, { recursive: true });
});
