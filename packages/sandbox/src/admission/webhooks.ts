// Admission webhooks: mutating ones are asked one after the other and patch the draft, validating ones all at once
// (apiserver:pkg/admission/plugin/webhook/{mutating,validating}, 1.35). Writes that nobody can replay (timers of the
// simulated kubelet, bootstrap) go without them.

import { type Json, type KubeObject, parseJson } from '@evenkeel/resource';
import type { AccessRules } from '../access/rules.ts';
import { conditionsMatch, problemsText } from './match-conditions.ts';
import { PatchFailure, jsonPatch } from '../api/json-patch.ts';
import type { Registry } from '../api/registry.ts';
import { ApiError, badRequest, forbidden, internalError } from '../api/status.ts';
import { canonicalText } from '../store/canonical.ts';
import { type Bag, type Value, bagAt, draftOf, sameValue, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Replay, Replays } from './replay.ts';
import { resolveService } from './service-target.ts';
import { type CallTarget, callWebhook } from './webhook-call.ts';
import { type Attributes, type Hook, type Invocation, hooksOf, invocationOf, isExempt } from './webhook-matching.ts';
import { type Verdict, decodeProblem, numbered, readVerdict, reviewRequest, versionOf } from './webhook-review.ts';

export interface WebhookDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly replays: Replays;
  readonly access: AccessRules;
}

/** What one pass of the mutating webhooks left behind. */
export interface Mutated {
  readonly object: KubeObject | undefined;
  /** Webhooks of an earlier place that want to see what a later one changed. */
  readonly again: ReadonlySet<string>;
  readonly changed: boolean;
}

/** A call's outcome. */
type Outcome =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'failure'; readonly why: string };

/** Asks the webhooks of a cluster. */
export class Webhooks {
  readonly #deps: WebhookDeps;

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
  }

  /**
   * Has the mutating webhooks change an object. `only` is set in the second round. `settle` brings a patched object into
   * the form of its type (defaults). Throws refusals, and `Suspended` while a webhook is being asked.
   */
  mutate(attributes: Attributes, settle: (object: KubeObject) => KubeObject, only?: ReadonlySet<string>): Mutated {
    const replay = this.#deps.replays.current;
    let { object } = attributes;
    let changed = false;
    const invoked = new Set<string>();
    const again = new Set<string>();
    if (replay === undefined || isExempt(attributes.type)) return { object, again, changed };
    for (const hook of hooksOf(this.#deps.store, true)) {
      if (only !== undefined && !only.has(hook.id)) continue;
      const now = { ...attributes, object };
      const invocation = this.#invocation(hook, now);
      if (invocation === undefined) continue;
      const [outcome] = this.#ask(replay, [invocation], now, only === undefined ? '' : 'again ');
      const patch = this.#judge(replay, hook, outcome);
      if (patch !== undefined) {
        const patched = settle(applyPatch(hook, object, patch));
        if (!sameValue(patched, object)) {
          for (const id of invoked) again.add(id);
          invoked.clear();
          changed = true;
        }
        object = patched;
      }
      if (hook.spec['reinvocationPolicy'] === 'IfNeeded') invoked.add(hook.id);
    }
    return { object, again, changed };
  }

  /** Has the validating webhooks look at an object. Throws the first refusal, and `Suspended` while they are asked. */
  validate(attributes: Attributes): void {
    const replay = this.#deps.replays.current;
    if (replay === undefined || isExempt(attributes.type)) return;
    const invocations = hooksOf(this.#deps.store, false).flatMap((hook) => this.#invocation(hook, attributes) ?? []);
    if (invocations.length === 0) return;
    const outcomes = this.#ask(replay, invocations, attributes, '');
    const refusals: ApiError[] = [];
    for (const [index, { hook }] of invocations.entries()) {
      try {
        this.#judge(replay, hook, outcomes[index]);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refusals.push(error);
      }
    }
    if (refusals[0] !== undefined) throw refusals[0];
  }

  // Throws 403 where a condition cannot be decided and the webhook may not be passed over.
  #invocation(hook: Hook, attributes: Attributes): Invocation | undefined {
    const invocation = invocationOf(hook, attributes, this.#deps);
    if (invocation === undefined) return undefined;
    const by = { attributes, access: this.#deps.access };
    const matched = conditionsMatch(hook.spec, reviewRequest(invocation, attributes), by);
    if (typeof matched === 'boolean') return matched ? invocation : undefined;
    if (hook.spec['failurePolicy'] === 'Ignore') return undefined;
    throw forbidden(attributes.type, attributes.name, problemsText(matched.problems));
  }

  #ask(replay: Replay, invocations: readonly Invocation[], attributes: Attributes, round: string): readonly Outcome[] {
    const questions = invocations.map((invocation) => {
      const { hook } = invocation;
      if (attributes.dryRun && hook.spec['sideEffects'] !== 'None' && hook.spec['sideEffects'] !== 'NoneOnDryRun')
        throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
      const review = reviewRequest(invocation, attributes);
      const ask = (): Promise<Outcome> => this.#call(hook, review);
      return {
        question: `${round}${hook.mutating ? 'mutating' : 'validating'} ${hook.id} ${canonicalText(review)}`,
        ask,
      };
    });
    return replay.answers(questions);
  }

  async #call(hook: Hook, review: Bag): Promise<Outcome> {
    if (versionOf(hook.spec) === undefined) {
      const why =
        'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)';
      return { kind: 'failure', why };
    }
    const sent = numbered(review);
    const seconds = Number(scalarText(hook.spec['timeoutSeconds'] ?? 10));
    const { store } = this.#deps;
    const target = targetOf(store, bagAt(hook.spec, 'clientConfig') ?? {});
    if (typeof target === 'string') {
      const url = serviceUrl(bagAt(bagAt(hook.spec, 'clientConfig'), 'service') ?? {});
      return { kind: 'failure', why: `failed to call webhook: Post "${url}?timeout=${seconds}s": ${target}` };
    }
    const result = await callWebhook(target, JSON.stringify(sent.review), seconds);
    if (!result.ok) return { kind: 'failure', why: `failed to call webhook: ${result.why}` };
    const unread = decodeProblem(result.body, hook.spec);
    if (unread !== undefined) return { kind: 'failure', why: `failed to call webhook: ${unread}` };
    const verdict = readVerdict(result.body, sent.uid, hook);
    if (typeof verdict === 'string') return { kind: 'failure', why: `received invalid webhook response: ${verdict}` };
    return { kind: 'verdict', verdict };
  }

  // The patch of a webhook that allows the write; throws where it refuses, or fails and its failure counts.
  #judge(replay: Replay, hook: Hook, outcome: Outcome | undefined): string | undefined {
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'failure') {
      if (hook.spec['failurePolicy'] === 'Ignore') return undefined;
      throw callFailed(hook.name, outcome.why);
    }
    const { verdict } = outcome;
    replay.warnings.push(...verdict.warnings);
    if (!verdict.allowed) throw denied(hook.name, verdict.result);
    return verdict.patch;
  }
}

