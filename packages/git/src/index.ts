// The contract of @evenkeel/git.
export { type GitAuth } from './auth.ts';
export { type LentCredentials, lendCredentials } from './lent-credentials.ts';
export { type FetchedLogin, type GitLogin, type LoginCredentials, createLogin } from './logins/login.ts';
export {
  type EntraIdentity,
  type ExchangeOptions,
  entraLogin,
  githubAppLogin,
  googleLogin,
} from './logins/token-logins.ts';
export type { GithubApp } from './forges/github-app.ts';
export { type Git, type GitOutput, type GitRunOptions, createGit } from './command.ts';
export { GitError, type GitErrorCode, explainGitFailure, maskSecrets } from './errors.ts';
export {
  type GitHost,
  type GitHostOptions,
  type HostedRepository,
  type HostedRepositoryOptions,
  type PushEvent,
  startGitHost,
} from './host.ts';
export {
  type GitMirror,
  type MirrorOptions,
  type RemoteHeads,
  openMirror,
  probeRemote,
  resolveRemote,
} from './mirror.ts';
export {
  type CommitFile,
  type CommitStep,
  type PublishOptions,
  type PublishPlan,
  type PublishView,
  blobOid,
  publish,
} from './publish.ts';
export type { GitObjectInfo } from './object-reader.ts';
export type { Commit, GitEntryKind, GitTreeEntry, Signature } from './objects.ts';
export {
  type ChangedPath,
  type GitPathEntry,
  type GitRepository,
  type LogQuery,
  isFullSha,
  openRepository,
} from './repository.ts';
export {
  type Keyring,
  type RevisionSignature,
  type SignatureState,
  type VerifyRequest,
  openKeyring,
  verifyCommit,
} from './signatures.ts';
export type { GitAccess, GitAuthenticate, GitCredentials, GitVerdict } from './smart-http.ts';
export { remoteUrls } from './worktree-import.ts';
export { runSshCommand } from './ssh-command.ts';
export { type RepositoryUrl, displayUrl, parseRepositoryUrl, repositoryIdentity, repositoryKey } from './url.ts';
export { ForgeError, type ForgeErrorCode } from './forges/errors.ts';
export type {
  ForgeAuth,
  ForgeOptions,
  ForgeProvider,
  ForgeRepository,
  PullRequest,
  PullRequestProvider,
} from './forges/forge.ts';
export { ForgeAccess, type ForgeAccessOptions, type ForgeAnswer, type ForgeRequest } from './forges/http.ts';
export { createForgeProvider, createPullRequestProvider } from './forges/providers.ts';
export {
  type WebhookEvent,
  type WebhookRequest,
  type WebhookResult,
  type WebhookSecrets,
  namesRepository,
  readWebhook,
  shortRevision,
} from './forges/webhooks.ts';
