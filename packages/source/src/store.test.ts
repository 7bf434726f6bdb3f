import assert from 'node:assert/strict';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ContentNotLoaded, type FileTree } from '@evenkeel/std';
import {
  type RepositoryAccess,
  type SourceChange,
  SourceError,
  type SourceStore,
  createSourceStore,
  parseRepositoryMapping,
  readFiles,
  recordReads,
  stillSame,
  withSnapshot,
} from './index.ts';
import { type Testbed, createHandClock, createTestbed } from './testbed.ts';

const PUBLIC_URL = 'https://github.com/your-org/infrastructure.git';

/** The same store reached in the two ways there are. */
const faces = ['hosted here', 'mirrored'] as const;

function storeOn(bed: Testbed, face: (typeof faces)[number], options: { blobBytesMax?: number } = {}): SourceStore {
  const clock = createHandClock();
  const store = createSourceStore({ git: bed.git, directory: join(bed.directory, 'mirrors'), clock, ...options });
  const repository = bed.host.repositories.get('demo')?.repository;
  assert.ok(repository);
  store.map(PUBLIC_URL, face === 'mirrored' ? { url: bed.url } : { repository });
  return store;
}

function readAll(tree: FileTree, directory = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, kind } of tree.list(directory) ?? []) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (kind === 'directory') Object.assign(files, readAll(tree, path));
    else files[path] = new TextDecoder().decode(tree.read(path));
  }
  return files;
}

for (const face of faces) {
  test(`${face}: a revision is resolved and its whole content read`, async () => {
    await using bed = await createTestbed();
    await using store = storeOn(bed, face);
    await assert.rejects(store.resolve(PUBLIC_URL, 'main'), { code: 'revision-not-found' });
    const files = { 'a.yaml': 'a', 'apps/one/x.yaml': 'x', 'apps/two/ünï ö.yaml': 'ü', 'crlf.txt': 'a\r\n' };
    const first = await bed.push(files);
    const { sha } = await store.resolve('git@github.com:your-org/infrastructure', 'main', { maxAgeMs: 0 });
    assert.equal(sha, first);
    const snapshot = await store.tree(PUBLIC_URL, sha);
    assert.throws(() => snapshot.read('a.yaml'), ContentNotLoaded);
    assert.deepEqual(await withSnapshot(snapshot, (tree) => readAll(tree)), files);
    assert.equal((await store.commit(PUBLIC_URL, sha)).author.email, 'ada@example.com');
    assert.equal(snapshot.read('missing'), undefined);
    assert.equal(snapshot.list('a.yaml'), undefined);
    assert.equal(snapshot.read('apps'), undefined);
    assert.deepEqual(snapshot.files('apps'), ['apps/one/x.yaml', 'apps/two/ünï ö.yaml']);

    for (const range of ['^9.0', '>=9.0.0 <10', '9.x', '*']) {
      await assert.rejects(store.resolve(PUBLIC_URL, range, { maxAgeMs: 0 }), {
        code: 'revision-not-found',
        message: `no tag is in the range "${range}", and no branch has that name`,
      });
    }

    const second = await bed.push({ 'a.yaml': 'changed' });
    assert.equal((await store.resolve(PUBLIC_URL, '', { maxAgeMs: 0 })).sha, second);
    assert.equal((await withSnapshot(await store.tree(PUBLIC_URL, second), readAll))['a.yaml'], 'changed');
    assert.equal((await withSnapshot(await store.tree(PUBLIC_URL, first), readAll))['a.yaml'], 'a');
  });

  test(`${face}: links are followed inside the tree and nowhere else; submodules and LFS pointers are what they are`, async () => {
    await using bed = await createTestbed();
    await using store = storeOn(bed, face);
    const links: Readonly<Record<string, string>> = {
      'apps/file-link': '../base/a.yaml',
      'apps/dir-link': '../base',
      'apps/chain': 'dir-link/nested/../a.yaml',
      'apps/outside': '../../../../etc/passwd',
      'apps/absolute': '/etc/passwd',
      'apps/loop': 'loop',
      'apps/dangling': 'nothing',
    };
    await bed.push({ 'base/a.yaml': 'A', 'base/nested/b.yaml': 'B', 'apps/.keep': '' });
    for (const [path, target] of Object.entries(links)) await symlink(target, join(bed.work, path));
    const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n';
    await bed.user('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},modules/sub`);
    await bed.push({ 'big.tgz': lfs });
    await bed.user('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},modules/sub`);
    await bed.user('commit', '--quiet', '-m', 'submodule');
    await bed.user('push', '--quiet', 'origin', 'HEAD:main');
    const sha = await bed.user('rev-parse', 'HEAD');
    const snapshot = await store.tree(PUBLIC_URL, sha);
    const read = (path: string): Promise<string | undefined> =>
      withSnapshot(snapshot, (tree) => {
        const bytes = tree.read(path);
        return bytes && new TextDecoder().decode(bytes);
      });
    assert.equal(await read('apps/file-link'), 'A');
    assert.equal(await read('apps/dir-link/nested/b.yaml'), 'B');
    assert.equal(await read('apps/chain'), 'A');
    for (const path of ['apps/outside', 'apps/absolute', 'apps/loop', 'apps/dangling', '../x', 'apps/../../x']) {
      assert.equal(await read(path), undefined, path);
    }
    assert.equal(snapshot.stat('apps/outside'), 'symlink');
    assert.equal(snapshot.readlink('apps/absolute'), '/etc/passwd');
    assert.deepEqual(snapshot.list('apps/dir-link'), snapshot.list('base'));
    assert.deepEqual(snapshot.submodules(), [{ path: 'modules/sub', commit: '1'.repeat(40) }]);
    assert.equal(snapshot.stat('modules/sub'), 'directory');
    assert.deepEqual(snapshot.list('modules/sub'), []);
    await assert.rejects(read('big.tgz'), {
      code: 'lfs-pointer',
      path: 'big.tgz',
      message: /^big.tgz .* Git LFS pointer/,
    });
  });

  test(`${face}: contents are loaded in few rounds, a hint makes it one, and a full cache does not stop the work`, async () => {
    await using bed = await createTestbed();
    await using store = storeOn(bed, face, { blobBytesMax: 1000 });
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`d${index % 10}/f${index}`, `${index}`.repeat(100)]),
    );
    const sha = await bed.push(files);
    const snapshot = await store.tree(PUBLIC_URL, sha);
    let rounds = 0;
    const recording = await withSnapshot(snapshot, (tree) => {
      rounds += 1;
      const inner = recordReads(tree);
      assert.deepEqual(Object.keys(readAll(inner.tree)).length, 200);
      return inner;
    });
    assert.ok(rounds <= 11, `${rounds} rounds for 10 directories`);
    const hint = readFiles(recording.reads());
    assert.equal(hint.length, 200);
    rounds = 0;
    await withSnapshot(snapshot, (tree) => ((rounds += 1), readAll(tree)), { hint });
    assert.equal(rounds, 1);
  });
}

