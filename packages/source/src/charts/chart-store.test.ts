import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packArchive } from '@evenkeel/helm';
import type { RemoteAccess } from '@evenkeel/oci';
import { type FileAnswer, createAuthority, opensslIsMissing, startFileServer, startProxy } from '@evenkeel/oci/testing';
import { createChartStore } from './chart-store.ts';
import type { ChartRequest, ChartStore, ChartStoreOptions } from './contract.ts';

const needsOpenssl = { skip: opensslIsMissing() };

function chartOf(version: string): Uint8Array {
  return packArchive([
    { name: 'web/Chart.yaml', data: `apiVersion: v2\nname: web\nversion: ${version}\n` },
    { name: 'web/values.yaml', data: 'size: 1\n' },
  ]);
}

const archives: Readonly<Record<string, Uint8Array>> = {
  '1.0.0': chartOf('1.0.0'),
  '1.2.0': chartOf('1.2.0'),
  '2.0.0-rc.1': chartOf('2.0.0-rc.1'),
};

function hexOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function indexFile(base = '', digestOf: (bytes: Uint8Array) => string | undefined = hexOf): string {
  const web = Object.entries(archives).map(([version, bytes]) => ({
    name: 'web',
    version,
    urls: [`${base}web-${version}.tgz`],
    digest: digestOf(bytes),
  }));
  return JSON.stringify({ apiVersion: 'v1', entries: { web } });
}

function charts(index = indexFile()): Record<string, FileAnswer> {
  const packed = Object.entries(archives).map(([version, bytes]) => [`/web-${version}.tgz`, bytes] as const);
  return { '/index.yaml': index, ...Object.fromEntries(packed) };
}

interface OpenedStore extends AsyncDisposable {
  readonly store: ChartStore;
  readonly directory: string;
}

