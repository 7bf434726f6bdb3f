// Whether Applications that are hydrated together may be: what their projects permit, and that nobody writes over anybody.
// Pure. Sentences are upstream's. Mirrors argoproj/argo-cd:controller/hydrator/hydrator.go validateApplications (3.6).

import { permitsSource } from '../projects/permissions.ts';
import type { Project } from '../projects/project.ts';
import { normalizeUrl } from '../repositories/match.ts';
import { type Hydratable, drySourceOf, qualifiedName, targetOf } from './spec.ts';

/** What is wrong with each Application, by its qualified name; empty where the group may be hydrated. */
export function validateGroup(
  applications: readonly Hydratable[],
  project: (application: Hydratable) => Project | undefined,
  strangers: readonly Hydratable[] = [],
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const application of applications) {
    const name = qualifiedName(application);
    const problem = problemOf(application, project(application));
    if (problem !== undefined) {
      problems.set(name, problem);
      continue;
    }
    const { repoURL, path } = targetOf(application.hydrator);
    const place = placeOf(application);
    const shared = `hydrator uses the same destination: repo=${withoutUser(repoURL)}, path=${path}`;
    const elder = strangers.find((stranger) => isElder(stranger, application) && placeOf(stranger) === place);
    const other = taken.get(place);
    if (elder) {
      // Upstream does not see those that come from another dry revision; they would write over each other for ever.
      problems.set(name, `app ${qualifiedName(elder)} ${shared}`);
    } else if (other === undefined) {
      taken.set(place, name);
    } else {
      problems.set(name, `app ${other} ${shared}`);
      problems.set(other, `app ${name} ${shared}`);
    }
  }
  return problems;
}

/** Where an Application is hydrated to, in one spelling. */
function placeOf({ hydrator }: Hydratable): string {
  const { repoURL, branch, path } = targetOf(hydrator);
  return JSON.stringify([normalizeUrl(repoURL) || repoURL, branch, cleanPath(path)]);
}

/** Of two that want the same place, the one that was there first keeps it. */
function isElder(left: Hydratable, right: Hydratable): boolean {
  const age = (each: Hydratable): string => `${each.object.metadata.creationTimestamp ?? ''} ${qualifiedName(each)}`;
  return age(left) < age(right);
}

/** What everybody of a group is told whose own Application is in order. */
export function groupProblem(problems: ReadonlyMap<string, string>): string {
  const [first = ''] = [...problems.keys()].toSorted();
  const rest = problems.size === 1 ? 'has an error' : `and ${problems.size - 1} more have errors`;
  return `cannot hydrate because application ${first} ${rest}`;
}

function problemOf({ hydrator, spec }: Hydratable, project: Project | undefined): string | undefined {
  const wanted = spec.project || 'default';
  if (!project)
    return `failed to get project "${wanted}": application references project ${wanted} which does not exist`;
  const { repoURL: dry = '' } = drySourceOf(hydrator);
  if (!permitsSource(project, dry)) {
    return `application repo ${withoutUser(dry)} is not permitted in project '${project.name}'`;
  }
  if (dry.startsWith('oci://'))
    return `the dry source ${dry} is no Git repository, and only those have commits to name`;
  const { repoURL, branch, path } = targetOf(hydrator);
  if (cleanPath(path) === '') {
    return `app is configured to hydrate to the repository root (branch "${branch}", path "${path}") which is not allowed`;
  }
  const wrong = pathProblem(path);
  if (wrong !== undefined) return `app is configured to hydrate to path "${path}" which is not allowed: ${wrong}`;
  if (!permitsSource(project, repoURL)) {
    return `destination repo ${withoutUser(repoURL)} is not permitted in project '${project.name}'`;
  }
  return branchProblem(branch) ?? branchProblem(hydrator.syncSource.targetBranch);
}

/** The directory that a path names; '' for the root. What leads out of the root keeps its "..". */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

const written: ReadonlySet<string> = new Set(['manifest.yaml', 'hydrator.metadata', 'README.md', '.gitattributes']);

function pathProblem(path: string): string | undefined {
  const parts = cleanPath(path).split('/');
  if (path.startsWith('/')) return 'it begins at the root of the file system';
  if (parts[0] === '..') return 'it leads out of the repository';
  if (parts.some((part) => /^\.git$/i.test(part))) return 'it leads into the directory of Git itself';
  if (parts.some((part) => written.has(part))) return 'it leads through a file that hydration writes';
  // eslint-disable-next-line no-control-regex -- control characters are what is refused.
  return /[\u0000-\u001f\\]/.test(path) ? 'it contains characters that no path may have' : undefined;
}

/** Mirrors git:refs.c check_refname_format (2.39), as far as a branch is concerned. */
function branchProblem(branch: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are refused in names.
  const isBad = /^-|^\/|\/$|\/\/|\.\.|@\{|[\u0000-\u0020\u007f~^:?*[\\]|\.$|(^|\/)\.|\.lock(\/|$)/.test(branch);
  return isBad || branch === '' || branch === '@' ? `"${branch}" cannot be the name of a branch` : undefined;
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}
