// Keptn's measurements.

import { at, degraded, healthy, progressing } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  Analysis: (object) => {
    const pass = at(object, 'status.pass');
    if (pass === true) return healthy('Analysis is healthy');
    if (at(object, 'status.warning') === true) return healthy('Analysis is healthy with warnings');
    return pass === false ? degraded('Analysis is degraded') : progressing('Analysis is progressing');
  },
  KeptnMetric: (object) => {
    if ((at(object, 'status.errMsg') ?? '') !== '') return degraded('KeptnMetric is degraded');
    const hasValue = at(object, 'status.value') !== undefined;
    return hasValue ? healthy('KeptnMetric is healthy') : progressing('KeptnMetric is progressing');
  },
});
