// Flux's webhook receivers.

import { flux } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ Receiver: flux({ suspends: true, isBusyBad: true, slow: 'False' }) });
