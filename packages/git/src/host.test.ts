import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type GitHost, type GitHostOptions, type PushEvent, startGitHost } from './host.ts';
import { type Testbed, createTestbed } from './testbed.ts';

const ZERO = '0'.repeat(40);

async function hostIn(bed: Testbed, options: Partial<GitHostOptions> = {}): Promise<GitHost & { events: PushEvent[] }> {
  const events: PushEvent[] = [];
  const host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo' }],
    listen: { port: 0 },
    onPush: (event) => events.push(event),
    ...options,
  });
  return { ...host, events };
}

/** Sends a request with its path exactly as given; fetch would tidy it. */
async function raw(
  host: GitHost,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer } = {},
): Promise<{ status: number; body: string }> {
  const url = new URL(host.url ?? '');
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = httpRequest({ host: url.hostname, port: url.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('an empty repository is cloned, filled, and every kind of push is told before the client has its answer', async () => {
  await using bed = await createTestbed();
  await using host = await hostIn(bed);
  const url = `${host.url}/demo.git`;
  await bed.user(bed.directory, 'clone', '--quiet', url, 'work');
  const work = bed.path('work');
  await bed.user(work, 'checkout', '-q', '-B', 'main');
  const first = await bed.commit(work, 'first', { 'a.txt': '1' });
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  assert.deepEqual(host.events, [
    { ref: 'refs/heads/main', before: ZERO, after: first, repository: 'demo', origin: 'push', user: undefined },
  ]);

  const second = await bed.commit(work, 'second', { 'a.txt': '2' });
  await bed.user(work, 'tag', '-a', '-m', 'one', 'v1');
  await bed.user(work, 'push', '--quiet', 'origin', 'main', 'main:feature/x', 'v1');
  assert.deepEqual(
    host.events.slice(1).map(({ ref, before }) => [ref, before]),
    [
      ['refs/heads/main', first],
      ['refs/heads/feature/x', ZERO],
      ['refs/tags/v1', ZERO],
    ],
  );
  const { repository } = host.repositories.get('demo') ?? {};
  assert.equal(await repository?.resolve('v1'), second);

  host.events.length = 0;
  await bed.user(work, 'reset', '--quiet', '--hard', first);
  const other = await bed.commit(work, 'other', { 'b.txt': 'b' });
  await assert.rejects(bed.user(work, 'push', '--quiet', 'origin', 'main'), /non-fast-forward|rejected/);
  assert.equal(host.events.length, 0, 'a refused push is no event');
  await bed.user(work, 'push', '--quiet', '--force', 'origin', 'main', ':feature/x');
  assert.deepEqual(
    new Set(host.events.map(({ ref, before, after }) => `${ref} ${before} ${after}`)),
    new Set([`refs/heads/main ${second} ${other}`, `refs/heads/feature/x ${second} ${ZERO}`]),
  );
  await bed.user(work, 'push', '--quiet', 'origin', 'main');
  assert.equal(host.events.length, 2, 'a push of nothing is no event');
});

test('thousands of files, many references, odd names, modes and line ends survive the way there and back', async () => {
  await using bed = await createTestbed();
  await using host = await hostIn(bed);
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, index) => [`apps/app-${index % 100}/file-${index}.yaml`, `n: ${index}\n`]),
  );
  const odd = {
    'ünï/日本語.yaml': 'a: 1\n',
    'with space/и "quoted".txt': 'x',
    'crlf.txt': 'a\r\nb\r\n',
    'run.sh': '#!/bin/sh\n',
  };
  const work = await bed.workingTree('work', { ...files, ...odd });
  await chmod(join(work, 'run.sh'), 0o755);
  const head = await bed.commit(work, 'mode');
  const updates = Array.from({ length: 300 }, (_, index) => `create refs/heads/branch-${index} ${head}`);
  await bed.write(work, { '../refs.txt': `${updates.join('\n')}\n` });
  await bed.git.run(['update-ref', '--stdin'], {
    gitDirectory: join(work, '.git'),
    input: await readFile(bed.path('refs.txt'), 'utf8'),
  });
  await bed.user(work, 'push', '--quiet', `${host.url}/demo`, 'refs/heads/*:refs/heads/*');
  assert.equal(host.events.length, 301);

  for (const version of ['0', '1', '2']) {
    const target = `clone-${version}`;
    await bed.user(bed.directory, '-c', `protocol.version=${version}`, 'clone', '--quiet', `${host.url}/demo`, target);
    assert.equal(await bed.user(bed.path(target), 'rev-parse', 'HEAD'), head);
    assert.equal(await bed.user(bed.path(target), 'status', '--porcelain'), '');
    assert.equal(await readFile(bed.path(target, 'crlf.txt'), 'utf8'), 'a\r\nb\r\n');
    assert.equal((await stat(bed.path(target, 'run.sh'))).mode & 0o111, 0o111);
  }
  const { repository } = host.repositories.get('demo') ?? {};
  const entries = (await repository?.treeEntries(head)) ?? [];
  assert.equal(entries.filter((entry) => entry.kind === 'file').length, 3003);
  assert.equal(entries.find((entry) => entry.path === 'run.sh')?.kind, 'executable');
  assert.ok(entries.some((entry) => entry.path === 'ünï/日本語.yaml'));

  await bed.user(bed.directory, 'clone', '--quiet', '--depth', '1', `${host.url}/demo.git`, 'shallow');
  await bed.user(
    bed.directory,
    'clone',
    '--quiet',
    '--filter=blob:none',
    '--no-checkout',
    `${host.url}/demo.git`,
    'lazy',
  );
  assert.equal(await bed.user(bed.path('lazy'), 'show', 'HEAD:crlf.txt'), 'a\r\nb');
});

