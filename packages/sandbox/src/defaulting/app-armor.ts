// AppArmor profiles once were annotations: one that a container has no field for becomes its field
// (pkg/registry/core/pod/strategy.go, Kubernetes 1.35).

import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import { bagsOf, memberBag } from './drafts.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

/** Copies annotations of a new pod to the fields that took their place. */
export function syncAppArmor(draft: Draft): void {
  for (const { container, profile, podProfile } of annotated(draft)) {
    if (profile === undefined || bagAt(container, 'securityContext')?.['appArmorProfile'] !== undefined) continue;
    if (!sameValue(profile, podProfile)) memberBag(container, 'securityContext')['appArmorProfile'] = profile;
  }
}

/** Warnings about annotations that were copied, or that say nothing. */
export function appArmorWarnings(draft: Draft): readonly string[] {
  return annotated(draft).flatMap(({ key, container, profile, podProfile }) => {
    const own = bagAt(container, 'securityContext')?.['appArmorProfile'];
    const isCopied = profile !== undefined && sameValue(own, profile) && !sameValue(profile, podProfile);
    if (!isCopied && (profile !== undefined || own !== undefined)) return [];
    return [`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
}

interface Annotated {
  readonly key: string;
  readonly container: Bag;
  /** What the annotation comes to; undefined where it says nothing. */
  readonly profile: Bag | undefined;
  readonly podProfile: Bag | undefined;
}

function annotated(draft: Draft): readonly Annotated[] {
  const annotations = draft.metadata.annotations ?? {};
  const spec = bagAt(draft, 'spec') ?? {};
  if (bagAt(spec, 'os')?.['name'] === 'windows') return [];
  const podProfile = bagAt(bagAt(spec, 'securityContext'), 'appArmorProfile');
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    bagsOf(spec[list]).flatMap((container) => {
      const key = prefix + scalarText(container['name'] ?? '');
      const text = annotations[key];
      return text === undefined ? [] : [{ key, container, podProfile, profile: profileOf(text) }];
    }),
  );
}

function profileOf(text: string): Bag | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' };
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  const name = text.startsWith('localhost/') ? text.slice('localhost/'.length) : '';
  return name === '' || name.trim() !== name ? undefined : { type: 'Localhost', localhostProfile: name };
}
