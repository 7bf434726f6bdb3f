// Tokens as Argo CD signs them: JWTs by HMAC with the key of the installation, said to be issued by "argocd".
// Mirrors argoproj/argo-cd:util/session/sessionmanager.go Create and Parse (3.6); failures are worded as golang-jwt words them.

import type * as Jose from 'jose';

/** A token that is not accepted; the message never holds any of it. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** What a token says that was verified. */
export interface TokenClaims {
  readonly subject: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt?: number | undefined;
  readonly id: string;
  /** Everything it says, for scopes. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** What is to be signed. */
export interface NewToken {
  readonly subject: string;
  readonly id: string;
  readonly issuedAt: number;
  /** Without it the token never expires. */
  readonly expiresAt?: number | undefined;
}

const issuer = 'argocd';
/** What the original takes; it signs with the first. */
const algorithms = ['HS256', 'HS384', 'HS512'];

/** Signs a token. */
export async function signToken(key: Uint8Array, { subject, id, issuedAt, expiresAt }: NewToken): Promise<string> {
  const { SignJWT } = await import('jose');
  const claims: Jose.JWTPayload = {
    iss: issuer,
    sub: subject,
    ...(expiresAt === undefined ? {} : { exp: expiresAt }),
    nbf: issuedAt,
    iat: issuedAt,
    ...(id === '' ? {} : { jti: id }),
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
}

/** Checks issuer, signature and times. Rejects with {@link TokenRefused}. */
export async function verifyToken(key: Uint8Array | undefined, token: string, nowMs: number): Promise<TokenClaims> {
  const jose = await import('jose');
  const from = readIssuer(jose, token);
  if (from !== issuer)
    throw new TokenRefused(
      `tokens of issuer ${JSON.stringify(from.slice(0, 200))} are not accepted: single sign-on is not supported yet`,
    );
  // A token that was signed before there was a key, or with one that is empty, is nobody's.
  if (key === undefined || key.length === 0)
    throw new TokenRefused('this installation has no key for tokens yet (server.secretkey of Secret argocd-secret)');
  try {
    const { payload } = await jose.jwtVerify(token, key, { algorithms, currentDate: new Date(nowMs) });
    return claimsOf(payload);
  } catch (error) {
    if (error instanceof TokenRefused) throw error;
    throw new TokenRefused(reasonOf(jose, error));
  }
}

function readIssuer(jose: typeof Jose, token: string): string {
  if (token.split('.').length !== 3)
    throw new TokenRefused('token is malformed: token contains an invalid number of segments');
  try {
    jose.decodeProtectedHeader(token);
    const { iss } = jose.decodeJwt(token);
    return typeof iss === 'string' ? iss : '';
  } catch {
    throw new TokenRefused('token is malformed: its header or claims cannot be read');
  }
}

function claimsOf(payload: Jose.JWTPayload): TokenClaims {
  const { sub, iat, exp, jti } = payload;
  if (iat === undefined) throw new TokenRefused('token does not have iat claim');
  return {
    subject: typeof sub === 'string' ? sub : '',
    issuedAt: Math.trunc(iat),
    expiresAt: exp,
    id: typeof jti === 'string' ? jti : '',
    all: payload,
  };
}

function reasonOf({ errors }: typeof Jose, error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'token has invalid claims: token is expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'nbf'
      ? 'token has invalid claims: token is not valid yet'
      : `token has invalid claims: ${error.claim}`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token signature is invalid: signature is invalid';
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'token is unverifiable: error while executing keyfunc: unexpected signing method';
  return 'token is malformed: it cannot be verified';
}

/** The groups of a bearer: the values of every claim that `scopes` names. Mirrors util/jwt/jwt.go GetScopeValues. */
export function scopeValues(claims: TokenClaims['all'], scopes: readonly string[]): readonly string[] {
  return scopes.flatMap((scope) => {
    const value = claims[scope];
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  });
}