test('credentials are asked for, checked per repository and access, and named in the event', async () => {
  await using bed = await createTestbed();
  await using host = await hostIn(bed, {
    authenticate: ({ user, password, repository, access }) =>
      repository === 'demo' && password === 'pass' && (user === 'writer' || access === 'read' || 'forbidden'),
  });
  const work = await bed.workingTree('work', { a: '1' });
  const as = (who: string): string => `${host.url?.replace('//', `//${who}@`)}/demo.git`;
  await assert.rejects(bed.user(work, 'push', '--quiet', `${host.url}/demo.git`, 'main'), /could not read Username/);
  await assert.rejects(bed.user(work, 'push', '--quiet', as('writer:wrong'), 'main'), /Authentication failed/);
  await assert.rejects(bed.user(work, 'push', '--quiet', as('reader:pass'), 'main'), /403/);
  await bed.user(work, 'push', '--quiet', as('writer:pass'), 'main');
  assert.equal(host.events[0]?.user, 'writer');
  assert.equal(await bed.user(work, 'ls-remote', as('reader:pass'), 'main').then((text) => text.length > 40), true);
  assert.equal((await raw(host, '/none.git/info/refs?service=git-upload-pack')).status, 401, 'existence is not told');
});

test('hostile and outdated requests are refused with the right status', async () => {
  await using bed = await createTestbed();
  await using host = await hostIn(bed, { pushBytesMax: 2000 });
  await mkdir(bed.path('state', 'secret.git'));
  const service = 'info/refs?service=git-upload-pack';
  const push = { 'content-type': 'application/x-git-receive-pack-request' };
  const fetchType = { 'content-type': 'application/x-git-upload-pack-request' };
  const cases: readonly (readonly [string, number, Parameters<typeof raw>[2]?])[] = [
    [`/demo.git/${service}`, 200],
    [`/demo/${service}`, 200],
    [`/other.git/${service}`, 404],
    [`/secret.git/${service}`, 404],
    [`/../state/demo.git/${service}`, 404],
    [`/%2e%2e/state/demo.git/${service}`, 404],
    [`/demo.git%00/${service}`, 404],
    [`/%zz/${service}`, 404],
    [`/demo.git/../demo.git/${service}`, 404],
    [`//etc/${service}`, 404],
    ['/demo.git/info/refs', 403],
    ['/demo.git/info/refs?service=git-upload-archive', 403],
    ['/demo.git/info/refs?service=--upload-pack', 403],
    ['/demo.git/HEAD', 404],
    ['/demo.git/objects/info/packs', 404],
    ['/demo.git/config', 404],
    ['/', 404],
    ['/demo.git/git-upload-pack', 405],
    [`/demo.git/${service}`, 405, { method: 'POST' }],
    ['/demo.git/git-upload-pack', 415, { method: 'POST', headers: { 'content-type': 'text/plain' } }],
    ['/demo.git/git-receive-pack', 413, { method: 'POST', headers: push, body: Buffer.alloc(5000, '0') }],
    [
      '/demo.git/git-receive-pack',
      413,
      { method: 'POST', headers: { ...push, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000)) },
    ],
  ];
  for (const [path, status, options] of cases) {
    assert.equal((await raw(host, path, options)).status, status, `${options?.method ?? 'GET'} ${path}`);
  }
  for (const body of [Buffer.from('garbage'), Buffer.from('0000'), Buffer.from('zzzz'), Buffer.from('fffeabc')]) {
    for (const headers of [push, fetchType]) {
      const path = `/demo.git/git-${headers === push ? 'receive' : 'upload'}-pack`;
      const answer = await raw(host, path, { method: 'POST', headers, body });
      assert.ok([200, 500].includes(answer.status), `${path} ${body.toString()} ${answer.status}`);
    }
  }
  const bomb = await raw(host, '/demo.git/git-upload-pack', {
    method: 'POST',
    headers: { ...fetchType, 'content-encoding': 'gzip' },
    body: Buffer.from('not gzip'),
  });
  assert.equal(bomb.status, 500);
  assert.deepEqual(host.events, []);
  assert.equal((await raw(host, `/demo.git/${service}`)).status, 200, 'the host is still well');
});

