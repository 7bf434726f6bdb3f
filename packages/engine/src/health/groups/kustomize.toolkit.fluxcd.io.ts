// Flux's Kustomizations.

import { flux } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ Kustomization: flux({ suspends: true }) });
