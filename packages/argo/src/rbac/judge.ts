// Who may do what: the policies of the installation, the default role, and what projects grant their roles, asked together.
// Mirrors argoproj/argo-cd:util/rbac/rbac.go enforce and server/rbacpolicy/rbacpolicy.go EnforceClaims (3.6).

import type { Project } from '../projects/project.ts';
import { projectPolicies } from '../projects/validate.ts';
import { type Enforcer, type MatchMode, type Policies, type RbacRequest, createEnforcer } from './enforcer.ts';
import { joinPolicies, readPolicies } from './policy-text.ts';

/** What a judge goes by. */
export interface JudgeRules {
  /** The built-in policies and the user's. */
  readonly policies: Policies;
  /** `policy.default`: a role that everybody has; '' for none. What it allows no other policy denies. */
  readonly defaultRole: string;
  readonly matchMode: MatchMode;
  /** The project of a name, as it is written. */
  readonly project: (name: string) => Project | undefined;
}

/** Somebody who has shown a token. */
export interface Bearer {
  /** `proj:<project>:<role>`, or a name. */
  readonly subject: string;
  readonly groups: readonly string[];
}

export interface Judge {
  /** Whether the bearer of a token may. */
  allows(bearer: Bearer, request: RbacRequest): boolean;
  /** Whether a user, group or role may, as its name stands in policies; projects are not asked. */
  allowsSubject(subject: string, request: RbacRequest): boolean;
  /** Why the policies of a project count for nothing; undefined where they count, or the project is not there. */
  projectProblem(name: string): string | undefined;
  /** The enforcer of the installation alone, for those who look at policies. */
  readonly installation: Enforcer;
}

/** A project as it was read. */
interface ReadProject {
  readonly spec: Project['spec'];
  readonly enforcer: Enforcer;
  readonly problem: string | undefined;
}

/** Makes a judge. It remembers what it makes of a project until the project changes. */
export function createJudge({ policies, defaultRole, matchMode, project }: JudgeRules): Judge {
  const installation = createEnforcer(policies, matchMode);
  const ofProjects = new Map<string, ReadProject>();
  const readOf = (found: Project): ReadProject => {
    const known = ofProjects.get(found.name);
    // A project that changes is another object.
    if (known?.spec === found.spec) return known;
    const text = projectPolicies(found).join('\n');
    const read = readPolicies([{ name: found.name, text }]);
    // One line that cannot be read, and nothing of the project's policies counts.
    const enforcer = read.problems.length > 0 ? installation : createEnforcer(joinPolicies(policies, read), matchMode);
    const made = { spec: found.spec, enforcer, problem: read.problems[0]?.sentence };
    ofProjects.set(found.name, made);
    return made;
  };
  const enforcerOf = (found: Project): Enforcer => readOf(found).enforcer;
  const asked = (enforcer: Enforcer, subject: string, request: RbacRequest): boolean =>
    (defaultRole !== '' && enforcer.enforce(defaultRole, request)) || enforcer.enforce(subject, request);
  return {
    installation,
    projectProblem(name) {
      const found = project(name);
      return found && readOf(found).problem;
    },
    allowsSubject: (subject, request) => asked(installation, subject, request),
    allows(bearer, request) {
      // Rules without a subject are for everybody, as the original has it.
      if (asked(installation, '', request)) return true;
      const found = projectOf(request, project);
      const own = projectRoleOf(bearer.subject);
      if (found && own) return own.project === found.name && asked(enforcerOf(found), bearer.subject, request);
      const enforcer = found ? enforcerOf(found) : installation;
      if (asked(enforcer, bearer.subject, request)) return true;
      // A group counts only where a g line names it.
      return bearer.groups.some((group) => enforcer.isBound(group) && asked(enforcer, group, request));
    },
  };
}

/** The project and role that a subject of the form `proj:<project>:<role>` names. */
export function projectRoleOf(subject: string): { readonly project: string; readonly role: string } | undefined {
  const [word, project, role, ...rest] = subject.split(':');
  if (word !== 'proj' || project === undefined || role === undefined || rest.length > 0) return undefined;
  return { project, role };
}

/** Resources whose objects begin with a project; of clusters and repositories, those that belong to one. */
const inProjects: ReadonlySet<string> = new Set([
  'applications',
  'applicationsets',
  'repositories',
  'clusters',
  'logs',
  'exec',
]);

function projectOf({ resource, object }: RbacRequest, project: JudgeRules['project']): Project | undefined {
  if (resource === 'projects') return project(object);
  if (!inProjects.has(resource)) return undefined;
  const slash = object.indexOf('/');
  return slash < 0 ? undefined : project(object.slice(0, slash));
}
