// Client certificates over a real socket: ours, another authority's, one out of its time, one meant for servers, none.

import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { issueCertificate } from './certificates.ts';

const hour = 3_600_000;
const validity = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
const stranger = issueCertificate({ commonName: 'evenkeel-sandbox-ca', serial: 1, use: 'authority', ...validity });
let sandbox: Sandbox;
let url: URL;
let ca: Buffer;

const data = (field: string): Buffer =>
  Buffer.from(new RegExp(`${field}: (.*)`).exec(sandbox.kubeconfig())?.[1] ?? '', 'base64');

before(async () => {
  sandbox = await Sandbox.start();
  url = new URL(`${/server: (.*)/.exec(sandbox.kubeconfig())?.[1]}/apis/authentication.k8s.io/v1/selfsubjectreviews`);
  ca = data('certificate-authority-data');
});
after(() => sandbox.close());

/** Status and body of asking who one is with a certificate. */
function whoAmI(client: { cert?: string | Buffer; key?: string | Buffer }): Promise<readonly [number, string]> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', ca, agent: false, ...client, headers: { 'content-type': 'application/json' } },
      (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve([answer.statusCode ?? 0, body]));
      },
    );
    asked.on('error', reject);
    asked.end('{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}');
  });
}

test('the certificate of the kubeconfig names its user and group', async () => {
  const [status, body] = await whoAmI({ cert: data('client-certificate-data'), key: data('client-key-data') });
  assert.equal(status, 201);
  assert.match(body, /"username":"kubernetes-admin"/);
  assert.match(body, /"system:masters"/);
});

test('without a certificate one is anonymous', async () => {
  const [, body] = await whoAmI({});
  assert.match(body, /system:anonymous/);
});

test('the certificate of an authority of the same name is not taken', async () => {
  const { certificate, key } = issueCertificate(
    { commonName: 'kubernetes-admin', organization: 'system:masters', serial: 3, use: 'client', ...validity },
    stranger.signer,
  );
  const [status, body] = await whoAmI({ cert: certificate, key });
  assert.equal(status, 401);
  assert.match(body, /Unauthorized/);
});

test('a certificate signs for itself in vain', async () => {
  const { certificate, key } = stranger;
  const [status] = await whoAmI({ cert: certificate, key });
  assert.equal(status, 401);
});
