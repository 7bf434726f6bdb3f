// What a commit only points at: submodules and Git LFS, with real repositories and a server of the batch API.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { GitAccess, RepositoryAccess } from './access.ts';
import { sshdIsMissing, startSshd } from './remotes-testbed.ts';
import { recordReads, stillSame } from './reads.ts';
import { type Snapshot, withSnapshot } from './snapshot.ts';
import { type SourceStore, createSourceStore } from './store.ts';
import { resolveSubmoduleUrl } from './submodules.ts';
import { type Testbed, createHandClock, createTestbed } from './testbed.ts';

function storeOf(bed: Testbed, name = 'mirrors'): SourceStore {
  return createSourceStore({ git: bed.git, directory: join(bed.directory, name), clock: createHandClock() });
}

function accessOf(git: (url: string) => GitAccess): RepositoryAccess & { change: () => void } {
  const listeners = new Set<() => void>();
  return {
    git,
    remote: () => Promise.resolve({}),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: () => listeners.forEach((listener) => listener()),
  };
}

async function treeOf(store: SourceStore, url: string, access: RepositoryAccess): Promise<Snapshot> {
  const { sha } = await store.resolve(url, 'main', { access, maxAgeMs: 0 });
  return store.tree(url, sha, { access });
}

const read = (snapshot: Snapshot, path: string): Promise<string> =>
  withSnapshot(snapshot, (tree) => new TextDecoder().decode(tree.read(path)));

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

test('where a submodule is', () => {
  const cases = [
    ['https://host/org/app.git', '../lib.git', 'https://host/org/lib.git'],
    ['https://host/org/app', './lib', 'https://host/org/app/lib'],
    ['https://host/org/app.git/', '../../other/lib', 'https://host/other/lib'],
    ['git@host:org/app.git', '../lib.git', 'git@host:org/lib.git'],
    ['git@host:app.git', '../lib.git', 'git@host:lib.git'],
    ['ssh://git@host:2222/org/app', '../lib', 'ssh://git@host:2222/org/lib'],
    ['/srv/git/app', '../lib', '/srv/git/lib'],
    ['https://host/org/app', 'https://other/x.git', 'https://other/x.git'],
    ['https://host/org/app', 'git@other:x.git', 'git@other:x.git'],
  ] as const;
  for (const [parent, written, expected] of cases) {
    assert.equal(resolveSubmoduleUrl(parent, written), expected, `${parent} ${written}`);
  }
  for (const written of ['/etc/git', 'file:///srv/git/secret', 'ext::sh -c id']) {
    assert.throws(
      () => resolveSubmoduleUrl('https://host/org/app', written),
      /on the disk|not a repository URL/,
      written,
    );
  }
});

/** A repository `app` with a submodule `modules/lib` (relative), which has a submodule `inner` (absolute). */
async function nested(bed: Testbed): Promise<{ readonly app: string; readonly lib: string; readonly inner: string }> {
  await bed.host.add({ name: 'lib' });
  await bed.host.add({ name: 'inner' });
  const url = (name: string): string => `${bed.host.url}/${name}.git`;
  const commit = async (
    name: string,
    files: Readonly<Record<string, string>>,
    link?: readonly [string, string, string],
  ): Promise<string> => {
    await bed.user('checkout', '--quiet', '--orphan', name);
    await bed.user('rm', '-r', '-f', '--quiet', '--ignore-unmatch', '.');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(bed.work, path)), { recursive: true });
      await writeFile(join(bed.work, path), content);
    }
    if (link) {
      const [path, at, sha] = link;
      await bed.user('config', '--file', '.gitmodules', `submodule.${path}.path`, path);
      await bed.user('config', '--file', '.gitmodules', `submodule.${path}.url`, at);
      await bed.user('update-index', '--add', '--cacheinfo', `160000,${sha},${path}`);
    }
    await bed.user('add', '--all', '--', ...Object.keys(files), ...(link ? ['.gitmodules'] : []));
    await bed.user('commit', '--quiet', '--message', name);
    await bed.user('push', '--quiet', '--force', url(name), 'HEAD:main');
    return bed.user('rev-parse', 'HEAD');
  };
  const inner = await commit('inner', { 'deep/c.yaml': 'c: 1\n' });
  const lib = await commit('lib', { 'b.yaml': 'b: 1\n' }, ['inner', url('inner'), inner]);
  await commit('demo', { 'a.yaml': 'a: 1\n' }, ['modules/lib', '../lib.git', lib]);
  return { app: bed.url, lib: url('lib'), inner: url('inner') };
}

