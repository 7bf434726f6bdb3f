import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chartArchive, workplace } from './testing/helm-run.ts';
import { type RecordingServer, serveFiles, serveRegistry } from './testing/helm-servers.ts';

const archives = {
  '1.0.0': chartArchive('1.0.0'),
  '1.2.0': chartArchive('1.2.0'),
  '2.0.0-rc.1': chartArchive('2.0.0-rc.1'),
};

function indexOf(
  base: string,
  digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
): string {
  const versions = Object.entries(archives).map(([version, bytes]) => ({
    name: 'web',
    version,
    urls: [`${base}charts/web-${version}.tgz`],
    digest: digestOf(bytes),
  }));
  return JSON.stringify({ apiVersion: 'v1', entries: { web: versions } });
}

function repositoryFiles(index: string): Readonly<Record<string, string | Uint8Array>> {
  const charts = Object.entries(archives).map(([version, bytes]) => [`/charts/web-${version}.tgz`, bytes] as const);
  return { '/index.yaml': index, ...Object.fromEntries(charts) };
}

function versionOf(out: string): string {
  return /version: "([^"]+)"/.exec(out)?.[1] ?? out;
}

test('--repo takes exact versions, constraints and the newest, and development versions on request', async () => {
  await using server = await serveFiles(() => repositoryFiles(indexOf('')));
  using place = workplace({});
  const template = async (...args: readonly string[]): Promise<string> => {
    const { out, err } = await place.run('helm', 'template', 'web', '--repo', server.url, ...args);
    return err === '' ? versionOf(out) : err;
  };
  assert.equal(await template(), '1.2.0');
  assert.equal(await template('--version', '~1.0'), '1.0.0');
  assert.equal(await template('--version', '1.0.0'), '1.0.0');
  assert.equal(await template('--devel'), '2.0.0-rc.1');
  assert.equal(
    await template('--version', '9'),
    `Error: chart "web" version "9" not found in ${server.url} repository\n`,
  );
  const absent = await place.run('helm', 'template', 'web', '--repo', `${server.url}/no`);
  assert.equal(
    absent.err,
    `Error: looks like "${server.url}/no" is not a valid chart repository or cannot be reached: failed to fetch ${server.url}/no/index.yaml : 404 Not Found\n`,
  );
});

test('an archive with another digest than the index states is refused', async () => {
  await using server = await serveFiles(() => repositoryFiles(indexOf('', () => '0'.repeat(64))));
  using place = workplace({});
  const { code, err } = await place.run('helm', 'template', 'web', '--repo', server.url);
  assert.equal(code, 1);
  assert.match(err, /does not have the digest that the repository's index states/);
});

test('credentials stay with the repository, unless they are passed to every host', async () => {
  await using charts = await serveFiles(() => repositoryFiles(''));
  await using server = await serveFiles(() => repositoryFiles(indexOf(`${charts.url}/`)), 'me:secret');
  using place = workplace({});
  const login = ['--username', 'me', '--password', 'secret'];
  const refused = await place.run('helm', 'template', 'web', '--repo', server.url);
  assert.match(refused.err, /index\.yaml : 401 Unauthorized/);
  const ran = await place.run('helm', 'template', 'web', '--repo', server.url, ...login);
  assert.equal(versionOf(ran.out), '1.2.0');
  await place.run('helm', 'template', 'web', '--repo', server.url, ...login, '--pass-credentials');
  const header = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  const path = '/charts/web-1.2.0.tgz';
  assert.deepEqual(charts.requests, [`GET ${path}`, `GET ${path} ${header}`]);
});

test('repo/chart is found in repositories.yaml, with its credentials, and in the cache where there is one', async () => {
  await using server = await serveFiles(() => repositoryFiles(indexOf('')), 'me:secret');
  const config = `repositories:\n- {name: shop, url: "${server.url}", username: me, password: secret}\n`;
  using place = workplace({ '.config/helm/repositories.yaml': config, 'else.yaml': '{}' });
  assert.equal(versionOf((await place.run('helm', 'template', 'shop/web')).out), '1.2.0');
  mkdirSync(join(place.directory, '.cache/helm/repository'), { recursive: true });
  const cached = JSON.stringify({
    apiVersion: 'v1',
    entries: { web: [{ name: 'web', version: '1.0.0', urls: ['charts/web-1.0.0.tgz'] }] },
  });
  writeFileSync(join(place.directory, '.cache/helm/repository/shop-index.yaml'), cached);
  assert.equal(versionOf((await place.run('helm', 'template', 'shop/web')).out), '1.0.0');
  const absent = await place.run('helm', 'template', 'shop/db');
  assert.match(
    absent.err,
    /^Error: chart "db" matching {2}not found in shop index\. \(try 'helm repo update'\): no chart name found/,
  );
  const unknown = await place.run('helm', 'template', 'shop/web', '--repository-config', 'else.yaml');
  assert.equal(unknown.err, 'Error: repo shop not found\n');
  const url = await place.run('helm', 'template', `${server.url}/charts/web-1.0.0.tgz`);
  assert.equal(versionOf(url.out), '1.0.0');
});

const tagged = Object.entries(archives).map(([tag, archive]) => ({ repository: 'team/web', tag, archive }));

test('oci:// takes tags, versions, constraints and the newest', async () => {
  await using registry = await serveRegistry([
    ...tagged,
    { repository: 'team/web', tag: 'latest', archive: new Uint8Array() },
  ]);
  using place = workplace({});
  const template = (reference: string, ...args: readonly string[]): Promise<{ out: string; err: string }> =>
    place.run('helm', 'template', `oci://${registry.host}/team/${reference}`, '--plain-http', ...args);
  const newest = await template('web');
  assert.equal(versionOf(newest.out), '1.2.0');
  assert.match(newest.err, new RegExp(`^Pulled: ${registry.host}/team/web:1\\.2\\.0\nDigest: sha256:[0-9a-f]{64}\n$`));
  assert.equal(versionOf((await template('web', '--version', '~1.0')).out), '1.0.0');
  assert.equal(versionOf((await template('web:1.0.0')).out), '1.0.0');
  assert.equal(
    (await template('web:1.0.0', '--version', '1.2.0')).err,
    'Error: chart reference and version mismatch: 1.2.0 is not 1.0.0\n',
  );
  assert.equal(
    (await template('web', '--version', '^7')).err,
    'Error: could not locate a version matching provided version string ^7\n',
  );
  const pulled = /sha256:[0-9a-f]{64}/.exec(newest.err)?.[0] ?? '';
  assert.match((await template(`web@${pulled}`)).err, /manifests|not found/);
});

test('a registry gets the login from flags or from the file that `helm registry login` writes', async () => {
  await using registry = await serveRegistry(tagged, 'me:secret');
  const auth = Buffer.from('me:secret').toString('base64');
  const config = JSON.stringify({ auths: { [registry.host]: { auth } } });
  using place = workplace({ 'registry.json': config });
  const args = ['helm', 'template', `oci://${registry.host}/team/web`, '--version', '1.0.0', '--plain-http'];
  assert.match((await place.run(...args)).err, /response status code 401: Unauthorized/);
  assert.equal(versionOf((await place.run(...args, '--username', 'me', '--password', 'secret')).out), '1.0.0');
  assert.equal(versionOf((await place.run(...args, '--registry-config', 'registry.json')).out), '1.0.0');
});

function gpgIsMissing(): string | false {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'gpg is not installed';
  }
}

