import assert from 'node:assert/strict';
import { chmod, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGit } from './command.ts';
import { startGitHost } from './host.ts';
import { openMirror } from './mirror.ts';
import { type Testbed, createTestbed, portOf } from './testbed.ts';

/** A host with one repository `demo`, filled from a working tree whose `origin` it is. */
async function remoteIn(
  bed: Testbed,
  authenticate?: (credentials: { readonly password: string | undefined }) => boolean,
): Promise<{ readonly url: string; readonly work: string } & AsyncDisposable> {
  const host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo' }],
    listen: { port: 0 },
    ...(authenticate ? { authenticate } : {}),
  });
  const work = await bed.workingTree('work', { 'apps/a.yaml': 'a: 1\n', 'apps/b.yaml': 'b: 1\n' });
  const url = `${host.url}/demo.git`;
  const pushUrl = authenticate ? url.replace('//', '//u:s3cret@') : url;
  await bed.user(work, 'remote', 'add', 'origin', pushUrl);
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  return { url, work, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

test('every spelling of a revision is resolved as the remote has it now', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  await using mirror = await openMirror(bed.git, { url, directory: bed.path('mirror') });
  const first = await bed.user(work, 'rev-parse', 'HEAD');
  const second = await bed.commit(work, 'second', { 'apps/a.yaml': 'a: 2\n' });
  await bed.user(work, 'tag', '-a', 'v1', '-m', 'annotated');
  await bed.user(work, 'branch', 'v1', first);
  await bed.user(work, 'branch', 'release/1.0', first);
  await bed.user(work, 'push', '--quiet', 'origin', '--all');
  await bed.user(work, 'push', '--quiet', 'origin', '--tags');
  const cases: readonly (readonly [string, string])[] = [
    ['main', second],
    ['', second],
    ['HEAD', second],
    ['refs/heads/main', second],
    ['release/1.0', first],
    ['v1', first],
    ['refs/tags/v1', second],
    ['main~1', first],
    ['HEAD^', first],
    [second, second],
    [second.slice(0, 10), second],
  ];
  for (const [revision, sha] of cases) assert.equal(await mirror.resolve(revision), sha, revision);
  for (const revision of ['nope', 'f'.repeat(40), 'abcdef12']) {
    await assert.rejects(mirror.resolve(revision), { code: 'revision-not-found' }, revision);
  }
  for (const revision of [
    '--upload-pack=touch /tmp/x',
    '-x',
    'a b',
    'a..b',
    'a:b',
    '@{-1}',
    'a\nb',
    'a\0b',
    'x.lock',
  ]) {
    await assert.rejects(mirror.resolve(revision), { code: 'invalid-argument' }, revision);
  }

  await bed.user(work, 'checkout', '--quiet', '-B', 'main', first);
  const forced = await bed.commit(work, 'instead', { 'apps/c.yaml': 'c' });
  await bed.user(work, 'push', '--quiet', '--force', 'origin', 'main', ':release/1.0');
  assert.equal(await mirror.resolve('main'), forced);
  await assert.rejects(mirror.resolve('release/1.0'), { code: 'revision-not-found' }, 'a deleted branch is gone');
  assert.equal(await mirror.resolve(second), second, 'a commit that was forced away can still be read');
});

test('commits, logs, comparisons and trees', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  const first = await bed.user(work, 'rev-parse', 'HEAD');
  await rm(join(work, 'apps/b.yaml'));
  const second = await bed.commit(work, 'Change a\nand more\n\nBody with ünïcode.\n', {
    'apps/a.yaml': 'a: 2\n',
    'ünï/ä b.yaml': 'x',
  });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  await using mirror = await openMirror(bed.git, { url, directory: bed.path('mirror') });
  const commit = await mirror.commit(second);
  assert.deepEqual([commit.author.name, commit.author.email], ['Ada', 'ada@example.com']);
  assert.match(commit.author.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(commit.parents, [first]);
  assert.equal(commit.subject, 'Change a and more');
  assert.equal(commit.message, 'Change a\nand more\n\nBody with ünïcode.');
  assert.deepEqual(await mirror.changedPaths(first, second), [
    { path: 'apps/a.yaml', change: 'modified' },
    { path: 'apps/b.yaml', change: 'deleted' },
    { path: 'ünï/ä b.yaml', change: 'added' },
  ]);
  assert.deepEqual(
    (await mirror.log({ path: 'apps/b.yaml' })).map(({ sha }) => sha),
    [second, first],
  );
  assert.deepEqual(
    (await mirror.log({ range: `${first}..${second}` })).map(({ sha }) => sha),
    [second],
  );
  assert.deepEqual((await mirror.log({ path: '*.yaml' })).length, 0, 'a path is taken literally');
  assert.deepEqual((await mirror.log({ limit: 1 })).length, 1);
  await assert.rejects(mirror.log({ range: '--output=/tmp/x' }), { code: 'invalid-argument' });
  assert.equal(await mirror.isAncestor(first, second), true);
  assert.equal(await mirror.isAncestor(second, first), false);
  await assert.rejects(mirror.commit('a'.repeat(40)), { code: 'revision-not-found' });
});

