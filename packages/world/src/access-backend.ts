// Who bears a token, and what they may, as the HTTP API asks: the gate of the installation and its settings.

import { type ArgoController, type Gate, type GateOptions, type SettingsSource, createGate } from '@evenkeel/argo';
import type { AccessBackend } from '@evenkeel/server';

interface GateInput extends Omit<GateOptions, 'project'> {
  readonly argo: ArgoController;
}

/** Makes the gate. It asks the cluster for nothing before the first token is shown. */
export function startGate({ argo, ...options }: GateInput): Gate {
  return createGate({ ...options, project: (name) => argo.project(name) });
}

/** Makes the backend. */
export function accessBackend({
  gate,
  settings,
}: {
  readonly gate: Gate;
  readonly settings: SettingsSource;
}): AccessBackend {
  return { gate, switches: () => settings.current().rbac };
}
