// The contract of @evenkeel/oci.
export { parseChallenges } from './challenge.ts';
export type { Credentials, ProxySettings, RemoteAccess, TlsAccess } from './access.ts';
export { authorizationOf } from './access.ts';
export {
  type ArtifactChoice,
  type PulledArtifact,
  type ResolvedArtifact,
  pullArtifact,
  pushManifests,
  resolveArtifact,
} from './artifact.ts';
export { type HelperOptions, findCredentials } from './credential-program.ts';
export { type DockerConfig, parseDockerConfig } from './docker-config.ts';
export { type PulledChart, isHelmChart, pullChart, pushChart } from './helm-chart.ts';
export { type HttpAnswer, type HttpOptions, type HttpQuestion, HttpClient } from './http.ts';
export type { Manifest, ManifestDescriptor } from './manifest.ts';
export { mediaTypes } from './media-types.ts';
export { type PushedArtifact, type PushedPart, pushArtifact } from './push.ts';
export { type CallOptions, type RegistryOptions, type Resolved, RegistryClient, digestOf } from './registry.ts';
export { type RemoteErrorCode, RemoteError, codeOfStatus, withoutSecrets } from './remote-error.ts';
export { type TagChoice, chooseTag } from './tag-choice.ts';
export { type UntarOptions, untarLayer } from './untar.ts';
