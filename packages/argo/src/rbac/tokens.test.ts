// Tokens: signed as golang-jwt signs them, refused in its words, and listed twice in a project.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { applicationObject, objectActions, runAction, scopedObject } from './application-rights.ts';
import { findToken, roleTokens, withTidyTokens, withTokens } from './project-tokens.ts';
import { readRbacSettings } from './rbac-settings.ts';
import { scopeValues, signToken, verifyToken } from './tokens.ts';

const key = new TextEncoder().encode('c2VjcmV0LW9mLXRoZS1pbnN0YWxsYXRpb24tMDAwMDA=');
const nowMs = 1_763_750_000_000;
const now = nowMs / 1000;

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token as any other program makes it. */
function foreign(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, secret: Uint8Array = key): string {
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

const claims = { iss: 'argocd', sub: 'proj:team:ci', nbf: now, iat: now, jti: 'one' };

test('a token has the header and claims of golang-jwt, in its order', async () => {
  const token = await signToken(key, { subject: 'proj:team:ci', id: 'one', issuedAt: now, expiresAt: now + 60 });
  const { nbf, iat, jti, ...first } = claims;
  assert.equal(token, foreign({ ...first, exp: now + 60, nbf, iat, jti }));
  const read = await verifyToken(key, token, nowMs);
  assert.deepEqual([read.subject, read.issuedAt, read.expiresAt, read.id], ['proj:team:ci', now, now + 60, 'one']);
});

const refused: readonly (readonly [string, string, string])[] = [
  ['another key', foreign(claims, undefined, Buffer.from('other')), 'token signature is invalid: signature is invalid'],
  ['an expired one', foreign({ ...claims, exp: now }), 'token has invalid claims: token is expired'],
  ['one of tomorrow', foreign({ ...claims, nbf: now + 9 }), 'token has invalid claims: token is not valid yet'],
  ['two segments', 'a.b', 'token is malformed: token contains an invalid number of segments'],
  ['no JSON', 'a.b.c', 'token is malformed: its header or claims cannot be read'],
  ['no time', foreign({ ...claims, iat: undefined }), 'token does not have iat claim'],
  [
    'no signature',
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
    'token is unverifiable: error while executing keyfunc: unexpected signing method',
  ],
  [
    'another issuer',
    foreign({ ...claims, iss: 'https://sso.example.com' }),
    'tokens of issuer "https://sso.example.com" are not accepted: single sign-on is not supported yet',
  ],
];

for (const [what, token, sentence] of refused) {
  test(`${what} is refused: ${sentence}`, async () => {
    await assert.rejects(verifyToken(key, token, nowMs), { name: 'TokenRefused', message: sentence });
  });
}

test('where there is no key, or an empty one, nobody has signed anything', async () => {
  const empty = foreign(claims, undefined, new Uint8Array());
  for (const secret of [undefined, new Uint8Array()]) {
    await assert.rejects(verifyToken(secret, empty, nowMs), /this installation has no key for tokens yet/);
  }
});

function project(roles: readonly object[], status?: object): KubeObject {
  const made = { apiVersion: 'v1', kind: 'AppProject', metadata: { name: 'team' }, spec: { roles } };
  return { ...made, ...(status ? { status } : {}) } as unknown as KubeObject;
}

test('tokens count wherever they stand, and every write makes both places alike', () => {
  const before = project([{ name: 'ci', jwtTokens: [{ iat: 5 }] }, { name: 'idle' }], {
    jwtTokensByRole: { ci: { items: [{ iat: 9, id: 'nine' }] }, gone: { items: [{ iat: 1, id: 'x' }] } },
  });
  const both = [
    { iat: 9, id: 'nine' },
    { iat: 5, id: '5' },
  ];
  assert.deepEqual(roleTokens(before, 'ci'), both);
  assert.deepEqual(roleTokens(before, 'idle'), []);
  assert.equal(roleTokens(before, 'gone'), undefined);
  const after = project([{ name: 'ci', jwtTokens: both }, { name: 'idle' }], {
    jwtTokensByRole: { ci: { items: both } },
  });
  assert.deepEqual(withTidyTokens(before), after);
  const none = withTokens(after, 'ci', () => []);
  assert.deepEqual(none, project([{ name: 'ci' }, { name: 'idle' }]));
});

test('a token is found by its id, else by the second it was issued in', () => {
  const tokens = [
    { iat: 9, id: 'nine' },
    { iat: 5, id: '5' },
  ];
  assert.equal(findToken(tokens, { id: 'nine', issuedAt: 5 })?.iat, 9);
  assert.equal(findToken(tokens, { id: '', issuedAt: 5 })?.id, '5');
  assert.equal(findToken(tokens, { id: 'gone', issuedAt: 6 }), undefined);
  assert.equal(findToken(tokens, { id: 'gone', issuedAt: 9 }), undefined, 'another token of that second');
  assert.equal(findToken(tokens, { id: 'of old', issuedAt: 5 })?.id, '5');
});

test('groups are the values of the claims that scopes name', () => {
  const all = { groups: ['a', 7, 'b'], email: 'x@example.com', other: {} };
  assert.deepEqual(scopeValues(all, ['groups', 'email', 'other', 'none']), ['a', 'b', 'x@example.com']);
  assert.deepEqual(readRbacSettings({ scopes: '[groups, email]' }).scopes, ['groups', 'email']);
  assert.match(readRbacSettings({ scopes: 'groups: x' }).problems[0]?.sentence ?? '', /scopes is not a list of names/);
});

test('objects and actions are called as policies call them', () => {
  assert.equal(applicationObject({ project: 'team', namespace: 'argocd', name: 'web' }), 'team/web');
  assert.equal(applicationObject({ project: 'team', namespace: 'apps', name: 'web' }), 'team/apps/web');
  assert.equal(scopedObject('', 'https://prod'), 'https://prod');
  assert.equal(scopedObject('team', 'https://prod'), 'team/https://prod');
  const pod = { group: '', kind: 'Pod', namespace: 'shop', name: 'web-1' };
  assert.deepEqual(objectActions('delete', pod, false), ['delete//Pod/shop/web-1']);
  assert.deepEqual(objectActions('update', pod, true), ['update', 'update//Pod/shop/web-1']);
  assert.equal(runAction({ group: 'apps', kind: 'Deployment' }, 'restart'), 'action/apps/Deployment/restart');
});