test('submodules are read in their places, theirs too, each with the access of its own URL', async () => {
  await using bed = await createTestbed();
  const { app, lib, inner } = await nested(bed);
  await using store = storeOf(bed);
  const asked = new Set<string>();
  const access = accessOf((url) => {
    asked.add(url);
    return { submodules: true };
  });
  const snapshot = await treeOf(store, app, access);
  assert.equal(await read(snapshot, 'modules/lib/b.yaml'), 'b: 1\n');
  assert.equal(await read(snapshot, 'modules/lib/inner/deep/c.yaml'), 'c: 1\n');
  assert.deepEqual(snapshot.files('modules'), [
    'modules/lib/.gitmodules',
    'modules/lib/b.yaml',
    'modules/lib/inner/deep/c.yaml',
  ]);
  assert.deepEqual(asked, new Set([app, lib, inner]));
  const recording = recordReads(snapshot);
  recording.tree.read('modules/lib/inner/deep/c.yaml');
  assert.ok(stillSame(recording.reads(), await treeOf(store, app, access)));
  const off = await treeOf(
    store,
    app,
    accessOf(() => ({})),
  );
  assert.deepEqual(off.list('modules/lib'), []);
  assert.notEqual(off.treeOid, snapshot.treeOid);
});

test('a submodule that cannot be had harms only who reads it, and is tried again', async () => {
  let open = false;
  let asked = 0;
  await using bed = await createTestbed(({ repository, user, access: wish }) => {
    if (repository === 'inner' && wish === 'read') asked += 1;
    return user === 'user' && (wish === 'write' || repository !== 'inner' || open);
  });
  const clock = createHandClock();
  const authorised = bed.host.url?.replace('//', '//user:pass@') ?? '';
  const { app } = await nestedBehind(bed, authorised);
  const directory = join(bed.directory, 'mirrors');
  // Without chance in it, the next attempt is after ten seconds and no later.
  await using store = createSourceStore({ git: bed.git, directory, clock, random: () => 0.5 });
  let wake = (): void => undefined;
  const auth = { basic: { username: 'user', password: 's3cret' } };
  const access = accessOf(() => ({ submodules: true, auth }));
  store.watch(app, () => wake(), { access });
  const { sha } = await store.resolve(app, 'main', { access });
  const tree = (): Promise<Snapshot> => store.tree(app, sha, { access });
  const snapshot = await tree();
  assert.equal(await read(snapshot, 'a.yaml'), 'a: 1\n');
  assert.equal(await read(snapshot, 'modules/lib/b.yaml'), 'b: 1\n');
  const why = await refusal(read(snapshot, 'modules/lib/inner/deep/c.yaml'));
  assert.match(why, /^the submodule inner cannot be read: authentication to http:.*inner\.git failed/);
  assert.ok(!why.includes('s3cret'));
  open = true;
  const before = asked;
  await tree();
  assert.equal(asked, before, 'it is not tried at every question');
  const heard = new Promise<void>((done) => (wake = done));
  clock.advance(10_000);
  await heard;
  assert.equal(await read(await tree(), 'modules/lib/inner/deep/c.yaml'), 'c: 1\n');
});

test('credentials that are withheld from a submodule are named', async () => {
  await using bed = await createTestbed(
    ({ repository, user, access: wish }) => wish === 'write' || repository === 'demo' || user === 'user',
  );
  const { app } = await nestedBehind(bed, bed.host.url?.replace('//', '//user:pass@') ?? '');
  await using store = storeOf(bed);
  const access = accessOf(() => ({ submodules: true, auth: { basic: { username: 'user', password: 'pass' } } }));
  const restricted = {
    ...access,
    submodule: () => ({ how: { submodules: true }, withheld: 'project "a" does not permit it' }),
  };
  const why = await refusal(read(await treeOf(store, app, restricted), 'modules/lib/b.yaml'));
  assert.match(
    why,
    /^the submodule modules\/lib cannot be read: .* asks for credentials, .* \(project "a" does not permit it\)$/,
  );
  assert.equal(await read(await treeOf(store, app, access), 'modules/lib/b.yaml'), 'b: 1\n');
});

