// The contract of @evenkeel/argo.
export { type Application, type ApplicationSource, type ApplicationSpec, readApplication, sourcesOf } from './application.ts';
export { type ArgoController, type ArgoOptions, startArgo } from './controller.ts';
export { argoDefinitions } from './crd/definitions.ts';
export { argoFrontEnd } from './front-end.ts';
export { defaultProject } from './projects.ts';
export { controlPlaneNamespace, deliveryKey, trackingAnnotation } from './tracking.ts';
export { type Translation, translateApplication } from './translate.ts';
