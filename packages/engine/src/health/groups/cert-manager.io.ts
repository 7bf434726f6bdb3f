// cert-manager.

import { conditions, first, type KindChecks, ready, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Certificate: first(conditions(['Issuing=True', 'progressing']), ready('Waiting for certificate')),
  CertificateRequest: first(
    conditions(['Denied=True', 'degraded'], ['InvalidRequest=True', 'degraded']),
    conditions(['Ready=True', 'healthy'], ['Ready/Pending', 'progressing'], ['Ready', 'degraded']),
    waiting('Waiting for certificate request'),
  ),
  ClusterIssuer: ready('Initializing ClusterIssuer'),
  Issuer: ready('Initializing issuer'),
});
