// The CustomResourceDefinitions we install where Argo CD's own are not there yet: same group, names, versions, columns.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { applicationSetSchema } from '../applicationset/crd/schema.ts';
import { applicationSchema } from './application.ts';
import { projectSchema } from './project.ts';

const group = 'argoproj.io';

interface Names {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
}

interface Column {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: string;
  readonly priority?: number;
}

function definition(names: Names, schema: JsonObject, columns: readonly Column[], status: boolean): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.kind.toLowerCase(),
        shortNames: names.shortNames,
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(columns.length > 0 ? { additionalPrinterColumns: columns as unknown as readonly JsonObject[] } : {}),
          ...(status ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}

/** Application, AppProject and ApplicationSet. */
export function argoDefinitions(): readonly KubeObject[] {
  return [
    definition(
      { kind: 'Application', plural: 'applications', shortNames: ['app', 'apps'] },
      applicationSchema,
      [
        { name: 'Sync Status', jsonPath: '.status.sync.status', type: 'string' },
        { name: 'Health Status', jsonPath: '.status.health.status', type: 'string' },
        { name: 'Revision', jsonPath: '.status.sync.revision', type: 'string', priority: 10 },
        { name: 'Project', jsonPath: '.spec.project', type: 'string', priority: 10 },
      ],
      false,
    ),
    definition(
      { kind: 'AppProject', plural: 'appprojects', shortNames: ['appproj', 'appprojs'] },
      projectSchema,
      [],
      false,
    ),
    definition(
      { kind: 'ApplicationSet', plural: 'applicationsets', shortNames: ['appset', 'appsets'] },
      applicationSetSchema,
      [],
      true,
    ),
  ];
}
