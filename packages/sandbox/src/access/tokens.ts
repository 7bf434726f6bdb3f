// Service account tokens: JSON web tokens signed by the cluster's own key, issued, published and checked
// (kubernetes:pkg/serviceaccount, 1.35).

import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { Json, KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';
import { type Claims, type ObjectClaim, type Refused, checkClaims, legacyIssuer } from './token-claims.ts';

export const issuer = 'https://kubernetes.default.svc.cluster.local';

export interface IssuedToken {
  readonly token: string;
  readonly audiences: readonly string[];
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** What a token is to say. */
export interface TokenRequest {
  readonly account: KubeObject;
  readonly seconds: number;
  readonly audiences: readonly string[] | undefined;
  /** The object whose end ends the token. */
  readonly bound?: { readonly pod?: ObjectClaim; readonly secret?: ObjectClaim; readonly node?: ObjectClaim };
}

/** Issues tokens and says whose a token is. */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #readKey: () => string | undefined;
  readonly #keepKey: (pem: string) => void;
  #key: Keys | undefined;

  constructor(options: {
    clock: Clock;
    store: Store;
    readKey: () => string | undefined;
    keepKey: (pem: string) => void;
  }) {
    this.#clock = options.clock;
    this.#store = options.store;
    this.#readKey = options.readKey;
    this.#keepKey = options.keepKey;
  }

  issue(request: TokenRequest): IssuedToken {
    const { account, seconds, bound = {} } = request;
    const audiences = request.audiences ?? [issuer];
    const issuedAt = Math.floor(this.#clock.now() / 1000);
    const { name = '', namespace = '', uid = '' } = account.metadata;
    // Tokens that the kubelet mounts live on for a year, so that programs which never read them again go on working.
    const extended = bound.pod !== undefined && seconds === mountedSeconds && audiences.includes(issuer);
    const token = this.#signed({
      aud: audiences,
      exp: issuedAt + (extended ? yearSeconds : seconds),
      iat: issuedAt,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(bound.node === undefined ? {} : { node: bound.node }),
        ...(bound.pod === undefined ? {} : { pod: bound.pod }),
        ...(bound.secret === undefined ? {} : { secret: bound.secret }),
        serviceaccount: { name, uid },
        ...(extended ? { warnafter: issuedAt + seconds } : {}),
      },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
    return {
      token,
      audiences,
      issuedAt: kubeTime(issuedAt * 1000),
      expiresAt: kubeTime((issuedAt + seconds) * 1000),
    };
  }

  /** A token without end for a Secret of type kubernetes.io/service-account-token. */
  issueLegacy(account: KubeObject, secret: string): string {
    const { name = '', namespace = '', uid = '' } = account.metadata;
    return this.#signed({
      iss: legacyIssuer,
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secret,
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
  }

  /** The identity behind a token, for the server itself; undefined where it is not good. */
  identify(token: string): Identity | undefined {
    const found = this.review(token, [issuer]);
    return found !== undefined && 'identity' in found ? found.identity : undefined;
  }

  /** Whose a token is and for which of the wanted audiences; why not; undefined where it is none of ours. */
  review(token: string, wanted: readonly string[]): Reviewed | Refused | undefined {
    const claims = this.#verified(token);
    if (claims === undefined) return undefined;
    const checked = checkClaims(claims, { store: this.#store, nowMs: this.#clock.now(), token });
    if ('why' in checked) return checked;
    const audiences = claims.iss === legacyIssuer ? wanted : (claims.aud ?? []).filter((each) => wanted.includes(each));
    if (audiences.length === 0) {
      const list = (texts: readonly string[]): string => `[${texts.map((each) => JSON.stringify(each)).join(' ')}]`;
      return { why: `token audiences ${list(claims.aud ?? [])} is invalid for the target audiences ${list(wanted)}` };
    }
    return { identity: checked.identity, audiences };
  }

  /** /openid/v1/jwks. */
  keySet(): Json {
    const { open, id } = this.#keys();
    const { kty = '', crv = '', x = '', y = '' } = open.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty, kid: id, crv, alg: 'ES256', x, y }] };
  }

  #signed(claims: Claims): string {
    const { secret, id } = this.#keys();
    const signed = `${encode({ alg: 'ES256', kid: id })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: secret, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  #verified(token: string): Claims | undefined {
    const [head, body, signature, ...more] = token.split('.');
    if (head === undefined || body === undefined || signature === undefined || more.length > 0) return undefined;
    const key = { key: this.#keys().open, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  }

  #keys(): Keys {
    if (this.#key !== undefined) return this.#key;
    const kept = this.#readKey();
    const secret =
      kept === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : createPrivateKey(kept);
    if (kept === undefined) this.#keepKey(String(secret.export({ type: 'pkcs8', format: 'pem' })));
    const open = createPublicKey(secret);
    const id = createHash('sha256')
      .update(open.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
    this.#key = { secret, open, id };
    return this.#key;
  }
}

interface Keys {
  readonly secret: KeyObject;
  readonly open: KeyObject;
  readonly id: string;
}

// What the kubelet asks for where a pod does not say.
const mountedSeconds = 3607;
const yearSeconds = 365 * 24 * 3600;

/** A token that is good. */
export interface Reviewed {
  readonly identity: Identity;
  readonly audiences: readonly string[];
}

/** /.well-known/openid-configuration. */
export function discoveryDocument(address: string): Json {
  return {
    issuer,
    jwks_uri: `https://${address}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
