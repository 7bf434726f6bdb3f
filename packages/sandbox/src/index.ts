// The contract of @evenkeel/sandbox.
export { Sandbox, type SandboxOptions } from './sandbox.ts';
export { type Identity, adminIdentity, anonymousIdentity } from './access/identity.ts';
