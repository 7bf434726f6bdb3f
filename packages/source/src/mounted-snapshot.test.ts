import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from '@evenkeel/std';
import { mountSnapshots } from './mounted-snapshot.ts';
import { plainSnapshot } from './plain-snapshot.ts';
import { recordReads, stillSame } from './reads.ts';
import { isRange, nameOfRevision } from './revision-range.ts';
import { withSnapshot } from './snapshot.ts';
import { createHandClock, createTestbed } from './testbed.ts';
import { createSourceStore } from './store.ts';

test('a chart and the values of another repository are read as one, and recorded by content', async () => {
  await using bed = await createTestbed();
  await using store = createSourceStore({
    git: bed.git,
    directory: `${bed.directory}/mirrors`,
    clock: createHandClock(),
  });
  const first = await bed.push({ 'envs/prod.yaml': 'size: 1\n', 'other.yaml': 'a: 1\n' });
  const chart = plainSnapshot(memoryTree({ 'Chart.yaml': 'name: web\n', 'templates/a.yaml': 'a\n' }), 'sha256:1');
  const at = async (sha: string): Promise<ReturnType<typeof mountSnapshots>> =>
    mountSnapshots(chart, new Map([['$values', await store.tree(bed.url, sha)]]));
  const decoder = new TextDecoder();
  const mounted = await at(first);
  const { text, reads } = await withSnapshot(mounted, (tree) => {
    const recording = recordReads(tree);
    const read = (path: string): string => decoder.decode(recording.tree.read(path));
    const found = [read('Chart.yaml'), read('$values/envs/prod.yaml'), recording.tree.stat('$values/none')];
    return { text: found, reads: recording.reads() };
  });
  assert.deepEqual(text, ['name: web\n', 'size: 1\n', undefined]);
  assert.deepEqual(
    mounted.list('')?.map(({ name }) => name),
    ['Chart.yaml', 'templates'],
  );
  assert.equal(stillSame(reads, await at(await bed.push({ 'other.yaml': 'a: 2\n' }))), true);
  assert.equal(stillSame(reads, await at(await bed.push({ 'envs/prod.yaml': 'size: 2\n' }))), false);
});

test('everything below a path counts where a program read what it liked', () => {
  const files = { 'app/a.yaml': 'a: 1\n', 'app/deep/b.txt': 'b\n', 'other/c.yaml': 'c: 1\n' };
  const before = recordReads(plainSnapshot(memoryTree(files), ''));
  before.readWhole('app');
  const after = (changed: Record<string, string>): boolean =>
    stillSame(before.reads(), plainSnapshot(memoryTree({ ...files, ...changed }), ''));
  assert.equal(after({ 'other/c.yaml': 'c: 2\n' }), true);
  assert.equal(after({ 'app/deep/b.txt': 'other\n' }), false);
  assert.equal(after({ 'app/new': '' }), false);
});

const tags = ['v1.0.0', 'v1.2.0', 'v1.10.0', 'v2.0.0-rc.1', 'web/1.4.0', 'web/2.0.0', 'latest'];
const cases: readonly (readonly [revision: string, prefix: string, name: string])[] = [
  ['1.*', '', 'v1.10.0'],
  ['^1', '', 'v1.10.0'],
  ['~1.2', '', 'v1.2.0'],
  ['>=1.0.0 <1.5.0', '', 'v1.2.0'],
  ['>=2.0.0-0', '', 'v2.0.0-rc.1'],
  ['*', '', 'v1.10.0'],
  ['1.2', '', '1.2'],
  ['v1', '', 'v1'],
  ['main', '', 'main'],
  ['HEAD', '', 'HEAD'],
  ['9.*', '', '9.*'],
  ['1.*', 'web/', 'web/1.4.0'],
  ['*', 'web/', 'web/2.0.0'],
  ['1.4.0', 'web/', 'web/1.4.0'],
  ['main', 'web/', 'main'],
];
for (const [revision, prefix, name] of cases) {
  test(`revision ${JSON.stringify(revision)} with prefix ${JSON.stringify(prefix)} is ${name}`, () => {
    assert.equal(nameOfRevision(revision, tags, prefix), name);
  });
}

test('a version is no range', () => {
  assert.deepEqual(['1.2.3', 'v1', '1.*', '^1', 'main', ''].map(isRange), [false, false, true, true, false, false]);
});
