// Apache Camel K.

import { type KindChecks, ready } from '../rules.ts';

export const checks = (): KindChecks => ({ Integration: ready('Waiting for Integration') });
