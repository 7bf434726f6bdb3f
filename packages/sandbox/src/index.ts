// The contract of @evenkeel/sandbox.
export { Sandbox, type SandboxOptions } from './sandbox.ts';
export {
  type SnapshotSummary,
  StateFileProblem,
  copyStateFile as copySandboxState,
  inspectStateFile as inspectSandboxState,
} from './store/state-file.ts';
export { type Identity, adminIdentity, anonymousIdentity } from './access/identity.ts';
export type { PodTraffic, TrafficRequest } from './workloads/traffic.ts';
