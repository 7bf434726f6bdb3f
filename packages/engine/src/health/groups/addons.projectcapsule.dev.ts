// Capsule's add-ons.

import { capsule } from '../families.ts';
import { conditions, type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => {
  const check = capsule([
    conditions(['Ready=True', 'healthy'], ['Ready=False', 'degraded'], ['Ready=Unknown', 'progressing']),
  ]);
  return { GlobalSopsSecret: check, SopsProvider: check, SopsSecret: check };
};
