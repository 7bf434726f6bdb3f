// The cluster's certificates: a CA of its own, the server's certificate, the administrator's client certificate. Kept in
// the state file, so that a kubeconfig stays good across restarts.

import { type KeyPair, issueCertificate } from './certificates.ts';
import type { StateFile } from '../store/sqlite-journal.ts';

export interface Credentials {
  readonly authority: KeyPair;
  readonly server: KeyPair;
  readonly administrator: KeyPair;
}

/** Reads the certificates kept in the state file, or makes new ones. `host` is added to the server's names. */
export function openCredentials(state: StateFile | undefined, host: string): Credentials {
  const kept = state?.setting('credentials');
  if (kept !== undefined) return JSON.parse(kept) as Credentials;
  const made = makeCredentials(host);
  state?.keepSetting('credentials', JSON.stringify(made));
  return made;
}

const yearMs = 365 * 24 * 3600 * 1000;

// Certificates live in the time of the machine, whatever clock the cluster is given: TLS peers check them by it.
function makeCredentials(host: string): Credentials {
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 10 * yearMs) };
  const { signer, ...authority } = issueCertificate({
    commonName: 'evenkeel-sandbox-ca',
    serial: 1,
    use: 'authority',
    ...validity,
  });
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(host);
  const { signer: _server, ...server } = issueCertificate(
    {
      commonName: 'kube-apiserver',
      serial: 2,
      use: 'server',
      ...validity,
      dnsNames: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        ...(isAddress ? [] : [host]),
      ],
      addresses: [...new Set(['127.0.0.1', '10.96.0.1', ...(isAddress ? [host] : [])])],
    },
    signer,
  );
  const { signer: _admin, ...administrator } = issueCertificate(
    { commonName: 'kubernetes-admin', organization: 'system:masters', serial: 3, use: 'client', ...validity },
    signer,
  );
  return { authority, server, administrator };
}
