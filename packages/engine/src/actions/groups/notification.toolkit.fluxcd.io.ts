// Flux's notifications.

import { fluxActions } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  Alert: fluxActions(false),
  Provider: fluxActions(false),
  Receiver: fluxActions(true),
});
