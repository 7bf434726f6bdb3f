// The certificate that the aggregator shows to other API servers: they believe the names it passes on, because the CA in
// kube-system/extension-apiserver-authentication signed it.

import { createPrivateKey, randomInt } from 'node:crypto';
import type { Certify } from '../workloads/signing-requests.ts';
import type { KeyPair } from './certificates.ts';
import { certifyKey, issueCertificate } from './certificates.ts';
import type { Credentials } from './credentials.ts';

const yearMs = 365 * 24 * 3600 * 1000;

/** Certifies keys of others by the cluster's authority; dated back a little for clocks that differ. */
export function certifyBy({ authority }: Credentials): Certify {
  return ({ subject, publicKey, alternativeNames }, { usages, seconds }) =>
    certifyKey(
      {
        subject,
        publicKey,
        alternativeNames,
        usages,
        // With its first bit set, as the four bytes are written behind a zero.
        serial: randomInt(0x80000000, 0xffffffff),
        notBefore: new Date(Date.now() - 300_000),
        notAfter: new Date(Date.now() + seconds * 1000),
      },
      { key: createPrivateKey(authority.key), commonName: 'evenkeel-sandbox-ca' },
    );
}

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