function openStore(options: Partial<ChartStoreOptions> = {}): OpenedStore {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'evenkeel-charts-'));
  const store = createChartStore({ ...options, directory });
  return {
    store,
    directory,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function asked(repoURL: string, more: Partial<ChartRequest> = {}): ChartRequest {
  return { repoURL, chart: 'web', version: '', ...more };
}

async function take(store: ChartStore, request: ChartRequest): Promise<string> {
  const resolved = await store.resolveChart(request);
  const { tree } = await store.fetchChart(request, resolved);
  const text = new TextDecoder().decode(tree().read('Chart.yaml'));
  return /version: (.*)/.exec(text)?.[1] ?? text;
}

test('versions, ranges and the newest; the index by ETag, an archive once, also in the next process', async () => {
  let index = indexFile();
  await using server = await startFileServer({ files: () => charts(index), etag: true });
  await using opened = openStore();
  const { store, directory } = opened;
  assert.equal(await take(store, asked(server.url)), '1.2.0');
  assert.equal(await take(store, asked(server.url, { version: '~1.0' })), '1.0.0');
  assert.equal(await take(store, asked(server.url, { version: '>1-0' })), '2.0.0-rc.1');
  assert.equal(await take(store, asked(server.url)), '1.2.0');
  assert.deepEqual(
    server.requests.splice(0).filter((line) => !line.includes('index.yaml 304')),
    ['GET /index.yaml 200', 'GET /web-1.2.0.tgz 200', 'GET /web-1.0.0.tgz 200', 'GET /web-2.0.0-rc.1.tgz 200'],
  );
  const next = createChartStore({ directory });
  assert.equal(await take(next, asked(server.url, { maxAgeMs: 60_000 })), '1.2.0');
  await next[Symbol.asyncDispose]();
  assert.deepEqual(server.requests, []);
  index = indexFile().replace('1.2.0', '1.3.0');
  assert.equal((await store.resolveChart(asked(server.url))).version, '1.3.0');
  assert.deepEqual(server.requests, ['GET /index.yaml 200']);
});

test('questions asked at once are asked once, and one who gives up does not end the others', async () => {
  await using server = await startFileServer({ files: () => charts() });
  await using opened = openStore();
  const leaving = new AbortController();
  const gone = take(opened.store, asked(server.url, { signal: leaving.signal }));
  const staying = Array.from({ length: 20 }, () => take(opened.store, asked(server.url)));
  leaving.abort(new Error('gone'));
  await assert.rejects(gone, { message: 'gone' });
  assert.deepEqual(new Set(await Promise.all(staying)), new Set(['1.2.0']));
  assert.deepEqual(server.requests, ['GET /index.yaml 200', 'GET /web-1.2.0.tgz 200']);
});

test('what one user fetched is not handed to another', async () => {
  await using server = await startFileServer({ files: () => charts(), login: 'me:secret' });
  await using opened = openStore();
  const mine = asked(server.url, { access: { credentials: { username: 'me', password: 'secret' } } });
  const resolved = await opened.store.resolveChart(mine);
  await opened.store.fetchChart(mine, resolved);
  const before = server.requests.length;
  await assert.rejects(opened.store.fetchChart(asked(server.url), resolved), { code: 'unauthorized' });
  await opened.store.fetchChart(mine, resolved);
  assert.deepEqual(server.requests.slice(before), ['GET /web-1.2.0.tgz 401']);
  assert.ok(!readdirSync(opened.directory, { recursive: true }).some((name) => String(name).includes('secret')));
});

test('a damaged cache is a miss', async () => {
  await using server = await startFileServer({ files: () => charts() });
  await using opened = openStore();
  await take(opened.store, asked(server.url));
  const contents = join(opened.directory, 'sha256');
  for (const name of readdirSync(contents)) truncateSync(join(contents, name), 3);
  assert.equal(await take(opened.store, asked(server.url)), '1.2.0');
});

test('the cache is bounded; what was used last stays', async () => {
  await using server = await startFileServer({ files: () => charts() });
  await using opened = openStore({ bytesMax: 600 });
  for (const version of Object.keys(archives)) await take(opened.store, asked(server.url, { version }));
  assert.ok(readdirSync(join(opened.directory, 'sha256')).length < 4);
  assert.equal(await take(opened.store, asked(server.url, { version: '1.0.0' })), '1.0.0');
});

test('an index without digests, with absolute URLs, with other hosts', async () => {
  await using elsewhere = await startFileServer({ files: () => charts() });
  await using server = await startFileServer({
    files: () => charts(indexFile(`${elsewhere.url}/`, () => undefined)),
    login: 'me:secret',
  });
  await using opened = openStore();
  const access: RemoteAccess = { credentials: { username: 'me', password: 'secret' } };
  assert.equal((await opened.store.resolveChart(asked(server.url, { access }))).digest, '');
  assert.equal(await take(opened.store, asked(server.url, { access })), '1.2.0');
  assert.equal(await take(opened.store, asked(server.url, { access: { ...access, passCredentials: true } })), '1.2.0');
  assert.deepEqual(elsewhere.requests, ['GET /web-1.2.0.tgz 200', 'GET /web-1.2.0.tgz 200 +auth']);
});

test('a redirect to another host gets no credentials, one to the same host does', async () => {
  await using elsewhere = await startFileServer({ files: () => charts() });
  const moved = (location: string): Record<string, FileAnswer> => ({ ...charts(), '/web-1.2.0.tgz': { location } });
  let files = moved(`http://localhost:${elsewhere.port}/web-1.2.0.tgz`);
  await using server = await startFileServer({ files: () => files, login: 'me:secret' });
  const access: RemoteAccess = { credentials: { username: 'me', password: 'secret' } };
  await using first = openStore();
  assert.equal(await take(first.store, asked(server.url, { access })), '1.2.0');
  files = moved(`http://127.0.0.1:${elsewhere.port}/web-1.2.0.tgz`);
  await using second = openStore();
  assert.equal(await take(second.store, asked(server.url, { access })), '1.2.0');
  assert.deepEqual(elsewhere.requests, ['GET /web-1.2.0.tgz 200', 'GET /web-1.2.0.tgz 200 +auth']);
});

test('a login in the URL, and bearer tokens', async () => {
  await using basic = await startFileServer({ files: () => charts(), login: 'me:s@cret' });
  await using opened = openStore();
  const url = basic.url.replace('://', '://me:s%40cret@');
  assert.equal(await take(opened.store, asked(url)), '1.2.0');
  await assert.rejects(
    take(opened.store, asked(url.replace('cret', 'ecret'))),
    (error: Error) => error.message.includes('401') && !error.message.includes('ecret'),
  );
  await using bearer = await startFileServer({ files: () => charts(), login: 'Bearer abc' });
  assert.equal(await take(opened.store, asked(bearer.url, { access: { credentials: { bearer: 'abc' } } })), '1.2.0');
});

test('HTTPS: own authority, client certificates, and what is said when they do not fit', needsOpenssl, async () => {
  using authority = createAuthority();
  using stranger = createAuthority();
  const tls = authority.issue(['127.0.0.1']);
  await using server = await startFileServer({ files: () => charts(), tls, clientCa: authority.ca });
  await using opened = openStore();
  const client = authority.issue(['client']);
  const reject = async (url: string, access: RemoteAccess, reason: RegExp): Promise<void> => {
    await assert.rejects(take(opened.store, asked(url, { access })), { code: 'tls', message: reason });
  };
  assert.equal(
    await take(opened.store, asked(server.url, { access: { tls: { ca: authority.ca, ...client } } })),
    '1.2.0',
  );
  assert.equal(
    await take(opened.store, asked(server.url, { access: { tls: { insecure: true, ...client } } })),
    '1.2.0',
  );
  await reject(
    server.url,
    { tls: client },
    /: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  );
  await reject(server.url, { tls: { ca: stranger.ca, ...client } }, /x509: certificate signed by unknown authority$/);
  // This server ends the connection without a word; what others say is tested with a real registry.
  await assert.rejects(take(opened.store, asked(server.url, { access: { tls: { ca: authority.ca } } })), {
    message: /unexpected EOF$/,
  });
  await reject(
    server.url.replace('127.0.0.1', 'localhost'),
    { tls: { ca: authority.ca, ...client } },
    /x509: certificate is valid for 127\.0\.0\.1, not localhost$/,
  );
  await reject(server.url, { tls: { ca: 'nonsense' } }, /can't create TLS config for client/);
  await using old = await startFileServer({
    files: () => charts(),
    tls: authority.issue(['127.0.0.1'], { expired: true }),
  });
  await reject(old.url, { tls: { ca: authority.ca } }, /x509: certificate has expired or is not yet valid/);
  await using plain = await startFileServer({ files: () => charts() });
  await reject(plain.url.replace('http:', 'https:'), {}, /http: server gave HTTP response to HTTPS client$/);
});

test('proxies: HTTP as it is, HTTPS tunnelled, NO_PROXY and this machine directly', needsOpenssl, async () => {
  using authority = createAuthority();
  const names = ['charts.example.com'];
  await using plain = await startFileServer({ files: () => charts() });
  await using secure = await startFileServer({ files: () => charts(), tls: authority.issue(names) });
  await using proxy = await startProxy((host) => (host === 'charts.example.com' ? secure.port : plain.port), 'u:p');
  const through = proxy.url.replace('://', '://u:p@');
  await using opened = openStore({ proxy: { http: through, https: through, none: 'direct.example.com,10.0.0.0/8' } });
  const { store } = opened;
  const tls = { ca: authority.ca };
  assert.equal(await take(store, asked('https://charts.example.com', { access: { tls } })), '1.2.0');
  assert.deepEqual(new Set(proxy.requests.splice(0)), new Set(['CONNECT charts.example.com:443']));
  assert.equal(await take(store, asked('http://plain.example.com')), '1.2.0');
  assert.deepEqual(
    new Set(proxy.requests.splice(0)),
    new Set(['GET http://plain.example.com/index.yaml', 'GET http://plain.example.com/web-1.2.0.tgz']),
  );
  assert.equal(await take(store, asked(plain.url)), '1.2.0');
  await assert.rejects(take(store, asked('http://sub.direct.example.com')), { code: 'unreachable' });
  const own = { proxy: { http: proxy.url, https: proxy.url } };
  await assert.rejects(take(store, asked('https://charts.example.com', { access: { tls, ...own } })), {
    code: 'unreachable',
    message: /proxyconnect tcp: Proxy Authentication Required$/,
  });
  const wrong = { proxy: { http: 'socks5://127.0.0.1:1' } };
  await assert.rejects(take(store, asked('http://plain.example.com', { access: wrong })), {
    code: 'unsupported',
    message: /proxy scheme "socks5" is not supported$/,
  });
});

const broken: readonly {
  readonly name: string;
  readonly files: Record<string, FileAnswer>;
  readonly code?: string;
  readonly says: RegExp;
}[] = [
  {
    name: 'no index',
    files: {},
    code: 'not-found',
    says: /^looks like "http:.*" is not a valid chart repository or cannot be reached: failed to fetch http:.*\/index\.yaml : 404 Not Found$/,
  },
  {
    name: 'an index that is none',
    files: { '/index.yaml': '<html>' },
    says: /is not a valid chart repository or cannot be reached: /,
  },
  {
    name: 'no archive',
    files: { '/index.yaml': indexFile() },
    code: 'not-found',
    says: /^failed to fetch http:.*web-1\.2\.0\.tgz : 404 Not Found$/,
  },
  {
    name: 'a server in trouble',
    files: { '/index.yaml': { status: 503 } },
    code: 'status',
    says: /503 Service Unavailable$/,
  },
  {
    name: 'another archive',
    files: { ...charts(), '/web-1.2.0.tgz': chartOf('6.6.6') },
    code: 'digest-mismatch',
    says: /^http:.*web-1\.2\.0\.tgz does not have the digest that the repository's index states$/,
  },
  {
    name: 'half an archive',
    files: { ...charts(), '/web-1.2.0.tgz': { brokenOff: archives['1.2.0'] ?? new Uint8Array() } },
    code: 'truncated',
    says: /^Get "http:.*web-1\.2\.0\.tgz": unexpected EOF$/,
  },
  {
    name: 'a redirect in a circle',
    files: { '/index.yaml': { location: '/index.yaml' } },
    code: 'protocol',
    says: /stopped after 10 redirects$/,
  },
];

for (const { name, files, code, says } of broken) {
  test(`refused in one sentence: ${name}`, async () => {
    await using server = await startFileServer({ files: () => files });
    await using opened = openStore();
    await assert.rejects(take(opened.store, asked(server.url)), {
      message: says,
      ...(code === undefined ? {} : { code }),
    });
  });
}

test('refused in one sentence: nobody there, no such version, no URL', async () => {
  const server = await startFileServer({ files: () => charts() });
  await using opened = openStore();
  await assert.rejects(take(opened.store, asked(server.url, { version: '^9' })), {
    message: `chart "web" version "^9" not found in ${server.url} repository`,
  });
  await assert.rejects(take(opened.store, asked('charts.example.com')), { code: 'unsupported' });
  await server[Symbol.asyncDispose]();
  await assert.rejects(take(opened.store, asked(server.url)), { code: 'unreachable', message: /connection refused$/ });
});
