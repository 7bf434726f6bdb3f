// The transport against a real HTTPS server in this process: TLS, log-in, streams, and what it says when nobody answers.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ClusterConfig, KubeUnreachable, createHttpTransport, createKubeClient, isKubeError } from './index.ts';
import { journalType } from './testing/journal-transport.ts';

const tlsDirectory = new URL('../testdata/tls/', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, tlsDirectory), 'utf8');
const [ca, cert, key, clientCertificate, clientKey] = await Promise.all(
  ['ca.crt', 'server.crt', 'server.key', 'client.crt', 'client.key'].map(read),
);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Served extends AsyncDisposable {
  readonly config: ClusterConfig;
  readonly connections: () => number;
}

async function serve(handler: Handler, more: Partial<ClusterConfig> = {}): Promise<Served> {
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: false }, handler);
  let connections = 0;
  server.on('secureConnection', () => {
    connections += 1;
  });
  const port = await listen(server);
  const config = {
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: ca ?? '',
    user: {},
    namespace: 'default',
    context: 'test',
    ...more,
  };
  return {
    config,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

test('speaks TLS, sends query and body, keeps its connection, reads gzip and exact integers', async () => {
  const seen: string[] = [];
  await using served = await serve((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`);
      const zipped = gzipSync('{"big":9007199254740993,"small":1.5,"text":"9007199254740993"}');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(zipped);
    });
  });
  await using transport = createHttpTransport({ ...served.config, server: `${served.config.server}/prefix/` });
  const { body } = await transport.send({
    method: 'PATCH',
    path: '/api/v1/x',
    query: { fieldManager: 'a b', force: 'true' },
    body: { count: 9007199254740993n },
    contentType: 'application/apply-patch+yaml',
  });
  assert.deepEqual(body, { big: 9007199254740993n, small: 1.5, text: '9007199254740993' });
  await transport.send({ method: 'GET', path: '/api/v1/y' });
  assert.deepEqual(seen, [
    'PATCH /prefix/api/v1/x?fieldManager=a+b&force=true application/apply-patch+yaml {"count":9007199254740993}',
    'GET /prefix/api/v1/y  ',
  ]);
  assert.equal(served.connections(), 1);
});

test('disable-compression: gzip is not asked for', async () => {
  const asked: unknown[] = [];
  await using served = await serve((request, response) => {
    asked.push(request.headers['accept-encoding']);
    answer(response, {});
  });
  for (const disableCompression of [false, true]) {
    await using transport = createHttpTransport({ ...served.config, disableCompression });
    await transport.send({ method: 'GET', path: '/version' });
  }
  assert.deepEqual(asked, ['gzip', undefined]);
});

test('client certificates, basic and bearer log-in, repeated impersonation headers', async () => {
  await using served = await serve((request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    const groups = request.headersDistinct['impersonate-group'] ?? [];
    answer(response, { authorization: request.headers.authorization ?? '', name: peer.subject?.CN ?? '', groups });
  });
  const ask = async (user: ClusterConfig['user']): Promise<unknown> => {
    await using transport = createHttpTransport({ ...served.config, user });
    return (await transport.send({ method: 'GET', path: '/' })).body;
  };
  assert.deepEqual(await ask({ clientCertificate: clientCertificate ?? '', clientKey: clientKey ?? '' }), {
    authorization: '',
    name: 'alice',
    groups: [],
  });
  assert.deepEqual(await ask({ token: 'abc' }), { authorization: 'Bearer abc', name: '', groups: [] });
  assert.deepEqual(await ask({ username: 'u', password: 'p' }), { authorization: 'Basic dTpw', name: '', groups: [] });
  assert.deepEqual(await ask({ impersonate: { user: 'jane', groups: ['a', 'b'] } }), {
    authorization: '',
    name: '',
    groups: ['a', 'b'],
  });
});

test('a token file is read again after 401', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kube-token-'));
  const tokenFile = join(directory, 'token');
  await writeFile(tokenFile, 'old\n');
  await using served = await serve((request, response) => {
    if (request.headers.authorization === 'Bearer new') answer(response, { ok: true });
    else answer(response, { kind: 'Status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' }, 401);
  });
  await using transport = createHttpTransport({ ...served.config, user: { tokenFile } });
  assert.equal((await transport.send({ method: 'GET', path: '/' })).status, 401);
  await writeFile(tokenFile, 'new\n');
  assert.equal((await transport.send({ method: 'GET', path: '/' })).status, 200);
  await rm(directory, { recursive: true });
});

test('credential plugins: run once for all, told about the cluster, again after expiry', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kube-exec-'));
  const plugin = join(directory, 'plugin.mjs');
  await writeFile(
    plugin,
    `import { appendFileSync } from 'node:fs';
     const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     appendFileSync(${JSON.stringify(join(directory, 'runs'))}, info.spec.cluster.server + ' ' + process.env.MODE + '\\n');
     console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential',
       status: { token: 'granted', expirationTimestamp: '2030-01-01T00:00:00Z' } }));`,
  );
  await using served = await serve((request, response) =>
    answer(response, { authorization: request.headers.authorization }),
  );
  let nowMs = Date.parse('2029-12-31T00:00:00Z');
  const clock = { now: () => nowMs, sleep: () => Promise.resolve(), after: () => () => undefined };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: [plugin],
    env: { MODE: 'test' },
    provideClusterInfo: true,
    interactiveMode: 'Never',
  } as const;
  await using transport = createHttpTransport({ ...served.config, user: { exec } }, { clock });
  const ask = async (): Promise<unknown> => (await transport.send({ method: 'GET', path: '/' })).body;
  assert.deepEqual(await Promise.all([ask(), ask()]), [
    { authorization: 'Bearer granted' },
    { authorization: 'Bearer granted' },
  ]);
  const runs = async (): Promise<number> => (await readFile(join(directory, 'runs'), 'utf8')).trim().split('\n').length;
  assert.equal(await runs(), 1);
  nowMs = Date.parse('2029-12-31T23:59:55Z');
  await ask();
  assert.equal(await runs(), 2);
  assert.equal(await readFile(join(directory, 'runs'), 'utf8'), `${served.config.server} test\n`.repeat(2));

  const broken = {
    ...exec,
    args: ['-e', 'console.error("token is eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x, denied"); process.exit(3)'],
  };
  await using failing = createHttpTransport({ ...served.config, user: { exec: broken } });
  await assert.rejects(failing.send({ method: 'GET', path: '/' }), (error) => {
    assert.ok(error instanceof KubeUnreachable && error.reason === 'credentials');
    assert.match(error.message, /getting credentials: exec: .*: exit code 3: token is …, denied$/);
    return true;
  });
  await using missing = createHttpTransport({
    ...served.config,
    user: { exec: { ...exec, command: 'no-such-plugin', installHint: 'Get it at example.test' } },
  });
  await assert.rejects(
    missing.send({ method: 'GET', path: '/' }),
    /no-such-plugin: the command was not found\. Get it at example\.test/,
  );
  await rm(directory, { recursive: true });
});

test('watch: lines in any chunks, an end, a refusal, a break in the middle, an abort', async () => {
  const line = (name: string): string =>
    `${JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'X', metadata: { name } } })}\n`;
  await using served = await serve((request, response) => {
    if (request.url === '/refused')
      return answer(response, { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }, 410);
    response.writeHead(200, { 'content-type': 'application/json' });
    const text = line('a') + line('größe') + line('c');
    const bytes = Buffer.from(text);
    const cut = Buffer.from(line('a') + line('gr')).length - 25;
    response.write(bytes.subarray(0, cut));
    setImmediate(() => {
      if (request.url === '/broken') return response.destroy();
      response.write(bytes.subarray(cut));
      if (request.url !== '/open') response.end();
      return undefined;
    });
    return undefined;
  });
  await using transport = createHttpTransport(served.config);
  const names = async (
    path: string,
    signal?: AbortSignal,
    onName?: (name: string) => void,
  ): Promise<readonly string[]> => {
    const seen: string[] = [];
    for await (const { object } of transport.watch({ method: 'GET', path, ...(signal ? { signal } : {}) })) {
      seen.push(object.metadata.name ?? '');
      onName?.(object.metadata.name ?? '');
    }
    return seen;
  };
  assert.deepEqual(await names('/whole'), ['a', 'größe', 'c']);
  await assert.rejects(names('/refused'), (error) => isKubeError(error, 410));
  await assert.rejects(names('/broken'), (error) => error instanceof KubeUnreachable && error.reason === 'lost');
  const stop = new AbortController();
  await assert.rejects(
    names('/open', stop.signal, (name) => name === 'c' && stop.abort(new Error('enough'))),
    /enough/,
  );
  for await (const _ of transport.watch({ method: 'GET', path: '/open' })) break;
});

test('log streams come line by line, the last without its newline too', async () => {
  await using served = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('one\n\nthree\nfour'),
  );
  await using transport = createHttpTransport(served.config);
  const lines: string[] = [];
  for await (const line of transport.stream({ method: 'GET', path: '/log' })) lines.push(line);
  assert.deepEqual(lines, ['one', '', 'three', 'four']);
});

test('says in one sentence why there is no answer', async () => {
  await using served = await serve((_request, response) => answer(response, {}));
  const { port } = new URL(served.config.server);
  const why = async (config: Partial<ClusterConfig>): Promise<string> => {
    await using transport = createHttpTransport({ ...served.config, ...config });
    const error: unknown = await transport.send({ method: 'GET', path: '/' }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return 'answered';
    assert.ok(error instanceof KubeUnreachable);
    return `${error.reason}: ${error.message}`;
  };
  const { certificateAuthority: _ca, ...trustless } = served.config;
  await using untrusting = createHttpTransport(trustless);
  await assert.rejects(untrusting.send({ method: 'GET', path: '/' }), /not signed by an authority known here/);
  assert.match(
    await why({ server: 'https://127.0.0.1:1' }),
    /^refused: cannot reach the Kubernetes API at https:\/\/127\.0\.0\.1:1: connection refused/,
  );
  assert.match(
    await why({ server: `https://127.0.0.1:${port}`, tlsServerName: 'other.example.test' }),
    /^tls: .*made out for another name/,
  );
  assert.equal(await why({ tlsServerName: 'api.example.test' }), 'answered');
  const plain = createPlainServer((_request, response) => response.end());
  const plainPort = await listen(plain);
  assert.match(await why({ server: `https://127.0.0.1:${plainPort}` }), /^tls: .*does not speak TLS/);
  plain.close();
});

