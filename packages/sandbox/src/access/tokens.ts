// Service account tokens: JSON web tokens signed by the cluster's own key, issued and checked.

import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';

export const issuer = 'https://kubernetes.default.svc.cluster.local';

export interface IssuedToken {
  readonly token: string;
  readonly audiences: readonly string[];
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** Issues tokens and says whose a token is. */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #readKey: () => string | undefined;
  readonly #keepKey: (pem: string) => void;
  #key: KeyObject | undefined;

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

  issue(request: { account: KubeObject; seconds: number; audiences: readonly string[] | undefined }): IssuedToken {
    const { account, seconds } = request;
    const audiences = request.audiences ?? [issuer];
    const issuedAt = Math.floor(this.#clock.now() / 1000);
    const { name = '', namespace = '', uid = '' } = account.metadata;
    const claims = {
      aud: audiences,
      exp: issuedAt + seconds,
      iat: issuedAt,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': { namespace, serviceaccount: { name, uid } },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const head = encode({ alg: 'ES256', kid: 'sandbox' });
    const signed = `${head}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#signingKey(), dsaEncoding: 'ieee-p1363' });
    return {
      token: `${signed}.${signature.toString('base64url')}`,
      audiences,
      issuedAt: kubeTime(issuedAt * 1000),
      expiresAt: kubeTime((issuedAt + seconds) * 1000),
    };
  }

  /** The identity behind a token; undefined where it is not ours, has expired, or its account is gone. */
  identify(token: string): Identity | undefined {
    const claims = this.#verified(token);
    if (claims === undefined || claims.exp * 1000 < this.#clock.now()) return undefined;
    const { namespace, serviceaccount } = claims['kubernetes.io'];
    const account = this.#store.collection('serviceaccounts').get(namespace, serviceaccount.name);
    if (account?.metadata.uid !== serviceaccount.uid) return undefined;
    return {
      user: claims.sub,
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
    };
  }

  #verified(token: string): Claims | undefined {
    const [head, body, signature] = token.split('.');
    if (head === undefined || body === undefined || signature === undefined) return undefined;
    const key = { key: createPublicKey(this.#signingKey()), dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  }

  #signingKey(): KeyObject {
    if (this.#key !== undefined) return this.#key;
    const kept = this.#readKey();
    if (kept === undefined) {
      this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      this.#keepKey(String(this.#key.export({ type: 'pkcs8', format: 'pem' })));
    } else this.#key = createPrivateKey(kept);
    return this.#key;
  }
}

interface Claims {
  readonly exp: number;
  readonly jti: string;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
