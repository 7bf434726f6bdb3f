// Flux's image automation.

import { fluxActions } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  ImageRepository: fluxActions(true),
  ImageUpdateAutomation: fluxActions(true),
});
