import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { below, chartArchive, chartFiles, workplace } from '../testing/helm-run.ts';
import { serveFiles, serveRegistry } from '../testing/helm-servers.ts';

const index = JSON.stringify({
  apiVersion: 'v1',
  entries: {
    lib: ['1.4.2', '1.3.0'].map((version) => ({ name: 'lib', version, urls: [`lib-${version}.tgz`] })),
  },
});
const repository = {
  '/index.yaml': index,
  '/lib-1.4.2.tgz': chartArchive('1.4.2', 'lib'),
  '/lib-1.3.0.tgz': chartArchive('1.3.0', 'lib'),
};

function declaring(...dependencies: readonly string[]): Readonly<Record<string, string>> {
  return below(
    'app',
    chartFiles('0.1.0', `dependencies:\n${dependencies.map((line) => `- ${line}\n`).join('')}`, 'app'),
  );
}

// What is printed was recorded from helm 4.3.0.
test('update, list and build print and write what the original does', async () => {
  await using server = await serveFiles(() => repository);
  using place = workplace({
    ...declaring(
      `{name: lib, version: ">=1.0.0 <2", repository: "${server.url}"}`,
      '{name: side, version: "*", repository: "file://../side"}',
      '{name: loc, version: "^0.5", repository: ""}',
    ),
    ...below('side', chartFiles('2.0.0', '', 'side')),
    ...below('app/charts/loc', chartFiles('0.5.0', '', 'loc')),
    'app/charts/lib-1.3.0.tgz': repository['/lib-1.3.0.tgz'],
  });
  const updated = await place.run('helm', 'dep', 'up', 'app');
  assert.deepEqual(updated, {
    code: 0,
    out: `Getting updates for unmanaged Helm repositories...
...Successfully got an update from the "${server.url}" chart repository
Saving 3 charts
Downloading lib from repo ${server.url}
Dependency loc did not declare a repository. Assuming it exists in the charts directory
Deleting outdated charts
`,
    err: '',
  });
  const has = (name: string): boolean => existsSync(join(place.directory, 'app', name));
  assert.deepEqual(['charts/lib-1.4.2.tgz', 'charts/side-2.0.0.tgz', 'Chart.lock', 'charts/lib-1.3.0.tgz'].map(has), [
    true,
    true,
    true,
    false,
  ]);
  const lock = readFileSync(join(place.directory, 'app/Chart.lock'), 'utf8');
  await place.run('helm', 'dependency', 'update', 'app', '--skip-refresh');
  assert.equal(readFileSync(join(place.directory, 'app/Chart.lock'), 'utf8'), lock, 'an equal lock keeps its date');
  const listed = await place.run('helm', 'dependency', 'list', 'app');
  const wide = server.url.length;
  const row = (...cells: readonly [string, string, string, string]): string =>
    `${cells[0].padEnd(4)}\t${cells[1].padEnd(10)}\t${cells[2].padEnd(wide)}\t${cells[3].padEnd(8)}\n`;
  assert.equal(
    listed.out,
    row('NAME', 'VERSION', 'REPOSITORY', 'STATUS') +
      row('lib', '>=1.0.0 <2', server.url, 'ok') +
      row('side', '*', 'file://../side', 'ok') +
      row('loc', '^0.5', '', 'unpacked') +
      '\n',
  );
  const built = await place.run('helm', 'dependency', 'build', 'app');
  assert.equal(
    built.err,
    `Error: no repository definition for ${server.url}. Please add the missing repos via 'helm repo add'\n`,
  );
});

test('build fetches what the lock says from added repositories, by name too', async () => {
  await using server = await serveFiles(() => repository, 'me:secret');
  const config = `repositories:\n- {name: shop, url: "${server.url}", username: me, password: secret}\n`;
  using place = workplace({
    ...declaring('{name: lib, version: "~1.3", repository: "@shop"}'),
    '.config/helm/repositories.yaml': config,
  });
  assert.equal((await place.run('helm', 'dependency', 'update', 'app')).code, 0);
  const lock = readFileSync(join(place.directory, 'app/Chart.lock'), 'utf8');
  assert.ok(lock.includes(`repository: ${server.url}\n  version: 1.3.0\n`));
  const built = await place.run('helm', 'dependency', 'build', 'app');
  assert.equal(
    built.out,
    `Hang tight while we grab the latest from your chart repositories...
...Successfully got an update from the "shop" chart repository
Update Complete. ⎈Happy Helming!⎈
Saving 1 charts
Downloading lib from repo ${server.url}
Deleting outdated charts
`,
  );
  writeFileSync(join(place.directory, 'app/Chart.lock'), lock.replace('1.3.0', '1.4.2'));
  assert.match(
    (await place.run('helm', 'dependency', 'build', 'app')).err,
    /^Error: the lock file \(Chart\.lock\) is out of sync/,
  );
});

test('dependencies come from registries, and --dependency-update fetches what is missing', async () => {
  const archives = ['1.0.0', '1.1.0'].map((tag) => ({
    repository: 'team/lib',
    tag,
    archive: chartArchive(tag, 'lib'),
  }));
  await using registry = await serveRegistry(archives);
  using place = workplace({
    ...declaring(`{name: lib, version: "^1", repository: "oci://${registry.host}/team"}`),
    ...below(
      'two',
      chartFiles('0.1.0', 'dependencies:\n- {name: side, version: "*", repository: "file://../side"}\n', 'two'),
    ),
    ...below('side', chartFiles('2.0.0', '', 'side')),
  });
  const updated = await place.run('helm', 'dependency', 'update', 'app', '--plain-http');
  assert.equal(updated.code, 0, updated.err);
  assert.ok(existsSync(join(place.directory, 'app/charts/lib-1.1.0.tgz')));
  assert.match((await place.run('helm', 'template', 'two')).err, /missing in charts\/ directory: side/);
  const ran = await place.run('helm', 'template', 'two', '--dependency-update');
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /^Saving 1 charts\nDeleting outdated charts\n---\n# Source: two\/charts\/side/);
});

test('what cannot be is said as the original says it', async () => {
  using place = workplace({
    ...below('web', chartFiles('1.0.0')),
    ...declaring('{name: a, version: "1", repository: stable}'),
  });
  const messages = [
    ['list', 'web', 'WARNING: no dependencies at web/charts\n'],
    ['update', 'none', 'Error: could not find none: stat none: no such file or directory\n'],
    ['update', 'web/Chart.yaml', 'Error: only unpacked charts can be updated\n'],
  ] as const;
  for (const [verb, path, message] of messages) {
    const { out, err } = await place.run('helm', 'dependency', verb, path);
    assert.equal(out + err, message);
  }
  const { err } = await place.run('helm', 'dependency', 'build', 'app');
  assert.match(err, /^Error: no repository definition for stable\. Please add them via 'helm repo add'\nNote that/);
});
