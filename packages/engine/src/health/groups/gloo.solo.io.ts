// Gloo.

import { gloo } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => gloo(['Proxy', 'Settings', 'Upstream', 'UpstreamGroup']);
