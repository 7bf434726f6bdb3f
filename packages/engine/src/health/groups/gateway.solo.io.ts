// Gloo's gateways.

import { gloo } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks =>
  gloo(['Gateway', 'MatchableHttpGateway', 'RouteOption', 'RouteTable', 'VirtualHostOption', 'VirtualService']);
