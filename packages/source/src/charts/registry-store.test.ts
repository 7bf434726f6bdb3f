import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packArchive, parseOciReference } from '@evenkeel/helm';
import { HttpClient, RegistryClient, pushChart, pushManifests } from '@evenkeel/oci';
import { registryIsMissing, startRealRegistry } from '@evenkeel/oci/testing';
import { createChartStore } from './chart-store.ts';

const skip = registryIsMissing();
const access = { credentials: { username: 'me', password: 'secret' } };

function chartOf(version: string): Uint8Array {
  return packArchive([{ name: 'web/Chart.yaml', data: `apiVersion: v2\nname: web\nversion: ${version}\n` }]);
}

function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-charts-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test('charts of a real registry: ranges, digests, and no question about what is known', { skip }, async () => {
  const registry = await startRealRegistry({ login: true });
  await using http = new HttpClient();
  const client = new RegistryClient({ http, access, plainHttp: true });
  const provenance = new TextEncoder().encode('signed');
  for (const version of ['1.0.0', '1.2.0+b', '2.0.0-rc.1']) {
    await pushChart(client, `${registry.url}/team`, { archive: chartOf(version), provenance });
  }
  using directory = temporaryDirectory();
  await using store = createChartStore({ directory: directory.path });
  const repoURL = `${registry.url}/team`;
  const request = { repoURL, chart: 'web', version: '', access, plainHttp: true };
  const resolved = await store.resolveChart(request);
  assert.deepEqual(
    { ...resolved, digest: resolved.digest.slice(0, 7) },
    { name: 'web', version: '1.2.0+b', digest: 'sha256:', url: `${repoURL}/web:1.2.0_b` },
  );
  const named = { ...request, repoURL: `${repoURL}/web`, chart: '' };
  assert.deepEqual(await store.resolveChart({ ...named, version: '1.2.0+b' }), resolved);
  assert.equal((await store.resolveChart({ ...request, version: '<1.1' })).version, '1.0.0');
  const fetched = await store.fetchChart(request, resolved, { provenance: true });
  assert.deepEqual(Buffer.from(fetched.archive), Buffer.from(chartOf('1.2.0+b')));
  assert.deepEqual(fetched.provenance && Buffer.from(fetched.provenance), Buffer.from(provenance));
  await assert.rejects(store.fetchChart({ ...request, access: {} }, resolved), { code: 'unauthorized' });
  const auth = Buffer.from('me:secret').toString('base64');
  const dockerConfig = JSON.stringify({ auths: { [registry.host]: { auth } } });
  assert.equal((await store.resolveChart({ ...request, access: {}, dockerConfig })).digest, resolved.digest);
  await registry[Symbol.asyncDispose]();
  assert.equal((await store.fetchChart(request, resolved)).tree().stat('Chart.yaml'), 'file');
  await assert.rejects(store.resolveChart(request), { code: 'unreachable', message: /connection refused$/ });
});

test('manifests of a real registry, as a tree, and again without the registry', { skip }, async () => {
  const registry = await startRealRegistry();
  await using http = new HttpClient();
  const client = new RegistryClient({ http, plainHttp: true });
  const url = `${registry.url}/team/app`;
  const layer = packArchive([{ name: 'app/a.yaml', data: 'kind: ConfigMap\n' }]);
  const { digest } = await pushManifests(client, parseOciReference(`${url}:v1.0.0`), layer);
  using directory = temporaryDirectory();
  await using store = createChartStore({ directory: directory.path });
  const request = { url, plainHttp: true, semver: { range: '^1' } };
  const resolved = await store.resolveArtifact(request);
  assert.deepEqual(resolved, { digest, tag: 'v1.0.0', revision: `v1.0.0@${digest}` });
  await store.fetchArtifact(request, resolved);
  await registry[Symbol.asyncDispose]();
  const { tree, mediaType } = await store.fetchArtifact(request, resolved);
  assert.equal(mediaType, 'application/vnd.cncf.flux.content.v1.tar+gzip');
  assert.equal(tree().stat('app/a.yaml'), 'file');
});