test('what was read decides whether a commit matters, not the commit', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed, 'hosted here');
  const first = await bed.push({ 'apps/a/k.yaml': 'a', 'apps/b/k.yaml': 'b', 'base/x.yaml': 'x' });
  const recording = await withSnapshot(await store.tree(PUBLIC_URL, first), (tree) => {
    const inner = recordReads(tree);
    inner.tree.list('apps');
    inner.tree.read('apps/a/k.yaml');
    inner.tree.read('apps/a/missing.yaml');
    inner.tree.stat('base');
    return inner;
  });
  const same = async (files: Readonly<Record<string, string>>): Promise<boolean> =>
    stillSame(recording.reads(), await store.tree(PUBLIC_URL, await bed.push(files)));
  assert.equal(await same({}), true);
  assert.equal(await same({ 'apps/b/k.yaml': 'other', 'base/x.yaml': 'other' }), true);
  assert.equal(await same({ 'apps/a/k.yaml': 'other' }), false);
  assert.equal(await same({ 'apps/a/k.yaml': 'a' }), true, 'back to the old content');
  assert.equal(await same({ 'apps/a/missing.yaml': 'now here' }), false);
  await bed.user('rm', '--quiet', 'apps/a/missing.yaml');
  assert.equal(await same({ 'apps/c/k.yaml': 'c' }), false, 'a listed directory has a new name in it');
});

test('a hosted repository is never polled; pushes reach the listener under the URL it asked for', async () => {
  await using bed = await createTestbed();
  const clock = createHandClock();
  await using store = createSourceStore({ git: bed.git, directory: join(bed.directory, 'mirrors'), clock });
  const repository = bed.host.repositories.get('demo')?.repository;
  assert.ok(repository);
  store.map(PUBLIC_URL, { repository });
  bed.onPush = (event) => store.poke('https://github.com/your-org/infrastructure', [event]);
  const changes: SourceChange[] = [];
  const spelling = 'ssh://git@github.com/your-org/infrastructure';
  const stop = store.watch(spelling, (change) => changes.push(change), { intervalMs: 1000 });
  const sha = await bed.push({ a: '1' });
  assert.equal(changes.length, 1);
  assert.equal(changes[0]?.url, spelling);
  assert.equal(changes[0]?.refs[0]?.after, sha);
  assert.deepEqual(clock.delays, []);
  stop();
  await bed.push({ a: '2' });
  assert.equal(changes.length, 1);
});