test('file contents come when they are asked for, many in one request', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`many/${index}.txt`, `content ${index}`]));
  const head = await bed.commit(work, 'many', { ...many, 'large.bin': 'x'.repeat(3_000_000) });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  await using mirror = await openMirror(bed.git, { url, directory: bed.path('mirror') });
  const files = (await mirror.treeEntries(head)).filter(({ kind }) => kind === 'file');
  const oids = files.map(({ oid }) => oid);
  assert.equal((await mirror.infos(oids)).size, 0, 'the mirror holds no contents at first');
  const contents = await mirror.blobs(oids);
  assert.equal(contents.size, new Set(oids).size);
  const large = files.find(({ path }) => path === 'large.bin')?.oid ?? '';
  assert.equal(contents.get(large)?.length, 3_000_000);
  assert.equal((await readdir(bed.path('mirror/objects/pack'))).filter((name) => name.endsWith('.pack')).length, 2);
  await using full = await openMirror(bed.git, { url, directory: bed.path('full'), blobless: false });
  assert.equal((await full.infos(oids)).size, new Set(oids).size, 'a full mirror holds all of them');
  assert.equal((await mirror.blobs(['b'.repeat(40)]).catch(() => new Map())).size, 0);
});

test('a half-made, foreign, or damaged mirror is made anew; leftovers of a killed process are removed', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  const directory = bed.path('mirror');
  const head = await bed.user(work, 'rev-parse', 'HEAD');
  const check = async (): Promise<void> => {
    await using mirror = await openMirror(bed.git, { url, directory });
    assert.equal(await mirror.resolve('main'), head);
    assert.equal((await mirror.treeEntries(head)).length, 3);
  };
  await bed.git.run(['init', '--bare', '--quiet', directory]);
  await check();
  await rm(join(directory, 'evenkeel-mirror.json'));
  await rm(join(directory, 'HEAD'));
  await check();
  await bed.write(directory, {
    'packed-refs.lock': '',
    'refs/heads/main.lock': '',
    'shallow.lock': '',
    'objects/pack/tmp_pack_abc': 'half',
  });
  await check();
  assert.ok(!(await readdir(join(directory, 'objects/pack'))).includes('tmp_pack_abc'));
  await writeFile(join(directory, 'evenkeel-mirror.json'), '{"key":"https://elsewhere/x"}');
  await check();
  const [pack = ''] = (await readdir(join(directory, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  await chmod(join(directory, 'objects/pack', pack), 0o644);
  await truncate(join(directory, 'objects/pack', pack), 20);
  const second = await bed.commit(work, 'second', { 'apps/a.yaml': 'a: 2\n' });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  await using mirror = await openMirror(bed.git, { url, directory });
  assert.equal(await mirror.resolve('main'), second);
  assert.equal((await mirror.treeEntries(second)).length, 3);
});

test('a mirror whose directory goes away while it is used is made anew', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  const directory = bed.path('mirror');
  await using mirror = await openMirror(bed.git, { url, directory });
  const head = await mirror.resolve('main');
  await rm(directory, { recursive: true, force: true });
  assert.equal((await mirror.lsRemote()).head, head);
  const second = await bed.commit(work, 'second', { 'apps/a.yaml': 'a: 2\n' });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  await rm(directory, { recursive: true, force: true });
  assert.equal(await mirror.resolve('main'), second);
  assert.equal((await mirror.treeEntries(second)).length, 3);
});

test('many callers at once are served by one mirror directory', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed);
  const { url, work } = remote;
  const directory = bed.path('mirror');
  const mirrors = await Promise.all(Array.from({ length: 4 }, () => openMirror(bed.git, { url, directory })));
  const head = await bed.commit(work, 'second', { 'apps/a.yaml': 'a: 2\n' });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  const answers = await Promise.all(mirrors.flatMap((mirror) => [mirror.resolve('main'), mirror.resolve('HEAD')]));
  assert.deepEqual(new Set(answers), new Set([head]));
  await Promise.all(mirrors.map((mirror) => mirror[Symbol.asyncDispose]()));
});

