// Repositories over the transports that people have, with real git, TLS, sshd and proxies: what works, and the one
// sentence where it does not.

import assert from 'node:assert/strict';
import { connect, createServer as createTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createAuthority, opensslIsMissing, startProxy } from '@evenkeel/oci/testing';
import type { GitAuth } from '@evenkeel/git';
import { sshdIsMissing, startHttps, startSshd } from './remotes-testbed.ts';
import { type SourceStore, createSourceStore } from './store.ts';
import { type Testbed, createHandClock, createTestbed } from './testbed.ts';

function storeOf(bed: Testbed, name = 'mirrors'): SourceStore {
  return createSourceStore({ git: bed.git, directory: `${bed.directory}/${name}`, clock: createHandClock() });
}

async function read(store: SourceStore, url: string, auth: GitAuth): Promise<string> {
  const { sha } = await store.resolve(url, 'main', { auth, maxAgeMs: 0 });
  const snapshot = await store.tree(url, sha, { auth });
  const pinned = snapshot.pinned();
  await pinned.load(['a.txt']);
  return new TextDecoder().decode(pinned.read('a.txt'));
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? `${'code' in error ? String(error.code) : ''}: ${error.message}` : String(error);
  }
  return 'nothing was refused';
}

test('HTTPS: own authority, basic and bearer, client certificates', { skip: opensslIsMissing() }, async () => {
  using authority = createAuthority();
  using clients = createAuthority();
  await using bed = await createTestbed(({ user, password }) => user === 'user' && password === 'pass');
  await bed.push({ 'a.txt': 'content\n' });
  await using remote = await startHttps(authority, bed.host.handle);
  await using strict = await startHttps(authority, bed.host.handle, { clientCa: clients.ca });
  await using store = storeOf(bed);
  const url = `${remote.url}/demo.git`;
  const basic = { username: 'user', password: 'pass' };
  const tls = { ca: authority.ca };
  assert.equal(await read(store, url, { basic, tls }), 'content\n');
  assert.equal(await read(store, url, { basic, tls: { insecureSkipVerify: true } }), 'content\n');
  assert.ok(
    remote.requests.every((line) => line.endsWith(' basic')),
    'credentials go with the first request',
  );
  const certificate = clients.issue(['client']);
  const shown = { ...tls, clientCertificate: certificate.cert, clientKey: certificate.key };
  assert.equal(await read(store, `${strict.url}/demo.git`, { basic, tls: shown }), 'content\n');

  assert.match(
    await refusal(read(store, url, { basic })),
    /^tls: the TLS connection to https:\/\/127\.0\.0\.1:\d+\/demo\.git could not be trusted: .*certificate/,
  );
  assert.match(
    await refusal(read(store, `${strict.url}/demo.git`, { basic, tls })),
    /^tls: .*probably asks for a client certificate/,
  );
  const wrong = await refusal(read(store, url, { basic: { username: 'user', password: 'wr0ng' }, tls }));
  assert.match(
    wrong,
    /^authentication: authentication to https:.*demo\.git failed; the password, token or key is wrong, has expired or lacks the right to read; renew it where it is kept$/,
  );
  assert.ok(!wrong.includes('wr0ng'));
  assert.match(
    await refusal(read(store, url, { tls })),
    /^authentication: .*asks for credentials, and none are known for it; add them/,
  );
  const gone = `${remote.url}/gone.git`;
  assert.match(
    await refusal(read(store, gone, { basic, tls })),
    /^not-found: repository .*gone\.git was not found, or the credentials may not see it; check the URL/,
  );
});

