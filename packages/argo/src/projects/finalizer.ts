// A project that is deleted stays until no Application belongs to it, where its finalizer asks for that.
// Mirrors argoproj/argo-cd:controller/appcontroller.go finalizeProjectDeletion (3.6).

import { type Informer, type KubeClient, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { readApplication } from '../application.ts';
import { permitsApplicationNamespace } from './permissions.ts';
import { readProject } from './project.ts';

const finalizer = 'resources-finalizer.argocd.argoproj.io';

export interface ProjectFinalizerOptions {
  readonly client: KubeClient;
  readonly projects: Informer;
  readonly applications: Informer;
  readonly controlNamespace: string;
  readonly onFailure?: ((key: string, error: Error) => void) | undefined;
}

/** Lets projects go from now on; answers how to stop. */
export function finalizeProjects(options: ProjectFinalizerOptions): () => void {
  const { projects, applications } = options;
  const look = (): void => {
    for (const object of projects.list(options.controlNamespace))
      if (isFree(object, options)) void letGo(object, options);
  };
  const stops = [
    projects.onChange(({ kind }) => kind !== 'deleted' && look()),
    applications.onChange(({ kind, object, previous }) => {
      const moved = previous && readApplication(previous).spec.project !== readApplication(object).spec.project;
      if (kind === 'deleted' || moved === true) look();
    }),
  ];
  look();
  return () => {
    for (const stop of stops) stop();
  };
}

function isFree(object: KubeObject, { applications, controlNamespace }: ProjectFinalizerOptions): boolean {
  if (object.metadata.deletionTimestamp === undefined || !(object.metadata.finalizers ?? []).includes(finalizer))
    return false;
  const project = readProject(object);
  return !applications
    .list()
    .map(readApplication)
    .some(
      ({ spec, namespace }) =>
        (spec.project || 'default') === project.name &&
        permitsApplicationNamespace(project, namespace, controlNamespace),
    );
}

async function letGo(object: KubeObject, { client, projects, onFailure }: ProjectFinalizerOptions): Promise<void> {
  const { name = '', namespace, finalizers = [] } = object.metadata;
  const rest = finalizers.filter((entry) => entry !== finalizer);
  try {
    await client.patch(projects.type, { namespace, name }, 'merge', { metadata: { finalizers: rest } });
  } catch (error) {
    if (!isKubeError(error, 404))
      onFailure?.(`project/${name}`, error instanceof Error ? error : new Error(String(error)));
  }
}
