// Changes that people make of an Application itself, as upstream's API takes them: its spec as a whole, patches, and the
// agreement that objects go. Mirrors argoproj/argo-cd:server/application/application.go (3.6) UpdateSpec and Patch.

import { type KubeClient, isKubeError } from '@evenkeel/kube';
import {
  type Json,
  type JsonObject,
  type KubeObject,
  applyJsonMergePatch,
  applyJsonPatch,
  decodeJsonPatch,
  isMap,
  parseJson,
} from '@evenkeel/resource';
import { kubeTime, present } from '@evenkeel/std';
import { readApplication } from './application.ts';
import { approvalAnnotation } from './policy.ts';
import { newApplicationProblem } from './projects/new-application.ts';

/** Which Application. */
export interface ApplicationName {
  readonly namespace: string;
  readonly name: string;
}

/** A change that was refused, in one sentence. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused';
}

/** Whether whoever asks may have it in this project; throws where not. */
interface Permission {
  readonly permits?: ((project: string) => void) | undefined;
}

/** Somebody else may write at the same time: the change is made anew of what is there then. */
const ATTEMPTS = 4;

/** Another spec. Rejects with {@link EditRefused} where its project or its clusters do not allow it, unless it is not validated. */
export function updateApplicationSpec(
  client: KubeClient,
  at: ApplicationName,
  {
    spec,
    validate = true,
    permits,
  }: { readonly spec: JsonObject; readonly validate?: boolean | undefined } & Permission,
): Promise<KubeObject> {
  return edit(client, at, (live) => ({ ...live, spec }), { validate, permits });
}

/** A JSON patch or a merge patch of the whole; status and operation stay as they are, as does what it is called. */
export function patchApplication(
  client: KubeClient,
  at: ApplicationName,
  { patch, patchType, permits }: { readonly patch: string; readonly patchType: 'json' | 'merge' } & Permission,
): Promise<KubeObject> {
  return edit(
    client,
    at,
    (live) => {
      const patched = patchedJson(live as unknown as Json, patch, patchType);
      if (!isMap(patched) || !isMap(patched['metadata']))
        throw new EditRefused('the patch leaves no object with metadata');
      const { labels, annotations, finalizers } = patched['metadata'];
      const { labels: _labels, annotations: _annotations, finalizers: _finalizers, ...metadata } = live.metadata;
      const said = Object.entries({ labels, annotations, finalizers }).filter(([, value]) => value !== undefined);
      return { ...live, metadata: { ...metadata, ...Object.fromEntries(said) }, spec: patched['spec'] } as KubeObject;
    },
    { validate: true, permits },
  );
}

/** Agrees, as of now, that objects go which ask for it. */
export function approveDeletion(client: KubeClient, at: ApplicationName, nowMs: number): Promise<KubeObject> {
  const approve = (live: KubeObject): KubeObject => {
    const annotations = { ...live.metadata.annotations, [approvalAnnotation]: kubeTime(nowMs) };
    return { ...live, metadata: { ...live.metadata, annotations } };
  };
  return edit(client, at, approve, { validate: false });
}

function patchedJson(live: Json, patch: string, patchType: 'json' | 'merge'): Json | undefined {
  try {
    return patchType === 'json'
      ? applyJsonPatch(live, decodeJsonPatch(parseJson(patch)))
      : applyJsonMergePatch(live, parseJson(patch));
  } catch (error) {
    throw new EditRefused(`error applying patch: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function edit(
  client: KubeClient,
  at: ApplicationName,
  change: (live: KubeObject) => KubeObject,
  { validate, permits }: { readonly validate: boolean } & Permission,
): Promise<KubeObject> {
  const type = present(
    await client.discovery.resolve({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' }),
    'the definition of Application',
  );
  for (let attempt = 1; ; attempt += 1) {
    const live = await client.get(type, at);
    if (!live) throw new EditRefused(`applications.argoproj.io "${at.name}" not found`);
    const wanted = change(live);
    permits?.(readApplication(wanted).spec.project || 'default');
    const problem = validate ? await newApplicationProblem(client, wanted) : undefined;
    if (problem !== undefined) throw new EditRefused(problem);
    try {
      return await client.update(type, wanted, { fieldManager: 'evenkeel-server' });
    } catch (error) {
      if (!isKubeError(error, 409) || attempt === ATTEMPTS) throw error;
    }
  }
}
