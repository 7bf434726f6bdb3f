// The Solr operator.

import { at, healthy, items, progressing } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  SolrCloud: (object) => {
    if (at(object, 'status.solrNodes') === undefined) return progressing('Waiting for solr to exist');
    const isUp = items(object, 'status.solrNodes').every((node) => (node['ready'] ?? false) !== false);
    return isUp ? healthy('Solr is ready') : progressing('Not all replicas are ready');
  },
});
