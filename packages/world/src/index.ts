// The contract of @evenkeel/world.
export { bootstrapCluster } from './bootstrap.ts';
export { type RepositoryMap, guessRepositories, rootManifests, urlsInManifests } from './repositories.ts';
export { type ExternalCluster, type World, type WorldOptions, startWorld } from './world.ts';
