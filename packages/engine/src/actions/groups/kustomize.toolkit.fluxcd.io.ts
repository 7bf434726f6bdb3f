// Flux's Kustomizations.

import { fluxActions } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({ Kustomization: fluxActions(true) });