test('a remote is polled once per interval for everybody; a poke is sooner; failures pass', async () => {
  let isUp = true;
  await using bed = await createTestbed(({ access }) => isUp || access === 'write');
  const clock = createHandClock();
  await using store = createSourceStore({
    git: bed.git,
    directory: join(bed.directory, 'mirrors'),
    clock,
    random: () => 0.5,
  });
  const first = await bed.push({ a: '1' });
  const heard: SourceChange[] = [];
  let wake = (): void => undefined;
  const next = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const listener = (change: SourceChange): void => {
    heard.push(change);
    wake();
  };
  store.watch(bed.url, listener, { intervalMs: 180_000 });
  assert.deepEqual(clock.delays, [180_000]);
  const stopSooner = store.watch(bed.url, () => undefined, { intervalMs: 60_000 });
  assert.deepEqual(clock.delays, [60_000], 'the shortest interval counts, with one timer');
  stopSooner();
  let changed = next();
  assert.equal((await store.resolve(bed.url, 'main')).sha, first);
  await changed;

  const second = await bed.push({ a: '2' });
  assert.equal((await store.resolve(bed.url, 'main')).sha, first, 'references are not asked for on every question');
  changed = next();
  clock.advance(180_000);
  await changed;
  assert.deepEqual(
    heard.at(-1)?.refs.map(({ ref, after }) => [ref, after]),
    [
      ['refs/heads/main', second],
      ['HEAD', second],
    ],
  );
  assert.equal((await store.resolve(bed.url, 'main')).sha, second);

  const third = await bed.push({ a: '3' });
  changed = next();
  store.poke(bed.url.replace(/\.git$/, ''));
  await changed;
  assert.equal((await store.resolve(bed.url, 'main')).sha, third);

  isUp = false;
  await assert.rejects(store.resolve(bed.url, 'main', { maxAgeMs: 0 }), { code: 'authentication' });
  isUp = true;
  assert.equal((await store.resolve(bed.url, 'main', { maxAgeMs: 0 })).sha, third);
});

test('what one set of credentials may read is not given to another', async () => {
  await using bed = await createTestbed(({ password }) => password === 'pass');
  await using store = createSourceStore({
    git: bed.git,
    directory: join(bed.directory, 'mirrors'),
    clock: createHandClock(),
  });
  const sha = await bed.push({ a: '1' });
  const auth = { basic: { username: 'user', password: 'pass' } };
  await store.tree(bed.url, (await store.resolve(bed.url, 'main', { auth })).sha, { auth });
  await assert.rejects(store.resolve(bed.url, 'main'), { code: 'authentication' });
  await assert.rejects(store.tree(bed.url, sha), { code: 'authentication' });
  await assert.rejects(store.tree(bed.url, sha, { auth: { bearer: 'x' } }), { code: 'authentication' });
});

test('one asker may give up without taking the others along', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed, 'mirrored');
  const sha = await bed.push({ a: '1' });
  const controller = new AbortController();
  const impatient = store.tree(PUBLIC_URL, sha, { signal: controller.signal });
  const patient = store.tree(PUBLIC_URL, sha);
  controller.abort(new Error('enough'));
  await assert.rejects(impatient, /enough/);
  assert.equal((await patient).stat('a'), 'file');
});

test('a reader that asks for what never comes is stopped', async () => {
  await using bed = await createTestbed();
  await using store = storeOn(bed, 'hosted here');
  const snapshot = await store.tree(PUBLIC_URL, await bed.push({ a: '1' }));
  const work = withSnapshot(snapshot, () => {
    throw new Error('wrapped by an engine', { cause: new ContentNotLoaded(['not/there']) });
  });
  await assert.rejects(work, { code: 'no-progress' });
  await assert.rejects(
    withSnapshot(snapshot, () => assert.fail('its own fault')),
    /its own fault/,
  );
});

