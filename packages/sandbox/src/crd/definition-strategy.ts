// What a CustomResourceDefinition is completed with before anyone looks at it.

import type { Strategy } from '../api/strategy.ts';
import { fallback, memberBag, specOf } from '../defaulting/drafts.ts';
import { type Draft, bagAt } from '../store/draft.ts';

/** Names that follow from the kind, and conversion between versions. */
function defaults(draft: Draft): void {
  const spec = specOf(draft);
  const names = memberBag(spec, 'names');
  const kind = typeof names['kind'] === 'string' ? names['kind'] : '';
  if ((names['singular'] ?? '') === '') names['singular'] = kind.toLowerCase();
  if ((names['listKind'] ?? '') === '') names['listKind'] = kind === '' ? '' : `${kind}List`;
  fallback(spec, 'conversion', { strategy: 'None' });
  fallback(memberBag(spec, 'conversion'), 'strategy', 'None');
  const client = bagAt(bagAt(bagAt(spec, 'conversion'), 'webhook'), 'clientConfig');
  fallback(bagAt(client, 'service'), 'port', 443);
  if (spec['preserveUnknownFields'] === false) delete spec['preserveUnknownFields'];
}

export const definitionStrategies: Readonly<Record<string, Strategy>> = {
  'customresourcedefinitions.apiextensions.k8s.io': { defaults },
};
