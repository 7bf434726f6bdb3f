// Flux's sources.

import { fluxActions } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => {
  const source = fluxActions(true);
  return { Bucket: source, GitRepository: source, HelmChart: source, HelmRepository: source, OCIRepository: source };
};
