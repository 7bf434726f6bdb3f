// What a request asks for, laid over the delivery it is for.

import type { Refusal } from '@evenkeel/engine';
import { type KubeObject, parseYamlDocuments } from '@evenkeel/resource';
import type { Delivery, SyncRequest } from './model.ts';
import { flattenList } from './render/flatten-list.ts';
import type { RenderedDelivery } from './sources.ts';

/** The delivery as one request wants it: other sources, other revisions, another policy for this once. */
export function asRequested(delivery: Delivery, request: SyncRequest | undefined): Delivery {
  if (!request) return delivery;
  const { revision, revisions, sources = delivery.sources, policy } = request;
  const access = delivery.sources[0]?.access;
  const wanted = sources.map((given, index) => {
    const source = given.access || !access ? given : { ...given, access };
    const asked = revisions?.[index] ?? revision;
    return asked === undefined || asked === '' ? source : { ...source, revision: asked, hold: undefined };
  });
  return { ...delivery, sources: wanted, policy: policy ? { ...delivery.policy, ...policy } : delivery.policy };
}

/** Objects given as text, as if a source had rendered to them. Text that cannot be read is a refusal. */
export function renderManifests(manifests: readonly string[]): RenderedDelivery {
  const objects: KubeObject[] = [];
  const refusals: Refusal[] = [];
  for (const text of manifests) {
    try {
      const documents = parseYamlDocuments(text, { dialect: 'sigs' }).filter((value) => value !== null);
      objects.push(...(documents as unknown as readonly KubeObject[]));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      refusals.push({ code: 'RENDER_FAILED', sentence: `Failed to load local manifests: ${why}` });
    }
  }
  const rendering = {
    renderer: 'directory' as const,
    objects: objects.flatMap((object) => flattenList(object)).map((object) => ({ object })),
    refusals,
    warnings: [],
  };
  return { sources: [{ sha: '', rendering, reads: [], inputs: '', lookups: new Map() }], revisions: [''], refusals };
}

/** An operation that somebody asked for is tried again as they asked, or as what happens by itself is. */
export function retryOf({ policy }: Delivery, request: SyncRequest | undefined): Delivery['policy']['retry'] {
  return request?.retry ?? (request && !policy.automatic ? noRetry : policy.retry);
}

/** Nobody asked for another attempt. */
const noRetry = { limit: 0, baseMs: 0, factor: 1, maxMs: 0 };

/** True for a request that says itself what is to be live: nothing newer replaces it while it runs. */
export function isPinned(request: SyncRequest | undefined): boolean {
  if (!request) return false;
  const { revision, revisions, sources, manifests } = request;
  return revision !== undefined || revisions !== undefined || sources !== undefined || manifests !== undefined;
}
