// Kyverno's policies in CEL.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, show, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

interface Ready {
  /** The pattern of the condition whose message is told. */
  readonly told: string;
  /** The status has a message of its own to fall back to. */
  readonly hasMessage: boolean;
}

function kyverno({ told, hasMessage }: Ready): HealthCheck {
  return (object) => {
    const { kind, metadata } = object;
    if (at(object, 'status.conditionStatus') === undefined) return progressing(`Waiting for ${kind} status`);
    const list = items(object, 'status.conditionStatus.conditions');
    const generation = metadata.generation ?? 0;
    if (list.some(({ observedGeneration }) => Number(observedGeneration ?? generation) < generation)) {
      return progressing(`Waiting for ${kind} status to reflect latest generation`);
    }
    const summary = text(object, 'status.conditionStatus.message');
    if (at(object, 'status.conditionStatus.ready') === true) {
      const message = list.find(matcher(told))?.['message'] ?? undefined;
      return healthy(show(message ?? ((hasMessage && summary) || 'Policy is ready')));
    }
    const bad = list.find(matcher('*=False'));
    if (bad) return degraded(`${text(bad, 'type')}: ${text(bad, 'message')}`);
    return degraded(summary || 'Policy is not ready');
  };
}

export const checks = (): KindChecks => {
  const anyTruth = kyverno({ told: '*=True', hasMessage: true });
  const webhook = kyverno({ told: 'WebhookConfigured=True', hasMessage: false });
  const image = kyverno({ told: 'WebhookConfigured=True', hasMessage: true });
  return {
    DeletingPolicy: anyTruth,
    NamespacedDeletingPolicy: anyTruth,
    GeneratingPolicy: anyTruth,
    NamespacedGeneratingPolicy: anyTruth,
    ImageValidatingPolicy: image,
    NamespacedImageValidatingPolicy: image,
    MutatingPolicy: webhook,
    NamespacedMutatingPolicy: webhook,
    ValidatingPolicy: webhook,
    NamespacedValidatingPolicy: webhook,
  };
};
