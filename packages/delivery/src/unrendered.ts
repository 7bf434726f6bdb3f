// The report of a delivery whose source cannot be rendered: what was known of its objects, and that nothing is known of them now.

import type { Found } from './found.ts';
import type { Delivery, DeliveryMemory, DeliveryReport } from './model.ts';
import type { RenderedDelivery } from './sources.ts';

interface Asked {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
}

/** The last report with the refusals of a rendering in place of a comparison. */
export function unrenderedReport(
  { delivery, memory }: Asked,
  state: Found & { readonly report?: DeliveryReport },
  rendered: RenderedDelivery,
): DeliveryReport {
  const before = state.report;
  return {
    key: delivery.key,
    revisions: rendered.revisions,
    commit: state.commit,
    renderers: rendered.sources.map((source) => source.rendering.renderer),
    sync: 'unknown',
    health: before?.health ?? { status: 'unknown' },
    resources: (before?.resources ?? []).map((resource) => ({ ...resource, sync: 'unknown' })),
    images: before?.images ?? [],
    refusals: rendered.refusals,
    warnings: [],
    operation: state.operation?.report ?? memory.lastOperation,
  };
}