test('insecure-skip-tls-verify trusts anyone', async () => {
  await using served = await serve((_request, response) => answer(response, { ok: true }));
  const { certificateAuthority: _ca, ...trustless } = served.config;
  await using transport = createHttpTransport({ ...trustless, insecureSkipTlsVerify: true });
  assert.equal((await transport.send({ method: 'GET', path: '/' })).status, 200);
});

test('proxy-url: requests and watches go through CONNECT', async () => {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createPlainServer();
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [socket, onward]) sockets.add(one.on('error', () => undefined));
  });
  const proxyPort = await listen(proxy);
  await using served = await serve((_request, response) => answer(response, { ok: true }));
  const transport = createHttpTransport({ ...served.config, proxyUrl: `http://127.0.0.1:${proxyPort}` });
  assert.deepEqual((await transport.send({ method: 'GET', path: '/' })).body, { ok: true });
  assert.deepEqual(tunnels, [new URL(served.config.server).host]);
  await transport[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

test('a GET is sent again over a fresh connection when a kept-alive one was closed under it', async () => {
  let requests = 0;
  await using served = await serve((request, response) => {
    requests += 1;
    if (requests === 2) request.socket.destroy();
    else answer(response, { requests });
  });
  await using transport = createHttpTransport(served.config);
  await transport.send({ method: 'GET', path: '/' });
  assert.deepEqual((await transport.send({ method: 'GET', path: '/' })).body, { requests: 3 });
});

test('Retry-After is obeyed, and errors carry the Status', async () => {
  let requests = 0;
  const waits: number[] = [];
  await using served = await serve((_request, response) => {
    requests += 1;
    if (requests < 3) response.setHeader('retry-after', '2');
    if (requests < 3)
      answer(response, { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'slow down' }, 429);
    else
      answer(response, { kind: 'Status', code: 403, reason: 'Forbidden', message: 'no', details: { kind: 'x' } }, 403);
  });
  await using transport = createHttpTransport(served.config);
  const clock = {
    now: () => 0,
    sleep: async (delayMs: number) => void waits.push(delayMs),
    after: () => () => undefined,
  };
  const client = createKubeClient(transport, { clock });
  await assert.rejects(client.list(journalType), (error) => isKubeError(error, 403) && error.reason === 'Forbidden');
  assert.deepEqual(waits, [2000, 2000]);
  assert.equal(client.requests.list, 3);
});
