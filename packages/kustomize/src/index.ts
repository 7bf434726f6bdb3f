// The contract of @evenkeel/kustomize.
export { type BuildOptions, type BuildResult, build } from './build.ts';
export type { HelmRenderer, HelmRequest } from './generators/helm.ts';
export type { LoadRestrictor, Remote } from './loader/loader.ts';
export { type RepoSpec, cloneUrl, parseRepoSpec } from './loader/repo-spec.ts';
export type { Touch } from './nodes/touch.ts';
export type { FieldOrigin } from './output/field-origins.ts';
export type { Problem, ProblemCode } from './problems.ts';
export { type BuildCommandIo, type CommandResult, buildFlags, runKustomizeBuild } from './command/build-command.ts';
export { type EditVerb, editVerbs, runKustomizeEdit } from './command/edit-command.ts';
export type { Flag, FlagKind } from './command/flags.ts';
export {
  type EditableKustomization,
  type KustomizationFile,
  openKustomizationFile,
} from './edit/kustomization-file.ts';
