// The contract of @evenkeel/flux.
export { removeKustomization, requestReconcile } from './actions.ts';
export type { ArtifactPublisher } from './artifacts.ts';
export { type FluxController, type FluxOptions, startFlux } from './controller.ts';
export { fluxDefinitions } from './crd/definitions.ts';
export { deliveryKey, fluxFrontEnd } from './front-end.ts';
export type { GitRepository, Kustomization } from './resources.ts';
