// The 1Password operator.

import { type KindChecks, ready } from '../rules.ts';

export const checks = (): KindChecks => ({ OnePasswordItem: ready('Waiting for controller to report status') });