test('an empty repository can be mirrored; it has no HEAD until something is pushed', async () => {
  await using bed = await createTestbed();
  await using host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo' }],
    listen: { port: 0 },
  });
  await using mirror = await openMirror(bed.git, { url: `${host.url}/demo.git`, directory: bed.path('mirror') });
  await assert.rejects(mirror.resolve('HEAD'), { code: 'revision-not-found' });
  const work = await bed.workingTree('work', { a: '1' });
  await bed.user(work, 'push', '--quiet', `${host.url}/demo.git`, 'main');
  assert.equal(await mirror.resolve('HEAD'), await bed.user(work, 'rev-parse', 'HEAD'));
});

test('credentials reach the server and nothing else: no argument, no file of the mirror, no error text', async () => {
  await using bed = await createTestbed();
  await using remote = await remoteIn(bed, ({ password }) => password === 's3cret');
  const { url } = remote;
  const log = bed.path('arguments.log');
  const program = bed.path('git-logged');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nexec git "$@"\n`, { mode: 0o755 });
  const git = createGit({ directory: bed.path('private-2'), program });
  const variants = [
    { url, auth: { basic: { username: 'u', password: 's3cret' } } },
    { url: url.replace('//', '//u:s3cret@') },
  ];
  for (const [index, variant] of variants.entries()) {
    const directory = bed.path(`mirror-${index}`);
    await using mirror = await openMirror(git, { ...variant, directory });
    assert.equal((await mirror.treeEntries(await mirror.resolve('main'))).length, 3);
    assert.ok(!mirror.url.includes('s3cret'));
    for (const name of ['config', 'evenkeel-mirror.json']) {
      assert.ok(!(await readFile(join(directory, name), 'utf8')).includes('s3cret'));
    }
  }
  assert.ok(!(await readFile(log, 'utf8')).includes('s3cret'));
  const wrong = openMirror(git, { url: url.replace('//', '//u:wr0ng@'), directory: bed.path('mirror-x') });
  await assert.rejects(wrong, (error: Error & { code: string; detail: string }) => {
    assert.equal(error.code, 'authentication');
    assert.ok(!`${error.message}${error.detail}`.includes('wr0ng'));
    return true;
  });
  await assert.rejects(openMirror(git, { url, directory: bed.path('mirror-y') }), { code: 'authentication' });
});

test('a bearer token, and a redirect that must not receive it', async () => {
  await using bed = await createTestbed();
  const seen: (string | undefined)[] = [];
  const thief = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  const server = createServer((request, response) => {
    assert.equal(request.headers.authorization, 'Bearer t0ken');
    response.writeHead(301, { location: `http://127.0.0.1:${portOf(thief)}${request.url}` }).end();
  });
  for (const each of [thief, server]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server)}/x`;
  await assert.rejects(openMirror(bed.git, { url, directory: bed.path('m'), auth: { bearer: 't0ken' } }), {
    code: 'redirect',
    message: /redirects elsewhere/,
  });
  assert.deepEqual(seen, []);
  thief.close();
  server.close();
});

test('what cannot be reached says so in one sentence; aborting and time-outs leave nothing running', async () => {
  await using bed = await createTestbed();
  const silent = createTcpServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const silentUrl = `http://127.0.0.1:${portOf(silent)}/x.git`;
  const open = (url: string, more: object = {}): Promise<unknown> =>
    openMirror(bed.git, { url, directory: bed.path('m'), ...more });
  await assert.rejects(open('http://127.0.0.1:1/x.git'), { code: 'network' });
  await assert.rejects(open(bed.path('nowhere')), { code: 'not-found' });
  await assert.rejects(open('ext::sh -c "touch /tmp/pwned"'), { code: 'invalid-argument' });
  await assert.rejects(open('--upload-pack=x'), { code: 'invalid-argument' });
  await assert.rejects(open('ssh://-oProxyCommand=x/y'), { code: 'invalid-argument' });
  await assert.rejects(open(silentUrl, { fetchTimeoutMs: 200 }), { code: 'timeout' });
  const controller = new AbortController();
  const aborted = assert.rejects(open(silentUrl, { signal: controller.signal }), { code: 'aborted' });
  setImmediate(() => controller.abort());
  await aborted;
  silent.close();
});