/** The same where pushing needs a login too. */
async function nestedBehind(bed: Testbed, base: string): Promise<{ readonly app: string }> {
  const plain = bed.host.url ?? '';
  const made = await nested({
    ...bed,
    user: (...args) =>
      bed.user(...args.map((word, index) => (args[0] === 'push' && index > 0 ? word.replace(plain, base) : word))),
  });
  return { app: made.app };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const pointer = (text: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(text)}\nsize ${text.length}\n`;

interface LfsServer {
  readonly url: string;
  readonly asked: string[];
  readonly contents: Map<string, string>;
  login: string;
}

/** The batch API; storage is on the same host, or, where a content's name says so, hands out a header of its own. */
async function startLfs(context: TestContext): Promise<LfsServer> {
  const state: LfsServer = { url: '', asked: [], contents: new Map(), login: '' };
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const path = request.url ?? '';
      const scheme = authorization.split(' ')[0] ?? '';
      if (state.login !== '' && authorization !== state.login) {
        state.asked.push(`${request.method} ${path} refused`);
        response.writeHead(401).end();
      } else if (path.endsWith('/objects/batch')) {
        const wanted = (JSON.parse(body) as { readonly objects: readonly { readonly oid: string }[] }).objects;
        state.asked.push(`${path} ${wanted.length} ${scheme}`.trim());
        const objects = wanted.map(({ oid }) =>
          state.contents.has(oid)
            ? {
                oid,
                actions: {
                  download: { href: `${state.url}/storage/${oid}?signature=s3cret`, header: { 'X-Own': 'yes' } },
                },
              }
            : { oid, error: { code: 404, message: 'Object does not exist' } },
        );
        response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' }).end(JSON.stringify({ objects }));
      } else {
        state.asked.push(`storage ${scheme} ${String(request.headers['x-own'] ?? '')}`.trim());
        response.end(state.contents.get(/storage\/([0-9a-f]+)/.exec(path)?.[1] ?? ''));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => server.close());
  const address = server.address();
  return Object.assign(state, {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
  });
}

test('Git LFS: what is read is fetched, once, and must be what the pointer says', async (context) => {
  await using bed = await createTestbed();
  const lfs = await startLfs(context);
  const [first, second] = ['large\n'.repeat(100), 'not read\n'];
  lfs.contents.set(sha256(first), first);
  lfs.contents.set(sha256(second), second);
  await bed.push({
    '.lfsconfig': `[lfs]\n\turl = ${lfs.url}/team/lfs\n`,
    'a/first.txt': pointer(first),
    'a/second.txt': pointer(second),
    'a/plain.txt': 'plain\n',
    'gone.txt': pointer('gone'),
    'wrong.txt': pointer('right'),
  });
  const access = accessOf((url) => (url.startsWith(lfs.url) ? { auth: { bearer: 'lfs-token' } } : { lfs: true }));
  {
    await using store = storeOf(bed);
    const snapshot = await treeOf(store, bed.url, access);
    assert.equal(await read(snapshot, 'a/plain.txt'), 'plain\n');
    assert.deepEqual(lfs.asked, [], 'pointers around what is read stay pointers');
    assert.equal(await read(snapshot, 'a/first.txt'), first);
    assert.deepEqual(lfs.asked, ['/team/lfs/objects/batch 1 Bearer', 'storage Bearer yes']);
    assert.match(
      await refusal(read(snapshot, 'gone.txt')),
      /^Git LFS content of .* could not be fetched: [0-9a-f]{12}…: 404 Object does not exist$/,
    );
    lfs.contents.set(sha256('right'), 'wrong');
    const wrong = await refusal(read(snapshot, 'wrong.txt'));
    assert.match(wrong, /the server sent something else than [0-9a-f]{12}…: size or digest differ$/);
    lfs.login = 'Bearer another';
    assert.match(
      await refusal(read(snapshot, 'a/second.txt')),
      /the LFS server refuses the credentials; check them and their rights$/,
    );
    assert.match(
      await refusal(
        read(
          await treeOf(
            store,
            bed.url,
            accessOf(() => ({})),
          ),
          'a/first.txt',
        ),
      ),
      /is a Git LFS pointer, and Git LFS is not on/,
    );
  }
  lfs.asked.length = 0;
  await using again = storeOf(bed);
  assert.equal(await read(await treeOf(again, bed.url, access), 'a/first.txt'), first);
  assert.deepEqual(lfs.asked, [], 'a content that was fetched is kept on disk');
});

test('Git LFS beside the repository, with its credentials; nothing of them goes elsewhere', async (context) => {
  await using bed = await createTestbed(({ user, password }) => user === 'user' && password === 'pass');
  const lfs = await startLfs(context);
  const content = 'content\n';
  lfs.contents.set(sha256(content), content);
  const storage = await startLfs(context);
  await bed.push({ 'a.txt': pointer(content) });
  // One server for both, as forges have it: git's requests go on to the host.
  const front = createServer((request, response) => {
    if ((request.url ?? '').includes('/info/lfs/')) {
      lfs.asked.push(`${request.url} ${request.headers.authorization?.split(' ')[0] ?? ''}`);
      const href = `${storage.url}/storage/${sha256(content)}`;
      response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' });
      response.end(JSON.stringify({ objects: [{ oid: sha256(content), actions: { download: { href } } }] }));
    } else bed.host.handle(request, response);
  });
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done));
  context.after(() => front.close());
  const address = front.address();
  storage.contents.set(sha256(content), content);
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/demo.git`;
  await using store = storeOf(bed);
  const access = accessOf(() => ({ lfs: true, auth: { basic: { username: 'user', password: 'pass' } } }));
  assert.equal(await read(await treeOf(store, url, access), 'a.txt'), content);
  assert.deepEqual(lfs.asked, ['/demo.git/info/lfs/objects/batch Basic']);
  assert.deepEqual(storage.asked, ['storage']);
});