test('names that could leave the state directory are refused', async () => {
  await using bed = await createTestbed();
  await using host = await hostIn(bed);
  for (const name of ['..', '../x', 'a/../b', '', '/', 'a//b', 'x.git', 'a\0b', 'demo', 'a\\b']) {
    await assert.rejects(host.add({ name }), { code: 'invalid-argument' }, name);
  }
  const nested = await host.add({ name: 'your-org/infra.structure' });
  assert.equal(nested.url, `${host.url}/your-org/infra.structure.git`);
  assert.match(await bed.user(bed.directory, 'ls-remote', nested.url ?? ''), /^$/);
});

test('the host can be mounted under a path of another server', async () => {
  await using bed = await createTestbed();
  await using host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo' }],
    basePath: '/git/',
    publicUrl: 'http://example.test/git/',
  });
  assert.equal(host.repositories.get('demo')?.url, 'http://example.test/git/demo.git');
  const server = createServer((request, response) => {
    if (!host.handle(request, response)) response.end('not git');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const work = await bed.workingTree('work', { a: '1' });
  await bed.user(work, 'push', '--quiet', `http://127.0.0.1:${port}/git/demo.git`, 'main');
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/elsewhere`)).text(), 'not git');
  server.close();
});

test('what was pushed is there after a restart, and leftovers of a killed process are cleared', async () => {
  await using bed = await createTestbed();
  const work = await bed.workingTree('work', { a: '1' });
  let directory = '';
  {
    await using host = await hostIn(bed);
    await bed.user(work, 'push', '--quiet', `${host.url}/demo.git`, 'main');
    directory = host.repositories.get('demo')?.gitDirectory ?? '';
  }
  await bed.write(directory, { 'refs/heads/main.lock': '', 'packed-refs.lock': '', 'HEAD.lock': '' });
  await using host = await hostIn(bed);
  await bed.commit(work, 'second', { a: '2' });
  await bed.user(work, 'push', '--quiet', `${host.url}/demo.git`, 'main');
  assert.equal(host.events.length, 1);
});

test('a listener that throws does not fail the push', async () => {
  await using bed = await createTestbed();
  const notices: string[] = [];
  await using host = await startGitHost(bed.git, {
    stateDirectory: bed.path('state'),
    repositories: [{ name: 'demo' }],
    listen: { port: 0 },
    onPush: () => {
      throw new Error('listener broke');
    },
    onNotice: (notice) => notices.push(notice),
  });
  const work = await bed.workingTree('work', { a: '1' });
  await bed.user(work, 'push', '--quiet', `${host.url}/demo.git`, 'main');
  assert.deepEqual(notices, ['a listener failed on a push to demo: listener broke']);
});
