// cert-manager before it had a domain of its own.

import { type KindChecks, ready } from '../rules.ts';

export const checks = (): KindChecks => ({
  Certificate: ready('Waiting for certificate'),
  Issuer: ready('Initializing issuer'),
});