test('a killed reader is replaced, and what was asked meanwhile is answered', async () => {
  await using bed = await createTestbed();
  const pids = bed.path('pids.log');
  const program = bed.path('git-logged');
  await writeFile(program, `#!/bin/sh\ncase "$*" in *batch-command*) echo $$ >> ${pids};; esac\nexec git "$@"\n`, {
    mode: 0o755,
  });
  const git = createGit({ directory: bed.path('private-2'), program });
  await using remote = await remoteIn(bed);
  const { url } = remote;
  await using mirror = await openMirror(git, { url, directory: bed.path('mirror') });
  const head = await mirror.resolve('main');
  const before = await mirror.treeEntries(head);
  const [pid = ''] = (await readFile(pids, 'utf8')).trim().split('\n').slice(-1);
  process.kill(Number(pid), 'SIGSTOP');
  const asked = Promise.all(Array.from({ length: 50 }, () => mirror.commit(head)));
  process.kill(Number(pid), 'SIGKILL');
  assert.equal((await asked).length, 50);
  assert.deepEqual(await mirror.treeEntries(head), before);
});

test('an SSH remote is spoken to with exactly the key, the known hosts and nothing of the user’s', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  const log = bed.path('ssh.log');
  // Stands in for the network: runs what would run on the other side, and notes how it was called.
  await bed.write(bed.path('bin'), {
    ssh: `#!/bin/sh\nprintf '%s\\n' "$@" >> ${log}\nfor last; do :; done\nexec sh -c "$last"\n`,
  });
  await chmod(bed.path('bin', 'ssh'), 0o755);
  const environment = { PATH: `${bed.path('bin')}:/usr/local/bin:/usr/bin:/bin` };
  const git = createGit({ directory: bed.path("it's private"), environment });
  const auth = { ssh: { privateKey: 'KEY\r\n', knownHosts: 'host ssh-ed25519 AAAA' } };
  {
    const url = `ssh://git@example.com:2222${work}`;
    await using mirror = await openMirror(git, { url, directory: bed.path('mirror'), auth });
    assert.equal(await mirror.resolve('main'), await bed.user(work, 'rev-parse', 'HEAD'));
    const called = (await readFile(log, 'utf8')).split('\n');
    for (const each of [
      'git@example.com',
      '2222',
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=yes',
    ]) {
      assert.ok(called.includes(each), each);
    }
    const key = called[called.indexOf('-i') + 1] ?? '';
    assert.equal(await readFile(key, 'utf8'), 'KEY\n');
    assert.equal((await stat(key)).mode & 0o077, 0);
  }
  assert.deepEqual((await readdir(bed.path("it's private"))).sort(), ['gitconfig', 'home']);
});

test('secret files are private and go away with the mirror', async () => {
  await using bed = await createTestbed();
  const program = bed.path('fake-git');
  const seen = bed.path('seen');
  await writeFile(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$GIT_SSH_COMMAND" > ${seen}\nif [ "$3" = fetch ] || [ "$2" = fetch ]; then echo 'Host key verification failed.' >&2; exit 128; fi\nexec git "$@"\n`,
    { mode: 0o755 },
  );
  const git = createGit({ directory: bed.path('private-2'), program });
  const auth = { ssh: { privateKey: 'KEY', knownHosts: 'host ssh-ed25519 AAAA', passphrase: 'p4ss' } };
  const opened = openMirror(git, { url: 'git@example.com:org/repo.git', directory: bed.path('m'), auth });
  await assert.rejects(opened, {
    code: 'host-key',
    message: /git@example.com:org\/repo.git is not in the known hosts/,
  });
  const command = await readFile(seen, 'utf8');
  assert.match(command, /StrictHostKeyChecking=yes/);
  assert.ok(!command.includes('p4ss'));
  assert.deepEqual((await readdir(bed.path('private-2'))).sort(), ['gitconfig', 'home']);
  assert.equal((await stat(bed.path('private-2', 'gitconfig'))).mode & 0o077, 0);
});
