// The contract of @evenkeel/oci/testing: real registries and web servers for tests.
export { type Authority, type IssuedCertificate, createAuthority } from './authority.ts';
export {
  type FileAnswer,
  type FileServer,
  type FileServerOptions,
  type TestProxy,
  startFileServer,
  startProxy,
} from './file-server.ts';
export { type MissingReason, helmIsMissing, helmProgram, opensslIsMissing, registryIsMissing } from './programs.ts';
export { type RealRegistry, type RealRegistryOptions, startRealRegistry } from './real-registry.ts';
