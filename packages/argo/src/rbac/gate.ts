// Who stands before the server, and what they may: tokens are verified against the key of the installation and the list of their
// project, and every wish is judged by argocd-rbac-cm and the projects as they stand now. Nothing is watched before the first token.

import { randomUUID } from 'node:crypto';
import { type Informer, type KubeClient, createInformer, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { type Clock, kubeTime, present } from '@evenkeel/std';
import { type Project, readProject } from '../projects/project.ts';
import { validateProject } from '../projects/validate.ts';
import type { RbacRequest } from './enforcer.ts';
import { type Bearer, type Judge, createJudge, projectRoleOf } from './judge.ts';
import { findToken, roleTokens, withTokens } from './project-tokens.ts';
import { type RbacSettings, rbacConfigName, readRbacSettings } from './rbac-settings.ts';
import { permissionDenied } from './sentences.ts';
import { ensureSigningKey, secretName, signingKeyOf } from './signing-key.ts';
import { TokenRefused, scopeValues, signToken, verifyToken } from './tokens.ts';

/** A bearer whose token was verified. */
export interface KnownBearer extends Bearer {
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt?: number | undefined;
}

/** What a token is asked for with. */
export interface TokenWish {
  readonly project: string;
  readonly role: string;
  /** 0 for one that never expires. */
  readonly expiresInSeconds: number;
  /** A made-up one where it is ''. */
  readonly id: string;
}

export interface Gate extends AsyncDisposable {
  /** Who bears a token. Rejects with {@link TokenRefused}, whose message says why in upstream's words. */
  verify(token: string): Promise<KnownBearer>;
  /** Whether a verified bearer may, as everything stands now. */
  allows(bearer: KnownBearer, request: RbacRequest): boolean;
  /** What is said where the bearer may not. */
  refusal(bearer: KnownBearer, request: RbacRequest): string;
  /** The groups of a role. */
  groupsOf(project: string, role: string): readonly string[];
  /** Makes a token of a project's role and lists it there. Rejects with one sentence. */
  createToken(wish: TokenWish): Promise<string>;
  /** Takes a token off the list; one that is not there is gone already. */
  deleteToken(wanted: {
    readonly project: string;
    readonly role: string;
    readonly issuedAt: number;
    readonly id: string;
  }): Promise<void>;
}

export interface GateOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A project as last seen. */
  readonly project: (name: string) => KubeObject | undefined;
  /** Told what is wrong in argocd-rbac-cm, one sentence each, whenever it changes. */
  readonly onProblem?: ((sentence: string) => void) | undefined;
}

/** How long the first token waits for what it is judged by. */
const READ_MS = 10_000;

/** Makes a gate. */
export function createGate(options: GateOptions): Gate {
  return new TokenGate(options);
}

interface Watched {
  readonly secrets: Informer;
  readonly configs: Informer;
}

