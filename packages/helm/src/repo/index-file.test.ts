import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RepositoryError, chartArchiveUrl, findChartVersion, isSameOrigin, readRepositoryIndex } from './index-file.ts';
import { parseOciReference } from './oci-reference.ts';

const index = readRepositoryIndex(`
apiVersion: v1
generated: "2026-01-01T00:00:00Z"
entries:
  web:
  - {name: web, version: 1.2.0, urls: [web-1.2.0.tgz]}
  - {name: web, version: 2.0.0-beta.1, urls: [web-2.0.0-beta.1.tgz]}
  - {name: web, version: 1.10.0, urls: ["https://cdn.example.com/web-1.10.0.tgz"], appVersion: 3}
  - null
  - {name: web, version: not-a-version}
  empty: []
`);

const choices: readonly (readonly [string, string])[] = [
  ['', '1.10.0'],
  ['1.2.0', '1.2.0'],
  ['^1', '1.10.0'],
  ['<1.5', '1.2.0'],
  ['>=2.0.0-0', '2.0.0-beta.1'],
  ['2.0.0-beta.1', '2.0.0-beta.1'],
];
for (const [wanted, version] of choices) {
  test(`version "${wanted}" means ${version}`, () => {
    assert.equal(findChartVersion(index, 'web', wanted).version, version);
  });
}

test('what is not there is refused in Helm’s words', () => {
  assert.throws(() => findChartVersion(index, 'none', ''), new RepositoryError('no chart name found'));
  assert.throws(() => findChartVersion(index, 'empty', ''), new RepositoryError('no chart version found'));
  assert.throws(() => findChartVersion(index, 'web', '^9'), new RepositoryError('no chart version found for web-^9'));
  assert.throws(() => readRepositoryIndex(''), new RepositoryError('empty index.yaml file'));
  assert.throws(() => readRepositoryIndex('entries: {}\n'), new RepositoryError('no API version specified'));
});

test('archive URLs are relative to the repository, whose query they inherit', () => {
  const urlOf = (repository: string, version: string): string =>
    chartArchiveUrl(repository, findChartVersion(index, 'web', version));
  assert.equal(urlOf('https://example.com/charts', '1.2.0'), 'https://example.com/charts/web-1.2.0.tgz');
  assert.equal(
    urlOf('https://example.com/charts/?token=x', '1.2.0'),
    'https://example.com/charts/web-1.2.0.tgz?token=x',
  );
  assert.equal(urlOf('https://example.com/charts', '1.10.0'), 'https://cdn.example.com/web-1.10.0.tgz');
});

test('credentials stay with the repository’s origin', () => {
  assert.equal(isSameOrigin('https://example.com/charts', 'https://example.com:443/x.tgz'), true);
  assert.equal(isSameOrigin('https://example.com/charts', 'http://example.com/x.tgz'), false);
  assert.equal(isSameOrigin('https://example.com/charts', 'https://example.com:8443/x.tgz'), false);
});

test('OCI references', () => {
  const reference = parseOciReference('oci://localhost:5000/team/web:1.0.0+build');
  assert.deepEqual(reference, { registry: 'localhost:5000', repository: 'team/web', tag: '1.0.0_build', digest: '' });
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.equal(parseOciReference(`oci://example.com/web@${digest}`).digest, digest);
  for (const bad of [
    'oci://example.com',
    'oci://example.com/UPPER',
    'oci://exa mple.com/x',
    'oci://example.com/x:..',
    'oci://example.com/x@sha256:1',
  ]) {
    assert.throws(() => parseOciReference(bad), { name: 'OciReferenceError' }, bad);
  }
});
