// Cluster Secrets: what they say, how such a cluster is reached, which one a destination means, and what is told of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { type ClusterAccess, resolveAccess } from './access.ts';
import { clusterSecret, clusterSecretName } from './cluster-writes.ts';
import { describeCluster } from './describe.ts';
import { fixedClusters, readSecrets } from './directory.ts';
import { type KnownCluster, clusterKey, inCluster, readClusterSecret } from './known-cluster.ts';

function secret(name: string, text: Readonly<Record<string, string>>, labels: Record<string, string> = {}): KubeObject {
  const data = Object.fromEntries(
    Object.entries(text).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const metadata = {
    name,
    namespace: 'argocd',
    labels: { ...labels, 'argocd.argoproj.io/secret-type': 'cluster' },
    annotations: { note: 'x', 'managed-by': 'argocd.argoproj.io' },
  };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data };
}

const production = secret(
  'cluster-production',
  {
    name: 'production',
    server: 'https://production.example.com/',
    config: '{"bearerToken":"s3cret","tlsClientConfig":{"insecure":true}}',
    namespaces: ' a, b ,,',
    clusterResources: 'true',
    project: 'team',
    shard: '2',
  },
  { env: 'prod' },
);

test('a Secret is read as Argo CD reads it', () => {
  const read = readClusterSecret(production);
  assert.deepEqual(read.kind === 'cluster' && read.cluster, {
    server: 'https://production.example.com',
    name: 'production',
    namespaces: ['a', 'b'],
    clusterResources: true,
    access: { bearerToken: 's3cret', tlsClientConfig: { insecure: true } },
    shard: 2,
    project: 'team',
    labels: { env: 'prod' },
    annotations: { note: 'x' },
    refreshRequestedAt: undefined,
    secret: 'cluster-production',
  });
});

test('what is wrong is named without what is secret in it', () => {
  const { clusters, unread } = readSecrets([
    secret('b', { server: 'https://x', config: '{"bearerToken":"s3cret"' }),
    secret('a', { config: '{}' }),
    secret('d', { server: 'https://y' }),
    secret('c', { server: 'https://y/' }),
  ]);
  assert.deepEqual(
    clusters.map(({ secret: name }) => name),
    ['c'],
  );
  const problems = unread.map(({ sentence }) => sentence);
  assert.deepEqual(problems, [
    'cluster Secret "a" has no server',
    'cluster Secret "b": failed to unmarshal cluster config: it is not JSON',
    'cluster Secrets "c" and "d" both name https://y; the first counts',
  ]);
});

