// Tokens for the oracle of policies: ours, which golang-jwt has to take and to sign alike, and bad ones, which both have to refuse in
// the same words.

import { createHmac } from 'node:crypto';
import { TokenRefused, signToken, verifyToken } from '@evenkeel/argo';

export interface TokenCase {
  readonly token: string;
  readonly key: string;
  /** In our words; undefined for a good one. */
  readonly error?: string;
}

const key = 'b3VyLWtleS1mb3ItdG9rZW5zLW9mLXRoZS1vcmFjbGU=';
const nowMs = Date.now();
const now = Math.floor(nowMs / 1000);

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signed(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, secret = key): string {
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

const claims = { iss: 'argocd', sub: 'proj:team:ci', nbf: now, iat: now, jti: 'one' };

/** All of them, with what we say of each. */
export async function tokenCases(): Promise<readonly TokenCase[]> {
  const ours = [
    await signToken(bytes(key), { subject: 'proj:team:ci', id: 'one', issuedAt: now }),
    await signToken(bytes(key), { subject: 'proj:team:ci', id: '', issuedAt: now, expiresAt: now + 3600 }),
    await signToken(bytes(key), { subject: 'proj:té:c"i', id: 'nightly "1"', issuedAt: now, expiresAt: now + 1e9 }),
  ];
  const others = [
    signed(claims, undefined, 'another key'),
    signed({ ...claims, exp: now - 60 }),
    signed({ ...claims, nbf: now + 600 }),
    'a.b',
    'a.b.c.d',
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
    signed(claims, { alg: 'RS256', typ: 'JWT' }),
  ];
  return Promise.all([...ours, ...others].map(told));
}

async function told(token: string): Promise<TokenCase> {
  try {
    await verifyToken(bytes(key), token, nowMs);
    return { token, key };
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    return { token, key, error: error.message };
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
