// From a template and parameters to one Application. Mirrors GenerateApplications
// (argoproj/argo-cd:applicationset/controllers/template/template.go, 3.6).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type ApplicationSet, type ApplicationTemplate, objectOf } from '../application-set.ts';
import { normalizeSpec } from './normalize.ts';
import type { Params } from './params.ts';
import { applyTemplatePatch } from './patch.ts';
import { renderDeep, replaceIn } from './render.ts';

/** What deletes an Application's resources with it. */
export const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io';

/**
 * One Application. Its namespace is always the set's, so that nobody reaches beyond their own namespace.
 * @throws GenerationError where template or patch cannot be rendered.
 */
export function renderApplication(set: ApplicationSet, template: ApplicationTemplate, params: Params): KubeObject {
  const { spec } = set;
  const metadata = pick(template.metadata ?? {}, ['name', 'labels', 'annotations', 'finalizers']);
  const blank: JsonObject = { metadata, spec: template.spec ?? {} };
  // Without parameters upstream hands out the template as it stands, finalizers included.
  let application = params.size === 0 ? blank : (renderDeep(blank, params, spec) as JsonObject);
  if (params.size > 0 && spec.syncPolicy?.preserveResourcesOnDeletion !== true) {
    const rendered = objectOf(application['metadata']) ?? {};
    const finalizers = rendered['finalizers'];
    if (!Array.isArray(finalizers) || finalizers.length === 0) {
      application = { ...application, metadata: { ...rendered, finalizers: [resourcesFinalizer] } };
    }
  }
  if (spec.templatePatch !== undefined) {
    application = applyTemplatePatch(application, replacePatch(spec.templatePatch, params, set));
  }
  return finish(application, set.namespace);
}

function replacePatch(text: string, params: Params, set: ApplicationSet): string {
  try {
    return replaceIn(text, params, set.spec);
  } catch (error) {
    if (error instanceof Error) error.message = `error replacing values in templatePatch: ${error.message}`;
    throw error;
  }
}

/** Written fields only, in a stable order. */
function finish(application: JsonObject, namespace: string): KubeObject {
  const metadata = objectOf(application['metadata']) ?? {};
  const operation = objectOf(application['operation']);
  const shown = Object.fromEntries(
    Object.entries(pick(metadata, ['annotations', 'finalizers', 'labels'])).filter(([, value]) => !isEmpty(value)),
  );
  const name = metadata['name'];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: typeof name === 'string' ? name : '', namespace, ...shown },
    spec: normalizeSpec(objectOf(application['spec']) ?? {}),
    ...(operation === undefined ? {} : { operation }),
  } as KubeObject;
}

function isEmpty(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function pick(from: object, names: readonly string[]): JsonObject {
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(from) as [string, Json | undefined][]) {
    if (names.includes(name) && value !== undefined && value !== null) result[name] = value;
  }
  return result;
}
