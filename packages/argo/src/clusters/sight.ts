// What of clusters may be seen, and what of that is looked at, by the settings as they stand: resource.respectRBAC and
// resource.selectors.

import type { RbacRespect } from '@evenkeel/delivery';
import type { GroupKind } from '@evenkeel/resource';
import { selectorOf } from '../settings/resource-filter.ts';
import type { SettingsSource } from '../settings/watch-settings.ts';
import { inClusterAddress } from './known-cluster.ts';

/** For clusters by their addresses. */
export interface ClusterSight {
  respectRbac(): RbacRespect;
  selectorOf(kind: GroupKind, server?: string): string;
}

/** The settings, asked anew each time; without an address they are asked about the own cluster. */
export function sightOf(settings: SettingsSource): ClusterSight {
  return {
    respectRbac: () => settings.current().respectRbac,
    selectorOf: (kind, server = inClusterAddress) => selectorOf(kind, server, settings.current().selectors),
  };
}
