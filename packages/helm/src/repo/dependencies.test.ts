import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { unpackChart } from '../chart/archive.ts';
import { packArchive } from '../chart/pack-archive.ts';
import {
  type DependencyWorld,
  DependencyError,
  buildDependencies,
  printLock,
  updateDependencies,
} from './dependencies.ts';
import { sha256Hex } from './provenance.ts';

const NOW = '2026-11-21T11:04:32.814083164Z';
const refuse = (): Promise<never> => Promise.reject(new Error('no network'));
const noWorld: DependencyWorld = { fetchIndex: refuse, fetchArchive: refuse, listTags: refuse, fetchOciChart: refuse };

const declaration = `apiVersion: v2
name: app
version: 0.1.0
dependencies:
- name: lib
  version: ">=1.0.0 <2"
  repository: file://../lib
  condition: lib.on
  tags: [a, b]
  alias: l
  import-values: [x, {child: c, parent: p}]
`;
const library = { 'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.4.2\n', 'lib/values.yaml': 'a: 1\n' };

// Recorded from `helm dependency update` (4.3.0) on the same chart.
const lock = `dependencies:
- name: lib
  repository: file://../lib
  version: 1.4.2
digest: sha256:a3997e28ba78b37f27dcfc37e47659329976a7ab18a8b95f8fb4b6d225e37bfd
generated: "${NOW}"
`;

function chartWith(repository: string, version: string, name = 'lib'): string {
  return `apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- {name: ${name}, version: "${version}", repository: "${repository}"}\n`;
}

function archiveOf(name: string, version: string): Uint8Array {
  return packArchive([{ name: `${name}/Chart.yaml`, data: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` }]);
}

test('update locks a directory and packs it, with the digest that Helm computes', async () => {
  const tree = memoryTree({ 'app/Chart.yaml': declaration, ...library });
  const result = await updateDependencies({ tree, chartPath: 'app' }, noWorld, NOW);
  assert.equal(printLock(result.lock), lock);
  assert.deepEqual([...result.files.keys()], ['charts/lib-1.4.2.tgz', 'Chart.lock']);
  const names = unpackChart(result.files.get('charts/lib-1.4.2.tgz') ?? new Uint8Array()).map(({ name }) => name);
  assert.deepEqual(names, ['Chart.yaml', 'values.yaml']);
});

test('build fetches what the lock says and names archives that are no longer needed', async () => {
  const files = {
    'app/Chart.yaml': declaration,
    'app/Chart.lock': lock,
    'app/charts/old-1.0.0.tgz': archiveOf('old', '1.0.0'),
  };
  const result = await buildDependencies(
    { tree: memoryTree({ ...files, ...library }), chartPath: 'app' },
    noWorld,
    NOW,
  );
  assert.deepEqual([...result.files.keys()], ['charts/lib-1.4.2.tgz']);
  assert.deepEqual(result.obsolete, ['charts/old-1.0.0.tgz']);
});

test('build refuses a lock that does not fit Chart.yaml any longer', async () => {
  const tree = memoryTree({ 'app/Chart.yaml': declaration.replace('<2', '<3'), 'app/Chart.lock': lock, ...library });
  await assert.rejects(buildDependencies({ tree, chartPath: 'app' }, noWorld, NOW), {
    name: 'DependencyError',
    message: /^the lock file \(Chart\.lock\) is out of sync/,
  });
});

test('a classic repository: the newest version that satisfies, relative URLs, digests', async () => {
  const archive = archiveOf('lib', '1.5.0');
  const entry = (version: string, digest = ''): string =>
    `  - {name: lib, version: ${version}, urls: [charts/lib-${version}.tgz], digest: "${digest}"}\n`;
  const index = `apiVersion: v1\nentries:\n  lib:\n${entry('1.5.0', sha256Hex(archive))}${entry('2.0.0')}${entry('1.10.0-rc.1')}${entry('1.4.0')}`;
  const asked: string[] = [];
  const world: DependencyWorld = {
    ...noWorld,
    fetchIndex: (url) => Promise.resolve(url === 'https://charts.example.com/x' ? index : ''),
    fetchArchive: (url) => {
      asked.push(url);
      return Promise.resolve(archive);
    },
  };
  const tree = memoryTree({ 'Chart.yaml': chartWith('https://charts.example.com/x', '^1.0.0') });
  const { lock: made, files } = await updateDependencies({ tree, chartPath: '' }, world, NOW);
  assert.deepEqual(
    made.dependencies.map(({ version }) => version),
    ['1.5.0'],
  );
  assert.deepEqual(asked, ['https://charts.example.com/x/charts/lib-1.5.0.tgz']);
  assert.ok(files.has('charts/lib-1.5.0.tgz'));
  const tampered: DependencyWorld = { ...world, fetchArchive: () => Promise.resolve(archiveOf('lib', '1.5.1')) };
  await assert.rejects(updateDependencies({ tree, chartPath: '' }, tampered, NOW), /does not have the digest/);
});

test('an OCI registry: tags are versions with an underscore for the plus', async () => {
  const asked: string[] = [];
  const world: DependencyWorld = {
    ...noWorld,
    listTags: () => Promise.resolve(['1.0.0', '1.2.0_build.1', 'latest', '2.0.0']),
    fetchOciChart: (reference) => {
      asked.push(reference);
      return Promise.resolve(archiveOf('lib', '1.2.0+build.1'));
    },
  };
  const tree = memoryTree({ 'Chart.yaml': chartWith('oci://registry.example.com/charts', '~1') });
  const { lock: made } = await updateDependencies({ tree, chartPath: '' }, world, NOW);
  assert.equal(made.dependencies[0]?.version, '1.2.0+build.1');
  assert.deepEqual(asked, ['oci://registry.example.com/charts/lib:1.2.0_build.1']);
});

const refusals: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'no version fits',
    'file://../lib',
    '^9',
    /^can't get a valid version for 1 subchart\(s\): "lib" \(repository "file:\/\/\.\.\/lib", version "\^9"\)/,
  ],
  ['no such directory', 'file://../none', '1.0.0', /^directory \.\.\/none not found$/],
  ['a way out of the tree', 'file://../../../../etc', '1.0.0', /not found$/],
  ['an absolute directory', 'file:///etc', '1.0.0', /^directory \/etc not found/],
  [
    'no constraint',
    'file://../lib',
    'x y',
    /^dependency "lib" has an invalid version\/constraint format: improper constraint: "x y"/,
  ],
  ['an unknown alias', '@stable', '1.0.0', /^no repository definition for @stable/],
];
for (const [what, repository, version, message] of refusals) {
  test(`refuses: ${what}`, async () => {
    const tree = memoryTree({ 'app/Chart.yaml': chartWith(repository, version), ...library });
    await assert.rejects(updateDependencies({ tree, chartPath: 'app' }, noWorld, NOW), (error) => {
      assert.ok(error instanceof DependencyError);
      assert.match(error.message, message);
      return true;
    });
  });
}