test('a config of another shape is no cluster, and whoever goes there is told of the Secret', () => {
  const wrong = (field: string, config: string): string => {
    const read = readClusterSecret(secret('odd', { name: 'odd', server: 'https://odd/', config }));
    assert.ok(read.kind === 'problem', config);
    assert.doesNotMatch(read.sentence, /s3cret/);
    assert.match(read.sentence, new RegExp(`^cluster Secret "odd": failed to unmarshal cluster config: ${field}`));
    return read.sentence;
  };
  wrong('config: ', '"s3cret"');
  wrong('config: ', '["s3cret"]');
  wrong('config\\.tlsClientConfig: ', '{"tlsClientConfig":"s3cret"}');
  wrong('config\\.tlsClientConfig\\.caData: ', '{"tlsClientConfig":{"caData":5}}');
  wrong('config\\.execProviderConfig\\.args: ', '{"execProviderConfig":{"args":"s3cret"}}');
  wrong('config\\.awsAuthConfig: ', '{"awsAuthConfig":"s3cret"}');
  const sentence = wrong('config\\.proxyUrl: ', '{"proxyUrl":5}');
  assert.equal(readClusterSecret(secret('none', { server: 'https://x', config: 'null' })).kind, 'cluster');
  const { clusters, unread } = readSecrets([
    secret('odd', { name: 'odd', server: 'https://odd/', config: '{"proxyUrl":5}' }),
    secret('twin-a', { name: 'a', server: 'https://twin' }),
    secret('twin-b', { name: 'b', server: 'https://twin' }),
  ]);
  const directory = fixedClusters(clusters, { unread });
  const said = (destination: object): string => {
    const resolved = directory.resolve(destination);
    return resolved.kind === 'problem' ? resolved.sentence : '';
  };
  assert.equal(said({ name: 'odd' }), `there are no clusters with this name: odd (${sentence})`);
  assert.ok(said({ server: 'https://odd' }).endsWith(`cluster "https://odd" not found (${sentence})`));
  assert.match(said({ name: 'b' }), /name: b \(cluster Secrets "twin-a" and "twin-b" both name https:\/\/twin/);
});

const server = 'https://x.example.com';
const pem = (text: string): string => Buffer.from(text).toString('base64');
const certificate = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n';

const accesses: readonly {
  readonly says: string;
  readonly access: ClusterAccess;
  readonly user?: object;
  readonly more?: object;
  readonly problem?: RegExp;
}[] = [
  { says: 'nothing', access: {}, user: {} },
  { says: 'a token', access: { bearerToken: 't' }, user: { token: 't' } },
  { says: 'a password', access: { username: 'u', password: 'p' }, user: { username: 'u', password: 'p' } },
  {
    says: 'a client certificate',
    access: {
      tlsClientConfig: { certData: pem(certificate), keyData: pem(key), caData: pem(certificate), serverName: 'k8s' },
    },
    user: { clientCertificate: certificate, clientKey: key },
    more: { certificateAuthority: certificate, tlsServerName: 'k8s' },
  },
  {
    says: 'a command',
    access: {
      execProviderConfig: {
        command: 'gke',
        args: ['token'],
        env: { A: 'b' },
        installHint: 'get it',
        provideClusterInfo: true,
        apiVersion: 'client.authentication.k8s.io/v1',
        config: { name: 'x' },
      },
    },
    user: {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'gke',
        args: ['token'],
        env: { A: 'b' },
        installHint: 'get it',
        provideClusterInfo: true,
        interactiveMode: 'Never',
        clusterExtension: { name: 'x' },
      },
    },
  },
  {
    says: 'a proxy, and no compression',
    access: { proxyUrl: 'socks5://p:1', disableCompression: true, tlsClientConfig: { insecure: true } },
    user: {},
    more: { proxyUrl: 'socks5://p:1', disableCompression: true, insecureSkipTlsVerify: true },
  },
  { says: 'half a certificate', access: { tlsClientConfig: { certData: pem('C') } }, problem: /keyData is missing/ },
  {
    says: 'an authority that is not looked at',
    access: { tlsClientConfig: { insecure: true, caData: pem('CA') } },
    problem: /root certificates file with the insecure flag is not allowed/,
  },
  {
    says: 'PEM that nobody encoded',
    access: { tlsClientConfig: { caData: certificate } },
    problem: /tlsClientConfig\.caData holds no PEM block of a certificate; it has to be the PEM text in base64/,
  },
  {
    says: 'a key that is none',
    access: { tlsClientConfig: { certData: pem(certificate), keyData: pem(certificate) } },
    problem: /tlsClientConfig\.keyData holds no PEM block of a private key/,
  },
  {
    says: 'another proxy',
    access: { proxyUrl: 'ftp://p' },
    problem: /unsupported scheme "ftp", must be http, https, or socks5/,
  },
  {
    says: 'a command of another age',
    access: { execProviderConfig: { command: 'x', apiVersion: 'v1alpha1' } },
    problem: /invalid apiVersion "v1alpha1"/,
  },
];

for (const { says, access, user, more, problem } of accesses) {
  test(`a config that says ${says}`, () => {
    const resolved = resolveAccess({ server, name: 'x', access });
    if (problem) return assert.match(resolved.kind === 'problem' ? resolved.sentence : '', problem);
    assert.deepEqual(resolved, {
      kind: 'config',
      config: { server, ...more, user, namespace: 'default', context: 'x' },
    });
    return undefined;
  });
}

test('AWS is the business of argocd-k8s-auth, as in Argo CD', () => {
  const access = { awsAuthConfig: { clusterName: 'prod', roleARN: 'arn:x', profile: 'ops' } };
  const resolved = resolveAccess({ server, name: 'x', access });
  const { exec } = resolved.kind === 'config' ? resolved.config.user : {};
  assert.equal(exec?.command, 'argocd-k8s-auth');
  assert.deepEqual(exec?.args, ['aws', '--cluster-name', 'prod', '--role-arn', 'arn:x', '--profile', 'ops']);
  assert.match(exec?.installHint ?? '', /execProviderConfig with "aws eks get-token"/);
});