class TokenGate implements Gate {
  readonly #options: GateOptions;
  #watched: Promise<Watched> | undefined;
  #settings: RbacSettings = readRbacSettings();
  #judge: Judge | undefined;
  /** Projects as we wrote them last, until the watch shows them. */
  readonly #written = new Map<string, KubeObject>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  async verify(token: string): Promise<KnownBearer> {
    const { secrets } = await this.#watch();
    const key = signingKeyOf(secrets.get(this.#options.namespace, secretName));
    const { subject, issuedAt, expiresAt, id, all } = await verifyToken(key, token, this.#options.clock.now());
    const role = projectRoleOf(subject);
    if (!role)
      throw new TokenRefused(`accounts are not supported yet: ${JSON.stringify(subject)} is no role of a project`);
    const project = this.#find(role.project);
    if (!project) throw new TokenRefused(`appproject.argoproj.io "${role.project}" not found`);
    if (!findToken(roleTokens(project, role.role) ?? [], { id, issuedAt }))
      throw new TokenRefused(
        `JWT token for role '${role.role}' issued at '${issuedAt}' does not exist in project '${role.project}'`,
      );
    return { subject, groups: scopeValues(all, this.#settings.scopes), issuedAt, expiresAt };
  }

  allows(bearer: KnownBearer, request: RbacRequest): boolean {
    // Policies of which a line cannot be read might lack the one that denies.
    if (this.#settings.problems.length > 0) return false;
    return this.#judged().allows(bearer, request);
  }

  refusal({ subject, issuedAt }: KnownBearer, request: RbacRequest): string {
    const sentence = permissionDenied(request, subject, kubeTime(issuedAt * 1000));
    const [problem] = this.#settings.problems;
    if (problem) return `${sentence} (${rbacConfigName} cannot be read: ${problem.at})`;
    const project = projectRoleOf(subject)?.project;
    const unread = project !== undefined && this.#judged().projectProblem(project) !== undefined;
    return unread ? `${sentence} (policies of project ${project} cannot be read, so none of them counts)` : sentence;
  }

  groupsOf(project: string, role: string): readonly string[] {
    return this.#project(project)?.spec.roles?.find(({ name }) => name === role)?.groups ?? [];
  }

  async createToken({ project, role, expiresInSeconds, id: wanted }: TokenWish): Promise<string> {
    const { secrets } = await this.#watch();
    const key = await ensureSigningKey(this.#options.client, secrets, this.#options.namespace);
    const id = wanted === '' ? randomUUID() : wanted;
    const issuedAt = Math.floor(this.#options.clock.now() / 1000);
    const expiresAt = expiresInSeconds > 0 ? issuedAt + expiresInSeconds : undefined;
    const token = await signToken(key, { subject: `proj:${project}:${role}`, id, issuedAt, expiresAt });
    await this.#change(project, (object) => {
      const held = roleTokens(object, role);
      if (!held) throw new TokenRefused(`project '${project}' does not have role '${role}'`);
      if (held.some((each) => each.id === id)) throw new TokenRefused(`Token id '${id}' has been used. `);
      const made = { iat: issuedAt, ...(expiresAt === undefined ? {} : { exp: expiresAt }), id };
      return withTokens(object, role, (tokens) => [...tokens, made]);
    });
    return token;
  }

  async deleteToken({ project, role, issuedAt, id }: Parameters<Gate['deleteToken']>[0]): Promise<void> {
    await this.#change(project, (object) => {
      const found = findToken(roleTokens(object, role) ?? [], { id, issuedAt });
      return found && withTokens(object, role, (tokens) => tokens.filter((token) => token.id !== found.id));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const watched = await this.#watched?.catch(() => undefined);
    await watched?.secrets[Symbol.asyncDispose]();
    await watched?.configs[Symbol.asyncDispose]();
  }

  /** Reads a project from the server, changes it and writes it back; what others write in between is looked at again. */
  async #change(name: string, change: (object: KubeObject) => KubeObject | undefined): Promise<void> {
    const { client, namespace } = this.#options;
    const seen = this.#find(name);
    const type = seen && (await client.discovery.resolve(gvkOf(seen)));
    for (let attempt = 0; ; attempt += 1) {
      const object = type && (await client.get(type, { namespace, name }));
      if (!object) throw new TokenRefused(`appprojects.argoproj.io "${name}" not found`);
      const problem = validateProject(readProject(object));
      if (problem !== undefined) throw new TokenRefused(`error validating project: ${problem}`);
      const wanted = change(object);
      if (!wanted) return;
      try {
        this.#written.set(name, await client.update(type, wanted, { fieldManager: 'evenkeel-server' }));
        return;
      } catch (error) {
        if (!isKubeError(error, 409) || attempt >= 4) throw error;
      }
    }
  }

  #find(name: string): KubeObject | undefined {
    const seen = this.#options.project(name);
    const written = this.#written.get(name);
    if (!written || !seen || isNewer(seen, written)) {
      this.#written.delete(name);
      return seen;
    }
    return written;
  }

  #project(name: string): Project | undefined {
    const object = this.#find(name);
    return object && readProject(object);
  }

  #judged(): Judge {
    this.#judge ??= createJudge({ ...this.#settings, project: (name) => this.#project(name) });
    return this.#judge;
  }

  async #watch(): Promise<Watched> {
    this.#watched ??= this.#start().catch((error: unknown) => {
      this.#watched = undefined;
      throw error;
    });
    return this.#watched;
  }

  /** Who shows a token does not wait for ever for a cluster that is away. */
  async #inTime(work: Promise<unknown>): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(READ_MS, () =>
      reject(new Error(`${secretName} and ${rbacConfigName} cannot be read: the cluster does not answer`)),
    );
    try {
      await Promise.race([work, promise]);
    } finally {
      cancel();
    }
  }

  async #start(): Promise<Watched> {
    const { client, namespace, signal } = this.#options;
    const follow = async (kind: string, name: string): Promise<Informer> => {
      const type = present(await client.discovery.resolve({ group: '', version: 'v1', kind }), `the kind ${kind}`);
      return createInformer(client, type, { namespace, fieldSelector: `metadata.name=${name}`, signal });
    };
    const [secrets, configs] = [await follow('Secret', secretName), await follow('ConfigMap', rbacConfigName)];
    try {
      await this.#inTime(Promise.all([secrets.synced, configs.synced]));
    } catch (error) {
      await Promise.all([secrets[Symbol.asyncDispose](), configs[Symbol.asyncDispose]()]);
      throw error;
    }
    const read = (): void => {
      const data = configs.get(namespace, rbacConfigName)?.['data'] as Readonly<Record<string, string>> | undefined;
      this.#settings = readRbacSettings(data);
      this.#judge = undefined;
      for (const { at, sentence } of this.#settings.problems)
        this.#options.onProblem?.(
          `${rbacConfigName}: ${at}: ${sentence}; until it is mended no token permits anything`,
        );
    };
    read();
    configs.onChange(read);
    return { secrets, configs };
  }
}

/** Versions of objects are numbers that grow, on every server that lets them be compared. */
function isNewer(seen: KubeObject, written: KubeObject): boolean {
  const versionOf = ({ metadata }: KubeObject): string => metadata.resourceVersion ?? '';
  const [left, right] = [versionOf(seen), versionOf(written)];
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return left === right;
  return BigInt(left) >= BigInt(right);
}
