// Archives of commits: the tar is the original's byte by byte, storage keeps what is needed, the server answers as a file
// server does, and filters leave out what they say.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { tarOf } from './artifact-archive.ts';
import {
  type ArtifactStorage,
  type SourceStore,
  type TreeFilter,
  createArtifactStorage,
  createSourceStore,
  startArtifactServer,
  withSnapshot,
} from './index.ts';
import { type Testbed, createHandClock, createTestbed } from './testbed.ts';

const signal = new AbortController().signal;

function storeOn(bed: Testbed): SourceStore {
  return createSourceStore({ git: bed.git, directory: join(bed.directory, 'mirrors'), clock: createHandClock() });
}

// What go:archive/tar has three ways to write: plain names, names cut at a slash, and names with a record of their own.
const names: readonly string[] = [
  'a.yaml',
  'apps/empty.yaml',
  'apps.yaml',
  'bin/run.sh',
  `${'d'.repeat(60)}/${'e'.repeat(60)}/settings.yaml`,
  `${'f'.repeat(120)}/settings.yaml`,
  `${'g'.repeat(99)}/x`,
  `${'h'.repeat(50)}/${'i'.repeat(130)}.yaml`,
  'ünï/cödé.yaml',
  `ünï/${'j'.repeat(100)}/x`,
];

test('the tar is what the original makes of a checkout', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed);
  await mkdir(join(bed.work, 'bin'), { recursive: true });
  await writeFile(join(bed.work, 'bin/run.sh'), '');
  await chmod(join(bed.work, 'bin/run.sh'), 0o755);
  await symlink('a.yaml', join(bed.work, 'link.yaml'));
  const sha = await bed.push(Object.fromEntries(names.map((name, index) => [name, 'x'.repeat(index * 300)])));
  const blocks: Uint8Array[] = [];
  const repository = await store.open(bed.url);
  for await (const block of tarOf(await store.tree(bed.url, sha), repository)) blocks.push(block);
  const tar = Buffer.concat(blocks);
  // What a program that walks the same checkout with go:archive/tar (1.26) writes.
  assert.equal(
    createHash('sha256').update(tar).digest('hex'),
    '6f8a372a7a61c7f96eceb9c1ef35492b2ba4aea6097105c558c2d99a1b006d48',
  );
});

interface Stored {
  readonly storage: ArtifactStorage;
  readonly clock: ReturnType<typeof createHandClock>;
  /** Stores the commit under that name and answers its digest. */
  readonly put: (name: string, sha: string) => Promise<string>;
}

function storedIn(bed: Testbed, store: SourceStore): Stored {
  const clock = createHandClock();
  const storage = createArtifactStorage({ directory: join(bed.directory, 'artifacts'), clock });
  return {
    storage,
    clock,
    async put(name, sha) {
      const input = { snapshot: await store.tree(bed.url, sha), repository: await store.open(bed.url), signal };
      return (await storage.store(`gitrepository/flux/demo/${name}`, input)).digest;
    },
  };
}

test('equal content has equal archives, and a damaged archive is not taken for whole', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed);
  const { storage, put } = storedIn(bed, store);
  const first = await bed.push({ 'a.yaml': 'a'.repeat(100_000) });
  const second = await bed.push({ 'a.yaml': 'other' });
  const third = await bed.push({ 'a.yaml': 'a'.repeat(100_000) });
  const digest = await put('1.tar.gz', first);
  assert.equal(await put('3.tar.gz', third), digest);
  assert.notEqual(await put('2.tar.gz', second), digest);
  const file = join(storage.directory, 'gitrepository/flux/demo/1.tar.gz');
  const bytes = await readFile(file);
  assert.equal(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, digest);
  assert.deepEqual([...bytes.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  assert.ok(gunzipSync(bytes).includes('a.yaml'));
  assert.equal(await storage.verify('gitrepository/flux/demo/1.tar.gz', digest), true);
  await writeFile(file, bytes.subarray(0, -1));
  assert.equal(await storage.verify('gitrepository/flux/demo/1.tar.gz', digest), false);
  assert.equal(await storage.verify('gitrepository/flux/demo/4.tar.gz', digest), false);
});

test('what was replaced goes when its time is over, and sooner where there are more than are kept', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed);
  const { storage, clock, put } = storedIn(bed, store);
  const sha = await bed.push({ 'a.yaml': 'a' });
  const kept = async (): Promise<readonly string[]> =>
    (await readdir(join(storage.directory, 'gitrepository/flux/demo'))).sort();
  for (const name of ['1.tar.gz', '2.tar.gz', '3.tar.gz']) {
    await put(name, sha);
    clock.advance(1000);
  }
  assert.deepEqual(await storage.collect('gitrepository/flux/demo/3.tar.gz'), ['gitrepository/flux/demo/1.tar.gz']);
  assert.deepEqual(await kept(), ['2.tar.gz', '3.tar.gz']);
  clock.advance(61_000);
  await storage.collect('gitrepository/flux/demo/3.tar.gz');
  assert.deepEqual(await kept(), ['3.tar.gz']);
  await storage.sweep('gitrepository', new Set(['gitrepository/flux/demo']));
  assert.deepEqual(await kept(), ['3.tar.gz']);
  await storage.sweep('gitrepository', new Set());
  await assert.rejects(kept());
});

