import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { parseOciReference } from '@evenkeel/helm';
import type { Credentials } from './access.ts';
import { pullChart } from './helm-chart.ts';
import { HttpClient } from './http.ts';
import { RegistryClient } from './registry.ts';

interface TokenRegistry extends AsyncDisposable {
  readonly host: string;
  readonly asked: string[];
}

const content = new TextEncoder().encode('a chart');
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry with tokens, as hosted ones have them, whose blobs lie elsewhere; Debian's has no token server. */
async function startTokenRegistry(blob: () => Uint8Array): Promise<TokenRegistry> {
  const asked: string[] = [];
  const config = new TextEncoder().encode('{}');
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf(config), size: 2 },
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: digestOf(content),
        size: content.length,
      },
    ],
  });
  let issued = 0;
  const server = createServer((request, response) => {
    const { authorization = '-', host = '' } = request.headers;
    const url = new URL(request.url ?? '/', `http://${host}`);
    asked.push(`${request.method} ${url.pathname}${url.search} ${authorization}`);
    const { port } = server.address() as AddressInfo;
    if (url.pathname === '/token') {
      issued += 1;
      response.end(JSON.stringify({ access_token: `t${issued}`, expires_in: 300 }));
    } else if (url.pathname.startsWith('/cdn/')) {
      response.end(blob());
    } else if (authorization !== `Bearer t${issued}` || issued === 0) {
      const realm = `http://127.0.0.1:${port}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="reg"` }).end();
    } else if (url.pathname.includes('/blobs/')) {
      response.writeHead(307, { location: `http://localhost:${port}/cdn/x` }).end();
    } else {
      response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json');
      response.end(manifest);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function pullAs(credentials: Credentials, registry: TokenRegistry): Promise<string> {
  await using http = new HttpClient();
  const client = new RegistryClient({ http, access: { credentials }, plainHttp: true });
  const { archive } = await pullChart(client, `oci://${registry.host}/a/web:1.0.0`);
  await client.manifest(parseOciReference(`oci://${registry.host}/a/web:1.0.0`));
  return new TextDecoder().decode(archive);
}

test('one token for all requests; a blob elsewhere is fetched without it', async () => {
  await using registry = await startTokenRegistry(() => content);
  assert.equal(await pullAs({ username: 'me', password: 'secret' }, registry), 'a chart');
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  assert.deepEqual(registry.asked, [
    'GET /v2/a/web/manifests/1.0.0 -',
    `GET /token?service=reg&scope=repository%3Aa%2Fweb%3Apull ${basic}`,
    'GET /v2/a/web/manifests/1.0.0 Bearer t1',
    `GET /v2/a/web/blobs/${digestOf(content)} Bearer t1`,
    'GET /cdn/x -',
    'GET /v2/a/web/manifests/1.0.0 Bearer t1',
  ]);
});

test('an identity token is exchanged, and its text is in no URL', async () => {
  await using registry = await startTokenRegistry(() => content);
  assert.equal(await pullAs({ identityToken: 'refresh' }, registry), 'a chart');
  assert.equal(registry.asked[1], 'POST /token -');
  assert.ok(!registry.asked.some((line) => line.includes('refresh')));
});

test('a blob with another content is refused', async () => {
  await using registry = await startTokenRegistry(() => new TextEncoder().encode('another'));
  await assert.rejects(pullAs({ username: 'me', password: 'secret' }, registry), {
    code: 'digest-mismatch',
    message: `blob of a/web does not have the digest ${digestOf(content)}`,
  });
});