test('mappings are read as URL=DIR', () => {
  assert.deepEqual(parseRepositoryMapping('https://github.com/o/r.git=./dir=x'), {
    url: 'https://github.com/o/r.git',
    directory: './dir=x',
  });
  assert.deepEqual(parseRepositoryMapping('git@github.com:o/r=/srv').directory, '/srv');
  for (const bad of ['', 'dir', '=dir', 'https://x/y=', 'relative=dir']) {
    assert.throws(() => parseRepositoryMapping(bad), { code: 'unknown-mapping' }, bad);
  }
});

test('what was kept with credentials that are gone goes as well, when nobody reads it any more', async () => {
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'a' });
  const clock = createHandClock();
  const directory = join(bed.directory, 'retired');
  await using store = createSourceStore({ git: bed.git, directory, clock });
  let password = 'one';
  const listeners = new Set<() => void>();
  const access: RepositoryAccess = {
    git: () => ({ auth: { basic: { username: 'me', password } } }),
    remote: () => Promise.resolve({}),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  let told = 0;
  const stop = store.watch(bed.url, () => (told += 1), { access });
  await store.resolve(bed.url, 'main', { access });
  told = 0;
  for (const listener of listeners) listener();
  assert.equal(told, 0, 'the same credentials are no news');
  password = 'two';
  for (const listener of listeners) listener();
  assert.equal(told, 1);
  await store.resolve(bed.url, 'main', { access });
  assert.equal((await readdir(directory)).length, 2);
  clock.advance(10 * 60_000);
  while ((await readdir(directory)).length > 1) await new Promise((done) => setImmediate(done));
  assert.equal((await store.resolve(bed.url, 'main', { access })).revision, 'main');
  stop();
});

test('a repository that is here needs no credentials, whatever is wrong with those of the real one', async () => {
  await using bed = await createTestbed();
  const sha = await bed.push({ 'a.txt': 'a' });
  await using store = createSourceStore({
    git: bed.git,
    directory: join(bed.directory, 'mirrors'),
    clock: createHandClock(),
  });
  const hosted = bed.host.repositories.get('demo');
  assert.ok(hosted);
  store.map('https://git.example.com/demo.git', { repository: hosted.repository });
  const access: RepositoryAccess = {
    git: () => {
      throw new SourceError('access', 'unusable');
    },
    remote: () => Promise.resolve({}),
    onChange: () => () => undefined,
  };
  assert.equal((await store.resolve('https://git.example.com/demo', 'main', { access })).sha, sha);
  await assert.rejects(store.resolve('https://git.example.com/other', 'main', { access }), { code: 'access' });
});

test('a remote that does not answer is asked once for everybody, again by itself, and its return is told', async () => {
  let isUp = false;
  let asked = 0;
  await using bed = await createTestbed(({ access }) => {
    if (access === 'read') asked += 1;
    return isUp || access === 'write';
  });
  const sha = await bed.push({ 'a.txt': 'a' });
  const clock = createHandClock();
  await using store = createSourceStore({
    git: bed.git,
    directory: join(bed.directory, 'mirrors'),
    clock,
    random: () => 0.5,
  });
  let told = 0;
  let wake = (): void => undefined;
  store.watch(bed.url, () => {
    told += 1;
    wake();
  });
  const failing = async (): Promise<void> => {
    await assert.rejects(store.resolve(bed.url, 'main'), { code: 'authentication' });
  };
  await Promise.all(Array.from({ length: 20 }, failing));
  for (let count = 0; count < 20; count += 1) await failing();
  assert.equal(asked, 1, 'forty askers cost one question');
  assert.deepEqual(clock.delays, [10_000]);
  clock.advance(10_000);
  while (clock.delays[0] !== 20_000) await new Promise((done) => setImmediate(done));
  assert.equal(asked, 2);
  await failing();
  assert.equal(asked, 2);
  await assert.rejects(store.resolve(bed.url, 'main', { maxAgeMs: 0 }), { code: 'authentication' });
  assert.equal(asked, 3, 'who insists is given an answer of now');
  isUp = true;
  told = 0;
  const heard = new Promise<void>((done) => (wake = done));
  clock.advance(20_000);
  await heard;
  assert.equal((await store.resolve(bed.url, 'main')).sha, sha);

  // The same where everything was known before: nothing has moved, and yet there is news.
  isUp = false;
  await assert.rejects(store.resolve(bed.url, 'main', { maxAgeMs: 0 }), { code: 'authentication' });
  assert.equal((await store.resolve(bed.url, 'main')).sha, sha, 'what is known still counts');
  isUp = true;
  const again = new Promise<void>((done) => (wake = done));
  // What begins again so soon is tried again no sooner than before.
  clock.advance(40_000);
  await again;
});
