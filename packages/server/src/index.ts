// The contract of @evenkeel/server.
export { routesWithoutRule } from './access/guard-routes.ts';
export type {
  AccessBackend,
  ApplicationBackend,
  Backend,
  ClusterBackend,
  ProjectBackend,
  RepositoryBackend,
  SetBackend,
  Webhook,
} from './backend.ts';
export { argoFace } from './faces/argo.ts';
export { ActionRefused, type Face, type FaceItem } from './faces/face.ts';
export { fluxFace } from './faces/flux.ts';
export { type Server, type ServerOptions, startServer } from './server.ts';
