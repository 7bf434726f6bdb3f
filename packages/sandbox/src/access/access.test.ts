// Tokens that live as long as what they are bound to, and keys that others can check them with.

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { at, call, until } from '../testing/client.ts';

const core = '/api/v1/namespaces/default';

test('the published keys verify a token', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  await until(api, `${core}/serviceaccounts`, ({ metadata }) => metadata.name === 'default');
  const issued = await call(api, 'POST', `${core}/serviceaccounts/default/token`, { body: { spec: {} } });
  const token = String(at(issued, 'status', 'token'));
  const [head = '', body = '', signature = ''] = token.split('.');
  const keys = await call(api, 'GET', '/openid/v1/jwks');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const key = (keys['keys'] as unknown as { kid: string }[]).find((each) => each.kid === kid);
  assert.ok(key !== undefined);
  const publicKey = createPublicKey({ key, format: 'jwk' });
  const given = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), given, Buffer.from(signature, 'base64url')));
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { iss: string; sub: string };
  assert.equal(claims.sub, 'system:serviceaccount:default:default');
  const discovery = await call(api, 'GET', '/.well-known/openid-configuration');
  assert.equal(discovery['issuer'], claims.iss);
});

test('a secret for an account is filled with a token without end, and goes with the account', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const api = sandbox.transport();
  await call(api, 'POST', `${core}/serviceaccounts`, {
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' } },
  });
  await call(api, 'POST', `${core}/secrets`, {
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bot-token', annotations: { 'kubernetes.io/service-account.name': 'bot' } },
      type: 'kubernetes.io/service-account-token',
    },
  });
  const filled = await until(api, `${core}/secrets`, (object) => at(object, 'data', 'token') !== undefined);
  const token = Buffer.from(String(at(filled, 'data', 'token')), 'base64').toString();
  const review = async (): Promise<unknown> => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    return (await call(api, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body }))['status'];
  };
  assert.equal(at(await review(), 'user', 'username'), 'system:serviceaccount:default:bot');
  await call(api, 'DELETE', `${core}/serviceaccounts/bot`);
  await until(api, `${core}/secrets`, (_object, type) => type === 'DELETED');
  assert.equal(at(await review(), 'error'), '[invalid bearer token, service account token has been invalidated]');
});
