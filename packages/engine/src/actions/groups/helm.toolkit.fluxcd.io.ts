// Flux's Helm releases.

import { fluxActions } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({ HelmRelease: fluxActions(true) });
