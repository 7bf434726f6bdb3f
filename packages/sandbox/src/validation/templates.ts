// Pod templates in workloads (pkg/apis/core/validation ValidatePodTemplateSpec, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkAnnotations, checkLabels } from './names.ts';
import { checkPodSpec } from './pods.ts';

/** Checks the metadata and spec of a template. */
export function checkTemplate(causes: Causes, template: Bag | undefined, at: string): void {
  const metadata = bagAt(template, 'metadata');
  checkLabels(causes, bagAt(metadata, 'labels'), `${at}.labels`);
  checkAnnotations(causes, bagAt(metadata, 'annotations'), `${at}.annotations`);
  const spec = bagAt(template, 'spec');
  checkPodSpec(causes, spec, `${at}.spec`);
  if (bagsOf(spec?.['ephemeralContainers']).length > 0)
    causes.forbidden(`${at}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
}