test('a bearer token, refused and renewed', { skip: opensslIsMissing() }, async () => {
  using authority = createAuthority();
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'content\n' });
  let valid = 'token-1';
  await using remote = await startHttps(authority, (request, response) => {
    if (request.headers.authorization === `Bearer ${valid}`) return bed.host.handle(request, response);
    return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  });
  await using store = storeOf(bed);
  const url = `${remote.url}/demo.git`;
  const tls = { ca: authority.ca };
  assert.equal(await read(store, url, { bearer: 'token-1', tls }), 'content\n');
  let issued = 'token-1';
  let exchanges = 0;
  let known: string | undefined;
  const login = {
    identity: 'me',
    current: async () => {
      if (known === undefined) exchanges += 1;
      known ??= issued;
      return { bearer: known };
    },
    outdate: () => (known = undefined),
  };
  assert.equal(await read(store, url, { login, tls }), 'content\n');
  assert.equal(exchanges, 1, 'a token is used until it is refused');
  [valid, issued] = ['token-2', 'token-2'];
  assert.equal(await read(store, url, { login, tls }), 'content\n');
  assert.equal(exchanges, 2, 'a refused token is exchanged for another');
  valid = 'token-3';
  assert.match(await refusal(read(store, url, { login, tls })), /^authentication: /);
});

test('through a proxy, and around it', { skip: opensslIsMissing() }, async () => {
  using authority = createAuthority();
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'content\n' });
  await using remote = await startHttps(authority, bed.host.handle);
  await using proxy = await startProxy(() => remote.port, 'me:secret');
  await using store = storeOf(bed);
  const tls = { ca: authority.ca };
  const through = proxy.url.replace('//', '//me:secret@');
  const url = 'https://git.corp.example/demo.git';
  assert.equal(await read(store, url, { tls, proxy: through }), 'content\n');
  assert.deepEqual(new Set(proxy.requests), new Set(['CONNECT git.corp.example:443']));
  const wrong = await refusal(read(store, url, { tls, proxy: proxy.url.replace('//', '//me:wr0ng@') }));
  assert.match(wrong, /^network: .*the proxy/);
  assert.ok(!wrong.includes('wr0ng'));
  const count = proxy.requests.length;
  const near = `${remote.url}/demo.git`;
  assert.equal(await read(store, near, { tls, proxy: through, noProxy: 'example.org,127.0.0.1' }), 'content\n');
  assert.equal(proxy.requests.length, count, 'what noProxy names is reached directly');
});

for (const type of ['ed25519', 'rsa'] as const) {
  test(`SSH with an ${type} key and strict host keys`, { skip: sshdIsMissing() }, async () => {
    await using bed = await createTestbed();
    await bed.push({ 'a.txt': 'content\n' });
    await using sshd = await startSshd(bed, type);
    await using store = storeOf(bed);
    const path = bed.host.repositories.get('demo')?.gitDirectory ?? '';
    const url = sshd.url(path);
    const { privateKey, knownHosts } = sshd;
    assert.equal(await read(store, url, { ssh: { privateKey, knownHosts } }), 'content\n');
    assert.equal(await read(store, url, { ssh: { privateKey, insecureIgnoreHostKey: true } }), 'content\n');
    if (type === 'rsa') return;
    const unknown = /^host-key: the SSH host key of ssh:.* is not in the known hosts; check it and add it/;
    assert.match(await refusal(read(store, url, { ssh: { privateKey, knownHosts: '' } })), unknown);
    const other = knownHosts.replace(/AAAA.*/, 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl');
    assert.match(
      await refusal(read(store, url, { ssh: { privateKey, knownHosts: other } })),
      /^host-key: the SSH host key of .* is not the known one/,
    );
    await using stranger = await startSshd(bed, 'rsa');
    const denied = await refusal(read(store, url, { ssh: { privateKey: stranger.privateKey, knownHosts } }));
    assert.match(denied, /^authentication: /);
    assert.match(await refusal(read(store, url, { ssh: { knownHosts } })), /^authentication: .*none are known/);
    assert.match(
      await refusal(read(store, url, { ssh: { privateKey: 'no key', knownHosts } })),
      /^authentication: the SSH key for .* cannot be read/,
    );
    const gone = sshd.url(`${path}-gone`);
    assert.match(await refusal(read(store, gone, { ssh: { privateKey, knownHosts } })), /^not-found: /);
  });
}

test('SSH with a key under a passphrase', { skip: sshdIsMissing() }, async () => {
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'content\n' });
  await using sshd = await startSshd(bed, 'ed25519', { passphrase: 'p4ss phrase' });
  await using store = storeOf(bed);
  const url = sshd.url(bed.host.repositories.get('demo')?.gitDirectory ?? '');
  const { privateKey, knownHosts } = sshd;
  assert.equal(await read(store, url, { ssh: { privateKey, knownHosts, passphrase: 'p4ss phrase' } }), 'content\n');
  const without = await refusal(read(store, url, { ssh: { privateKey, knownHosts } }));
  assert.match(without, /^authentication: /);
});