/** Signs as `helm package --sign` does, with a key made for this test. */
function signed(home: string, archive: Uint8Array): string {
  mkdirSync(home, { mode: 0o700 });
  const gpg = (input: string, ...args: readonly string[]): Buffer =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  gpg('', '--quick-generate-key', 'Ann <ann@example.com>', 'rsa2048', 'sign', 'never');
  writeFileSync(join(home, 'exported.gpg'), gpg('', '--export'));
  const hash = createHash('sha256').update(archive).digest('hex');
  const text = `apiVersion: v2\nname: web\nversion: 1.0.0\n\n...\nfiles:\n  web-1.0.0.tgz: sha256:${hash}\n`;
  return gpg(text, '--clearsign', '--digest-algo', 'SHA512').toString();
}

test('--verify holds what gpg and the keyring say', { skip: gpgIsMissing() }, async () => {
  using place = workplace({ 'web-1.0.0.tgz': archives['1.0.0'], 'none.gpg': '' });
  const home = join(place.directory, 'g');
  const provenance = signed(home, archives['1.0.0']);
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  const local = ['helm', 'template', 'web-1.0.0.tgz', '--verify', '--keyring'];
  assert.match((await place.run(...local, 'g/exported.gpg')).err, /could not load provenance file/);
  writeFileSync(join(place.directory, 'web-1.0.0.tgz.prov'), provenance);
  assert.equal(versionOf((await place.run(...local, 'g/exported.gpg')).out), '1.0.0');
  assert.match((await place.run(...local, 'absent.gpg')).err, /failed to load keyring: open .*absent\.gpg/);
  writeFileSync(join(place.directory, 'web-1.0.0.tgz'), archives['1.2.0']);
  assert.match((await place.run(...local, 'g/exported.gpg')).err, /sha256 sum does not match for web-1\.0\.0\.tgz/);
  await using server: RecordingServer = await serveFiles(() => ({
    ...repositoryFiles(indexOf('')),
    '/charts/web-1.0.0.tgz.prov': provenance,
  }));
  const remote = ['helm', 'template', 'web', '--repo', server.url, '--verify', '--keyring', 'g/exported.gpg'];
  assert.equal(versionOf((await place.run(...remote, '--version', '1.0.0')).out), '1.0.0');
  assert.match(
    (await place.run(...remote, '--version', '1.2.0')).err,
    /failed to fetch provenance ".*web-1\.2\.0\.tgz\.prov"/,
  );
});