function applyPatch(hook: Hook, object: KubeObject | undefined, text: string): KubeObject {
  let patch: Json;
  try {
    patch = parseJson(text);
  } catch (error) {
    throw callFailed(hook.name, `received undecodable patch in webhook response: ${(error as Error).message}`);
  }
  if (!Array.isArray(patch)) {
    const why = 'json: cannot unmarshal object into Go value of type jsonpatch.Patch';
    throw callFailed(hook.name, `received undecodable patch in webhook response: ${why}`);
  }
  if (object === undefined) {
    if (patch.length === 0) return object as unknown as KubeObject;
    throw internalError(
      `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  try {
    return jsonPatch(draftOf(object) as unknown as Value, patch) as unknown as KubeObject;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw internalError(error instanceof PatchFailure ? error.why : error.message);
  }
}

function targetOf(store: Store, config: Bag): CallTarget | string {
  const authority = scalarText(config['caBundle'] ?? '');
  const pem = authority === '' ? undefined : Buffer.from(authority, 'base64').toString('utf8');
  const service = bagAt(config, 'service');
  if (service === undefined) {
    const { protocol, hostname, host, port, pathname } = new URL(scalarText(config['url']));
    const bare = hostname.replace(/^\[|\]$/g, '');
    const url = `${protocol}//${host}${pathname}`;
    return { url, host: bare, port: port === '' ? 443 : Number(port), serverName: bare, authority: pem };
  }
  const name = scalarText(service['name']);
  const namespace = scalarText(service['namespace']);
  const resolved = resolveService(store, namespace, name, Number(scalarText(service['port'] ?? 443)));
  if (!resolved.ok) return resolved.why;
  const { host, port } = resolved;
  return { url: serviceUrl(service), host, port, serverName: `${name}.${namespace}.svc`, authority: pem };
}

function serviceUrl(service: Bag): string {
  const path = scalarText(service['path'] ?? '');
  const host = `${scalarText(service['name'])}.${scalarText(service['namespace'])}.svc`;
  return `https://${host}:${scalarText(service['port'] ?? 443)}${path.startsWith('/') ? path : `/${path}`}`;
}

function callFailed(name: string, why: string): ApiError {
  return internalError(`failed calling webhook ${JSON.stringify(name)}: ${why}`);
}

function denied(name: string, result: Bag | undefined): ApiError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { code, message, reason, details } = result ?? {};
  const given = typeof code === 'number' && code >= 400 ? code : 400;
  const text = scalarText(message ?? '') || scalarText(reason ?? '');
  const full = text === '' ? `${by} without explanation` : `${by}: ${text}`;
  return new ApiError(
    given,
    scalarText(reason ?? ''),
    full,
    bagAt({ details }, 'details') as Record<string, Json> | undefined,
  );
}
