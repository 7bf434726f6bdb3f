// The build environment: what $ARGOCD_APP_NAME and its kind stand for in the settings of a source.
// Mirrors argoproj/argo-cd:reposerver/repository/repository.go newEnv and pkg/apis/application/v1alpha1 Env.Envsubst (3.6).

/** Variables by name. */
export type Variables = ReadonlyMap<string, string>;

/** What the variables are made of. */
export interface EnvironmentInput {
  readonly instance: string;
  /** The destination's. */
  readonly namespace: string;
  readonly project: string;
  readonly revision: string;
  readonly repoURL: string;
  readonly path: string;
  readonly targetRevision: string;
}

/** The variables of a source at a revision. */
export function buildEnvironment(input: EnvironmentInput): Variables {
  const { revision } = input;
  return new Map([
    ['ARGOCD_APP_NAME', input.instance],
    ['ARGOCD_APP_NAMESPACE', input.namespace],
    ['ARGOCD_APP_PROJECT_NAME', input.project],
    ['ARGOCD_APP_REVISION', revision],
    ['ARGOCD_APP_REVISION_SHORT', revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_REPO_URL', input.repoURL],
    ['ARGOCD_APP_SOURCE_PATH', input.path],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', input.targetRevision],
  ]);
}

/** True where a text names the revision, so that it is another one for every commit. */
export function namesRevision(text: string): boolean {
  return text.includes('ARGOCD_APP_REVISION');
}

const SPECIAL = /^[*#$@!?\-0-9]/;

/**
 * Replaces `$name` and `${name}` as Go's os.Expand does: a variable that is not there is empty, `$$` is a dollar, braces that
 * are not closed vanish.
 */
export function expand(text: string, variables: Variables): string {
  let result = '';
  let at = 0;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar + 1 >= text.length) return result + text.slice(at);
    result += text.slice(at, dollar);
    const { name, length } = nameAfter(text.slice(dollar + 1));
    if (name === undefined && length === 0) result += '$';
    else if (name !== undefined) result += name === '$' ? '$' : (variables.get(name) ?? '');
    at = dollar + 1 + length;
  }
}

/** What stands behind a dollar, and how much of the text it takes. */
function nameAfter(text: string): { readonly name: string | undefined; readonly length: number } {
  if (text.startsWith('{')) {
    const end = text.indexOf('}');
    if (end < 0) return { name: undefined, length: 1 };
    const name = text.slice(1, end);
    return { name: name === '' ? undefined : name, length: end + 1 };
  }
  if (SPECIAL.test(text)) return { name: text.slice(0, 1), length: 1 };
  const [name = ''] = /^[a-zA-Z0-9_]*/.exec(text) ?? [];
  return { name: name === '' ? undefined : name, length: name.length };
}