test('the server answers whole, in ranges, by validators, for the newest, and nothing outside of its directory', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed);
  const { storage, clock, put } = storedIn(bed, store);
  const sha = await bed.push({ 'a.yaml': 'a' });
  await put('1.tar.gz', sha);
  clock.advance(1000);
  await put('2.tar.gz', await bed.push({ 'a.yaml': 'b' }));
  await writeFile(join(bed.directory, 'secret'), 'secret');
  await using server = await startArtifactServer({ storage });
  const at = `${server.url}/gitrepository/flux/demo`;
  const bytes = await readFile(join(storage.directory, 'gitrepository/flux/demo/1.tar.gz'));
  const ask = async (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    fetch(url, { headers, method });
  const whole = await ask(`${at}/1.tar.gz`);
  assert.deepEqual(
    [whole.status, whole.headers.get('content-type'), whole.headers.get('content-length')],
    [200, 'application/gzip', String(bytes.length)],
  );
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
  const head = await ask(`${at}/1.tar.gz`, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)]);
  const etag = whole.headers.get('etag') ?? '';
  assert.equal((await ask(`${at}/1.tar.gz`, { 'If-None-Match': etag })).status, 304);
  const since = whole.headers.get('last-modified') ?? '';
  assert.equal((await ask(`${at}/1.tar.gz`, { 'If-Modified-Since': since })).status, 304);
  const ranges: readonly (readonly [string, number, Buffer])[] = [
    ['bytes=0-9', 206, bytes.subarray(0, 10)],
    ['bytes=10-', 206, bytes.subarray(10)],
    ['bytes=-5', 206, bytes.subarray(-5)],
    ['bytes=5-99999', 206, bytes.subarray(5)],
    ['bytes=99999-', 416, Buffer.alloc(0)],
    ['lines=1-2', 200, bytes],
  ];
  for (const [range, status, want] of ranges) {
    const part = await ask(`${at}/1.tar.gz`, { Range: range });
    assert.equal(part.status, status, range);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), want, range);
  }
  assert.equal((await ask(`${at}/1.tar.gz`, { Range: 'bytes=0-9', 'If-Range': '"other"' })).status, 200);
  const latest = await ask(`${at}/latest.tar.gz`);
  const second = await readFile(join(storage.directory, 'gitrepository/flux/demo/2.tar.gz'));
  assert.deepEqual(Buffer.from(await latest.arrayBuffer()), second);
  for (const path of ['3.tar.gz', '', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret', '..%2f..%2f..%2f..%2fsecret', '%', '%00']) {
    assert.equal((await ask(`${at}/${path}`)).status, 404, path);
  }
  assert.equal((await ask(`${at}/1.tar.gz`, {}, 'PUT')).status, 405);
});

test('a filter leaves out what it says, rule files included, and the next commit costs what it changed', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed);
  const seen: string[] = [];
  const filter: TreeFilter = {
    key: 'test',
    ruleFile: '.rules',
    excludes(rules) {
      const names = new Set([...rules.values()].flatMap((text) => text.split('\n')));
      return (path) => {
        seen.push(path);
        return names.has(path.split('/').at(-1) ?? '');
      };
    },
  };
  const first = await bed.push({
    '.rules': 'secret.txt\ngone',
    'a/.rules': 'b.txt',
    'a/b.txt': '1',
    'a/c.txt': '2',
    'gone/secret.txt': '3',
    'kept/secret.txt': '4',
    'gone-not/x.txt': '5',
  });
  const before = await store.tree(bed.url, first, { filter });
  assert.deepEqual([...before.files()].sort(), ['.rules', 'a/.rules', 'a/c.txt', 'gone-not/x.txt']);
  assert.equal(before.stat('gone'), undefined);
  assert.deepEqual(before.list('kept'), []);
  assert.equal(before.identify('a/b.txt'), undefined);
  assert.equal(await withSnapshot(before, (tree) => new TextDecoder().decode(tree.read('a/c.txt'))), '2');
  const whole = await store.tree(bed.url, first);
  assert.notEqual(before.treeOid, whole.treeOid);
  assert.notEqual(before.identify('a')?.names, whole.identify('a')?.names);
  seen.length = 0;
  await store.tree(bed.url, await bed.push({ 'gone-not/x.txt': '6' }), { filter });
  assert.deepEqual(
    seen.filter((path) => path.startsWith('a/')),
    [],
  );
});
