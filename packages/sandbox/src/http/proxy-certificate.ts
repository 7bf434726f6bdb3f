// The certificate that the aggregator shows to other API servers: they believe the names it passes on, because the CA in
// kube-system/extension-apiserver-authentication signed it.

import { createPrivateKey } from 'node:crypto';
import type { KeyPair } from './certificates.ts';
import { issueCertificate } from './certificates.ts';
import type { Credentials } from './credentials.ts';

const yearMs = 365 * 24 * 3600 * 1000;

/** Issues it, for a year. */
export function issueProxyCertificate({ authority }: Credentials): KeyPair {
  const { signer: _signer, ...pair } = issueCertificate(
    {
      commonName: 'front-proxy-client',
      serial: 4,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + yearMs),
      use: 'client',
    },
    { key: createPrivateKey(authority.key), commonName: 'evenkeel-sandbox-ca' },
  );
  return pair;
}
