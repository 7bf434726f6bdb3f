// The fields of AppProject, with upstream's names and types.
// Source of the names: argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { destinationSchema } from './application.ts';
import { anything, fields, flag, integer, list, map, text } from './schema.ts';

/** spec of an AppProject. */
export const projectSpecSchema: JsonObject = fields({
  sourceRepos: list(text),
  destinations: list(destinationSchema),
  description: text,
  roles: list(
    fields({
      'name!': text,
      description: text,
      policies: list(text),
      groups: list(text),
      jwtTokens: list(fields({ 'iat!': integer, exp: integer, id: text })),
    }),
  ),
  clusterResourceWhitelist: list(fields({ 'group!': text, 'kind!': text, name: text })),
  clusterResourceBlacklist: list(fields({ 'group!': text, 'kind!': text, name: text })),
  namespaceResourceWhitelist: list(fields({ 'group!': text, 'kind!': text })),
  namespaceResourceBlacklist: list(fields({ 'group!': text, 'kind!': text })),
  orphanedResources: fields({ warn: flag, ignore: list(fields({ group: text, kind: text, name: text })) }),
  syncWindows: list(anything),
  signatureKeys: list(fields({ 'keyID!': text })),
  sourceIntegrity: anything,
  sourceNamespaces: list(text),
  permitOnlyProjectScopedClusters: flag,
  destinationServiceAccounts: list(fields({ server: text, namespace: text, 'defaultServiceAccount!': text })),
});

/** The whole AppProject. */
export const projectSchema: JsonObject = {
  type: 'object',
  required: ['metadata', 'spec'],
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    spec: projectSpecSchema,
    status: { type: 'object', properties: { jwtTokensByRole: map(anything) } },
  },
};