const edge: KnownCluster = { ...inCluster, server: 'https://edge', name: 'edge', secret: 'edge' };

test('a destination means a cluster by server or by name, in upstream’s words where it means none', () => {
  const twins = [
    { ...edge, server: 'https://one', name: 'twin' },
    { ...edge, server: 'https://two', name: 'twin' },
  ];
  const directory = fixedClusters([edge, ...twins]);
  const said = (destination: object): string => {
    const resolved = directory.resolve(destination);
    return resolved.kind === 'problem' ? resolved.sentence : clusterKey(resolved.cluster);
  };
  assert.equal(said({ server: 'https://edge/' }), 'https://edge');
  assert.equal(said({ name: 'edge' }), 'https://edge');
  assert.equal(said({ name: 'in-cluster' }), 'in-cluster');
  assert.equal(said({ server: 'https://kubernetes.default.svc' }), 'in-cluster');
  assert.equal(said({ name: 'none' }), 'there are no clusters with this name: none');
  assert.equal(said({ name: 'twin' }), 'there are 2 clusters with the same name: [https://one https://two]');
  assert.equal(said({}), 'Destination server missing from app spec');
  assert.equal(
    said({ name: 'edge', server: 'https://edge' }),
    "application destination can't have both name and server defined: edge https://edge",
  );
  assert.equal(
    said({ server: 'https://far' }),
    'error getting cluster by server "https://far": rpc error: code = NotFound desc = cluster "https://far" not found',
  );
});

test('the own cluster: by a Secret of its own, limited to namespaces, or switched off', () => {
  const own = { ...inCluster, name: 'home', secret: 'home' };
  const renamed = fixedClusters([own]);
  assert.deepEqual(renamed.list(), [own]);
  for (const name of ['home', 'in-cluster']) assert.equal(renamed.resolve({ name }).kind, 'cluster');
  assert.equal(clusterKey({ ...own, namespaces: ['a'] }), inCluster.server);
  const off = fixedClusters([edge], { inClusterEnabled: () => false });
  assert.deepEqual(off.list(), [edge]);
  const refused = off.resolve({ server: inCluster.server });
  assert.match(
    refused.kind === 'problem' ? refused.sentence : '',
    /cluster "https:\/\/kubernetes\.default\.svc" is disabled/,
  );
});

test('a Secret is written as Argo CD writes it, under its name', () => {
  for (const [url, name] of [
    ['http://foo', 'cluster-foo-752281925'],
    [
      'http://thelongestdomainnameintheworld.argocd-project.com:3000',
      'cluster-thelongestdomainnameintheworld.argocd-project.com-2721640553',
    ],
    ['http://[fe80::1ff:fe23:4567:890a]', 'cluster-fe80--1ff-fe23-4567-890a-3877258831'],
    ['http://[FE80::1FF:FE23:4567:890A]:8000', 'cluster-fe80--1ff-fe23-4567-890a-682802007'],
  ] as const) {
    assert.equal(clusterSecretName(url), name);
  }
  const written = clusterSecret({ server: 'http://foo/', config: { bearerToken: 't' }, labels: { a: 'b' } }, 'argocd');
  const read = readClusterSecret(written);
  assert.equal(read.kind === 'cluster' && read.cluster.name, 'http://foo');
  assert.deepEqual(read.kind === 'cluster' && read.cluster.labels, { a: 'b' });
  assert.equal(written.metadata.annotations?.['managed-by'], 'argocd.argoproj.io');
});

test('a cluster nobody has asked for is told without what is secret in it', async () => {
  const read = readClusterSecret(production);
  assert.ok(read.kind === 'cluster');
  const access = {
    ...read.cluster.access,
    proxyUrl: 'http://user:pass@proxy',
    execProviderConfig: { args: ['--key=s3cret'] },
  };
  const view = await describeCluster({ ...read.cluster, access }, undefined, { applications: 0, nowMs: 0 });
  assert.doesNotMatch(JSON.stringify(view), /s3cret|pass/);
  assert.deepEqual(view['config'], { tlsClientConfig: { insecure: true }, proxyUrl: 'http://proxy' });
  assert.deepEqual(view['connectionState'], {
    status: 'Unknown',
    message: 'Cluster has no applications and is not being monitored.',
    attemptedAt: '1970-01-01T00:00:00Z',
  });
});
