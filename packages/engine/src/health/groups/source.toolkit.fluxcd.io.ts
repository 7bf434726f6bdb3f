// Flux's sources.

import { flux } from '../families.ts';
import { at, healthy } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const source = flux({ suspends: true, artifacts: true, needed: 2 });

export const checks = (): KindChecks => ({
  Bucket: source,
  GitRepository: source,
  HelmChart: source,
  OCIRepository: source,
  HelmRepository: (object) => {
    const isOci = at(object, 'spec.type') === 'oci' && at(object, 'spec.suspend') !== true;
    return isOci
      ? healthy("Helm repositories of type 'oci' do not contain any information in the status.")
      : source(object);
  },
});