test('SSH through an HTTP proxy and through SOCKS 5', { skip: sshdIsMissing() }, async (context) => {
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'content\n' });
  await using sshd = await startSshd(bed, 'ed25519');
  await using proxy = await startProxy(() => sshd.port, 'me:secret');
  const socks = await startSocks(context, sshd.port);
  await using store = storeOf(bed);
  const path = bed.host.repositories.get('demo')?.gitDirectory ?? '';
  const url = sshd.url(path).replace('127.0.0.1', 'ssh.corp.example');
  const knownHosts = sshd.knownHosts.replace('127.0.0.1', 'ssh.corp.example');
  const ssh = { privateKey: sshd.privateKey, knownHosts };
  assert.equal(await read(store, url, { ssh, proxy: proxy.url.replace('//', '//me:secret@') }), 'content\n');
  assert.deepEqual(new Set(proxy.requests), new Set([`CONNECT ssh.corp.example:${sshd.port}`]));
  assert.equal(await read(store, url, { ssh, proxy: `socks5://me:secret@127.0.0.1:${socks.port}` }), 'content\n');
  assert.deepEqual(new Set(socks.asked), new Set(['me:secret ssh.corp.example']));
  assert.match(await refusal(read(store, url, { ssh, proxy: proxy.url })), /^network: /);
  assert.equal(
    await read(store, sshd.url(path), {
      ssh: { ...ssh, knownHosts: sshd.knownHosts },
      proxy: proxy.url,
      noProxy: '127.0.0.1',
    }),
    'content\n',
  );
});

/** As little SOCKS 5 as a client needs that knows user and password. */
async function startSocks(
  context: TestContext,
  target: number,
): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createTcp((socket) => {
    let step = 0;
    let login = '';
    const onData = (data: Buffer): void => {
      step += 1;
      if (step === 1) socket.write(Buffer.from([5, 2]));
      else if (step === 2) {
        const [, size = 0] = data;
        login = `${data.toString('utf8', 2, 2 + size)}:${data.toString('utf8', 3 + size)}`;
        socket.write(Buffer.from([1, 0]));
      } else {
        socket.off('data', onData);
        asked.push(`${login} ${data.toString('utf8', 5, 5 + (data[4] ?? 0))}`);
        const onward = connect(target, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          socket.pipe(onward).pipe(socket);
        });
        for (const end of [onward, socket]) end.on('error', () => [onward, socket].forEach((one) => one.destroy()));
      }
    };
    socket.on('data', onData);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.after(() => server.close());
  const address = server.address();
  return { port: address !== null && typeof address === 'object' ? address.port : 0, asked };
}

test(
  'only so many commits are fetched as depth says, and contents still come',
  { skip: opensslIsMissing() },
  async () => {
    await using bed = await createTestbed();
    for (const content of ['1\n', '2\n', '3\n']) await bed.push({ 'a.txt': content });
    await using store = storeOf(bed);
    const shallow = { git: () => ({ depth: 1 }), remote: async () => ({}), onChange: () => () => undefined };
    const { sha } = await store.resolve(bed.url, 'main', { access: shallow });
    const snapshot = await store.tree(bed.url, sha, { access: shallow });
    const pinned = snapshot.pinned();
    await pinned.load(['a.txt']);
    assert.equal(new TextDecoder().decode(pinned.read('a.txt')), '3\n');
    assert.equal((await (await store.open(bed.url, { access: shallow })).log({})).length, 1);
    assert.equal((await (await store.open(bed.url)).log({})).length, 3);
    const before = await bed.user('rev-parse', 'HEAD~2');
    assert.equal(
      (await store.commit(bed.url, before, { access: shallow })).sha,
      before,
      'an older commit comes when it is asked for',
    );
    const next = await bed.push({ 'a.txt': '4\n' });
    assert.equal((await store.resolve(bed.url, 'main', { access: shallow, maxAgeMs: 0 })).sha, next);
  },
);