test(
  'Git LFS of an SSH repository: the server says where and with what',
  { skip: sshdIsMissing() },
  async (context) => {
    await using bed = await createTestbed();
    const lfs = await startLfs(context);
    const content = 'content\n';
    lfs.contents.set(sha256(content), content);
    lfs.login = 'RemoteAuth t0ken';
    await bed.push({ 'a.txt': pointer(content) });
    const told = JSON.stringify({
      href: `${lfs.url}/lfs`,
      header: { Authorization: 'RemoteAuth t0ken' },
      expires_in: 600,
    });
    await using sshd = await startSshd(bed, 'ed25519', { lfs: told });
    const url = sshd.url(bed.host.repositories.get('demo')?.gitDirectory ?? '');
    await using store = storeOf(bed);
    const { privateKey, knownHosts } = sshd;
    const access = accessOf(() => ({ lfs: true, auth: { ssh: { privateKey, knownHosts } } }));
    assert.equal(await read(await treeOf(store, url, access), 'a.txt'), content);
    assert.deepEqual(lfs.asked, ['/lfs/objects/batch 1 RemoteAuth', 'storage RemoteAuth yes']);
  },
);

test('what a local reader changes on disk is not believed', async (context) => {
  await using bed = await createTestbed();
  const lfs = await startLfs(context);
  const content = 'content\n';
  lfs.contents.set(sha256(content), content);
  await bed.push({ '.lfsconfig': `[lfs]\n\turl = ${lfs.url}\n`, 'a.txt': pointer(content) });
  await using store = storeOf(bed);
  const access = accessOf(() => ({ lfs: true }));
  assert.equal(await read(await treeOf(store, bed.url, access), 'a.txt'), content);
  const { directory } = await store.open(bed.url, { access });
  const kept = join(
    directory,
    'lfs/objects',
    sha256(content).slice(0, 2),
    sha256(content).slice(2, 4),
    sha256(content),
  );
  assert.equal(await readFile(kept, 'utf8'), content);
  await rm(kept);
  assert.equal(await read(await treeOf(store, bed.url, access), 'a.txt'), content);
  assert.equal(lfs.asked.filter((line) => line.startsWith('storage')).length, 2);
});
