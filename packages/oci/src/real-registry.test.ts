import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadChartArchive, packArchive, parseOciReference } from '@evenkeel/helm';
import type { RemoteAccess } from './access.ts';
import { pullArtifact, pushManifests, resolveArtifact } from './artifact.ts';
import { findCredentials } from './credential-program.ts';
import { parseDockerConfig } from './docker-config.ts';
import { pullChart, pushChart } from './helm-chart.ts';
import { HttpClient } from './http.ts';
import { RegistryClient, type RegistryOptions } from './registry.ts';
import {
  createAuthority,
  helmIsMissing,
  helmProgram,
  opensslIsMissing,
  registryIsMissing,
  startRealRegistry,
} from './testing/index.ts';
import { untarLayer } from './untar.ts';

const skip = registryIsMissing();
const needsHelm = { skip: skip || helmIsMissing() };
const needsOpenssl = { skip: skip || opensslIsMissing() };
const login = { credentials: { username: 'me', password: 'secret' } };

function chartOf(version: string): Uint8Array {
  return packArchive([
    { name: 'web/Chart.yaml', data: `apiVersion: v2\nname: web\nversion: ${version}\ndescription: A web server\n` },
    { name: 'web/templates/a.yaml', data: 'kind: ConfigMap\n' },
  ]);
}

function workDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-oci-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The real helm, with a home of its own. */
function helm(directory: string, ...args: readonly string[]): string {
  return execFileSync(helmProgram, args, {
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', HOME: directory },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface OpenedClient extends AsyncDisposable {
  readonly client: RegistryClient;
}

function connect(options: Omit<RegistryOptions, 'http'>): OpenedClient {
  const http = new HttpClient();
  return {
    client: new RegistryClient({ http, ...options }),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

test('a chart that the real helm pushed is pulled, and the real helm pulls what we push', needsHelm, async () => {
  await using registry = await startRealRegistry();
  await using opened = connect({ plainHttp: true });
  using work = workDirectory();
  const theirs = chartOf('1.0.0+build.1');
  writeFileSync(join(work.path, 'web.tgz'), theirs);
  helm(work.path, 'push', 'web.tgz', `${registry.url}/team`, '--plain-http');
  const pulled = await pullChart(opened.client, `${registry.url}/team/web:1.0.0+build.1`);
  assert.deepEqual(Buffer.from(pulled.archive), Buffer.from(theirs));
  assert.equal(pulled.provenance, undefined);
  assert.equal(pulled.reference, `${registry.host}/team/web:1.0.0_build.1`);
  const pinned = await pullChart(opened.client, `${registry.url}/team/web@${pulled.digest}`);
  assert.equal(pinned.digest, pulled.digest);

  const ours = chartOf('2.0.0');
  const provenance = new TextEncoder().encode('signed');
  const pushed = await pushChart(opened.client, `${registry.url}/team`, { archive: ours, provenance });
  const printed = helm(work.path, 'pull', `${registry.url}/team/web`, '--version', '^2', '--plain-http');
  assert.match(printed, new RegExp(`Digest: ${pushed.digest}`));
  assert.deepEqual(readFileSync(join(work.path, 'web-2.0.0.tgz')), Buffer.from(ours));
  assert.match(helm(work.path, 'show', 'chart', `${registry.url}/team/web:2.0.0`, '--plain-http'), /A web server/);
  const reference = parseOciReference(`${registry.url}/team/web`);
  assert.deepEqual([...(await opened.client.tags(reference))].sort(), ['1.0.0_build.1', '2.0.0']);
});

test('the registry hands out tags in pages, and all of them are read', { skip }, async () => {
  await using registry = await startRealRegistry();
  await using opened = connect({ plainHttp: true });
  const versions = Array.from({ length: 130 }, (_, index) => `1.${index}.0`);
  for (const version of versions) {
    await pushManifests(opened.client, parseOciReference(`${registry.url}/many:${version}`), packArchive([]));
  }
  assert.equal((await opened.client.tags(parseOciReference(`${registry.url}/many`))).length, 130);
});

test('manifests as Flux keeps them: by tag, by range, by digest, and as a tree', { skip }, async () => {
  await using registry = await startRealRegistry();
  await using opened = connect({ plainHttp: true });
  const layer = packArchive([{ name: './app/kustomization.yaml', data: 'resources: []\n' }]);
  const at = (tag: string): ReturnType<typeof parseOciReference> => parseOciReference(`${registry.url}/m/app:${tag}`);
  const annotations = { 'org.opencontainers.image.revision': 'main@sha1:abc' };
  const { digest } = await pushManifests(opened.client, at('1.1.0'), layer, annotations);
  await pushManifests(opened.client, at('2.0.0-rc.1'), packArchive([]));
  const repository = parseOciReference(`${registry.url}/m/app`);
  assert.deepEqual(await resolveArtifact(opened.client, repository, { semver: { range: '>=1' } }), {
    digest,
    tag: '1.1.0',
    revision: `1.1.0@${digest}`,
  });
  assert.equal((await resolveArtifact(opened.client, repository, { digest })).revision, digest);
  const filter = (tag: string): boolean => tag.includes('-rc.');
  const candidate = await resolveArtifact(opened.client, repository, { semver: { range: '>=1-0', filter } });
  assert.equal(candidate.tag, '2.0.0-rc.1');
  await assert.rejects(resolveArtifact(opened.client, repository, { semver: { range: '^9' } }), {
    code: 'not-found',
    message: 'no match found for semver: ^9',
  });
  await assert.rejects(resolveArtifact(opened.client, repository, {}), { code: 'not-found' });
  const pulled = await pullArtifact(opened.client, { ...repository, digest }, {});
  assert.deepEqual(pulled.annotations, annotations);
  const tree = untarLayer(pulled.layer);
  assert.equal(new TextDecoder().decode(tree.read('app/kustomization.yaml')), 'resources: []\n');
  await assert.rejects(pullArtifact(opened.client, { ...repository, digest }, { mediaType: 'text/plain' }), {
    message: "failed to find layer with media type 'text/plain' in artifact",
  });
});

test('a registry with a login takes the right one only', { skip }, async () => {
  await using registry = await startRealRegistry({ login: true });
  const base = `${registry.url}/team`;
  await using opened = connect({ plainHttp: true, access: login });
  await pushChart(opened.client, base, { archive: chartOf('1.0.0') });
  const pullWith = async (options: Omit<RegistryOptions, 'http'>): Promise<string> => {
    await using client = connect({ plainHttp: true, ...options });
    return loadChartArchive((await pullChart(client.client, `${base}/web:1.0.0`)).archive, 'web', { version: 4 })
      .metadata.version;
  };
  assert.equal(await pullWith({ access: login }), '1.0.0');
  const refused = {
    code: 'unauthorized',
    message: `GET "http://${registry.host}/v2/team/web/manifests/1.0.0": response status code 401: Unauthorized`,
  };
  await assert.rejects(pullWith({}), refused);
  await assert.rejects(pullWith({ access: { credentials: { username: 'me', password: 'wrong' } } }), refused);

  const auth = Buffer.from('me:secret').toString('base64');
  const stored = parseDockerConfig(JSON.stringify({ auths: { [`https://${registry.host}/v1/`]: { auth } } }));
  assert.equal(await pullWith({ login: async (host) => stored.login(host) }), '1.0.0');
});

test('a credential helper is asked by name, and says so when it fails', { skip }, async () => {
  await using registry = await startRealRegistry({ login: true });
  await using opened = connect({ plainHttp: true, access: login });
  await pushChart(opened.client, `${registry.url}/team`, { archive: chartOf('1.0.0') });
  using work = workDirectory();
  const program = (name: string, script: string): void => {
    const file = join(work.path, `docker-credential-${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}`);
    chmodSync(file, 0o755);
  };
  program('good', `read server; echo '{"ServerURL":"'$server'","Username":"me","Secret":"secret"}'`);
  program('none', 'echo "credentials not found in native keychain"; exit 1');
  program('broken', 'exit 3');
  const environment = { PATH: `${work.path}:/usr/bin:/bin` };
  const pullWith = async (helper: string): Promise<string> => {
    const config = parseDockerConfig(JSON.stringify({ credHelpers: { [registry.host]: helper } }));
    await using client = connect({ plainHttp: true, login: (host) => findCredentials(config, host, { environment }) });
    return (await pullChart(client.client, `${registry.url}/team/web:1.0.0`)).reference;
  };
  assert.equal(await pullWith('good'), `${registry.host}/team/web:1.0.0`);
  await assert.rejects(pullWith('none'), { code: 'unauthorized' });
  await assert.rejects(pullWith('broken'), {
    message: `the credential helper docker-credential-broken failed for ${registry.host}: exit status 3`,
  });
  await assert.rejects(pullWith('absent'), {
    message: `the credential helper docker-credential-absent failed for ${registry.host}: it is not installed`,
  });
});

test('a registry with a certificate of an own authority', needsOpenssl, async () => {
  using authority = createAuthority();
  await using registry = await startRealRegistry({ login: true, tls: authority.issue(['127.0.0.1']) });
  const trusted: RemoteAccess = { ...login, tls: { ca: authority.ca } };
  await using opened = connect({ access: trusted });
  await pushChart(opened.client, `${registry.url}/team`, { archive: chartOf('1.0.0') });
  const reference = `${registry.url}/team/web:1.0.0`;
  assert.equal((await pullChart(opened.client, reference)).archive.length, chartOf('1.0.0').length);
  await using careless = connect({ access: { ...login, tls: { insecure: true } } });
  await pullChart(careless.client, reference);
  await using stranger = connect({ access: login });
  await assert.rejects(pullChart(stranger.client, reference), {
    code: 'tls',
    message: `Get "https://${registry.host}/v2/team/web/manifests/1.0.0": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  });
  await using plain = connect({ access: login, plainHttp: true });
  await assert.rejects(pullChart(plain.client, reference), { code: 'status' });
});

test('a registry that wants a client certificate', needsOpenssl, async () => {
  using authority = createAuthority();
  using stranger = createAuthority();
  const tls = authority.issue(['127.0.0.1']);
  await using registry = await startRealRegistry({ tls, clientCa: authority.ca });
  const { ca } = authority;
  await using opened = connect({ access: { tls: { ca, ...authority.issue(['me']) } } });
  const { digest } = await pushChart(opened.client, `${registry.url}/team`, { archive: chartOf('1.0.0') });
  const reference = `${registry.url}/team/web:1.0.0`;
  assert.equal((await pullChart(opened.client, reference)).digest, digest);
  await using without = connect({ access: { tls: { ca } } });
  await assert.rejects(pullChart(without.client, reference), {
    code: 'tls',
    message: /remote error: tls: (?:certificate required|bad certificate)$/,
  });
  await using other = connect({ access: { tls: { ca, ...stranger.issue(['me']) } } });
  await assert.rejects(pullChart(other.client, reference), {
    code: 'tls',
    message: /remote error: tls: (?:unknown certificate authority|bad certificate)$/,
  });
});

test('a registry whose certificate has expired', needsOpenssl, async () => {
  using authority = createAuthority();
  await using registry = await startRealRegistry({ tls: authority.issue(['127.0.0.1'], { expired: true }) });
  await using opened = connect({ access: { tls: { ca: authority.ca } } });
  await assert.rejects(pullChart(opened.client, `${registry.url}/team/web:1.0.0`), {
    code: 'tls',
    message: /tls: failed to verify certificate: x509: certificate has expired or is not yet valid$/,
  });
});

test('the real helm logs in, and we use what it stored', { skip: needsHelm.skip || opensslIsMissing() }, async () => {
  using authority = createAuthority();
  await using registry = await startRealRegistry({ login: true, tls: authority.issue(['127.0.0.1']) });
  using work = workDirectory();
  writeFileSync(join(work.path, 'ca.pem'), authority.ca);
  writeFileSync(join(work.path, 'web.tgz'), chartOf('1.0.0'));
  const trust = ['--ca-file', 'ca.pem'];
  helm(work.path, 'registry', 'login', registry.host, '--username', 'me', '--password', 'secret', ...trust);
  helm(work.path, 'push', 'web.tgz', `${registry.url}/team`, ...trust);
  const [file] = readdirSync(join(work.path, '.config/helm/registry'));
  const stored = parseDockerConfig(readFileSync(join(work.path, '.config/helm/registry', file ?? ''), 'utf8'));
  await using opened = connect({ access: { tls: { ca: authority.ca } }, login: async (host) => stored.login(host) });
  assert.ok((await pullChart(opened.client, `${registry.url}/team/web:1.0.0`)).archive.length > 0);
});
