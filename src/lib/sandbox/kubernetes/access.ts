import { ApiError, qualified, unauthorized } from './api-error.ts';
import type { ResourceRequest } from './request-path.ts';
import type { PolicyRule, UserSpec } from './scenario.ts';

/** The attributes of a request to authorise. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The cluster-wide rules that apply to every authenticated user on a 1.21 server. */
const BASIC_RULES: readonly PolicyRule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
];

const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const NON_RESOURCE_RULES = [
  {
    verbs: ['get'],
    nonResourceURLs: [
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ],
  },
  { verbs: ['get'], nonResourceURLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'] },
  { verbs: ['get'], nonResourceURLs: HEALTH },
];

/** Authentication and authorisation with the tokens and rules of the scenario. */
export class Access {
  readonly #users: readonly UserSpec[];
  readonly #home: string;

  constructor(users: readonly UserSpec[], home: string) {
    this.#users = users;
    this.#home = home;
  }

  /**
   * Returns the user with the token. An administrator may impersonate another user.
   *
   * @throws ApiError 401
   */
  authenticate(authorization: string | undefined, impersonate: string | undefined): UserSpec {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const user = this.#users.find((known) => known.token === token);
    if (!user) throw unauthorized();
    if (impersonate === undefined || user.rules !== 'all') return user;
    const other = this.#users.find((known) => known.name === impersonate);
    return other ?? { name: impersonate, token: '', rules: [] };
  }

  /** Returns whether a user may make a request. */
  allows(user: UserSpec, wanted: Attributes): boolean {
    if (user.rules === 'all') return true;
    const resource = wanted.subresource
      ? `${wanted.resource}/${wanted.subresource}`
      : wanted.resource;
    const matches = (rule: PolicyRule): boolean =>
      includesValue(rule.verbs, wanted.verb) &&
      includesValue(rule.apiGroups, wanted.group) &&
      includesValue(rule.resources, resource) &&
      (rule.resourceNames === undefined || rule.resourceNames.includes(wanted.name ?? ''));
    if (BASIC_RULES.some(matches)) return true;
    return this.#inScope(user, wanted.namespace) && user.rules.some(matches);
  }

  /** @throws ApiError 403 with the API server's message */
  check(user: UserSpec, request: ResourceRequest): void {
    const { type, verb, name, namespace, subresource } = request;
    const wanted = { verb, group: type.group, resource: type.name, subresource, namespace, name };
    if (this.allows(user, wanted)) return;
    const full = subresource ? `${type.name}/${subresource}` : type.name;
    const subject = qualified({ group: type.group, resource: type.name });
    const named = name === undefined ? subject : `${subject} "${name}"`;
    const where =
      namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    throw new ApiError(
      403,
      'Forbidden',
      `${named} is forbidden: User "${user.name}" cannot ${verb} resource "${full}" in API group "${type.group}" ${where}`,
      {
        ...(name === undefined ? {} : { name }),
        ...(type.group === '' ? {} : { group: type.group }),
        kind: type.name,
      },
    );
  }

  /** Returns the status of a SelfSubjectAccessReview. */
  review(user: UserSpec, spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const attributes = spec['resourceAttributes'] as Record<string, string> | undefined;
    const allowed =
      attributes === undefined
        ? this.#allowsPath(user, spec['nonResourceAttributes'])
        : this.allows(user, {
            verb: attributes['verb'] ?? '*',
            group: attributes['group'] ?? '',
            resource: attributes['resource'] ?? '*',
            subresource: attributes['subresource'],
            namespace: attributes['namespace'],
            name: attributes['name'],
          });
    return allowed ? { allowed, reason: this.#reason(user) } : { allowed };
  }

  /** Returns the status of a SelfSubjectRulesReview. */
  rules(user: UserSpec, namespace: string): Record<string, unknown> {
    const own =
      user.rules === 'all'
        ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]
        : this.#inScope(user, namespace)
          ? user.rules
          : [];
    const everywhere =
      user.rules === 'all' ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : NON_RESOURCE_RULES;
    return {
      resourceRules: [...BASIC_RULES, ...own],
      nonResourceRules: everywhere,
      incomplete: false,
    };
  }

  #inScope(user: UserSpec, namespace: string | undefined): boolean {
    const scope = user.namespace ?? this.#home;
    return scope === '*' || scope === namespace;
  }

  #allowsPath(user: UserSpec, attributes: unknown): boolean {
    const path = (attributes as { path?: string } | undefined)?.path ?? '';
    return (
      user.rules === 'all' ||
      NON_RESOURCE_RULES.some(({ nonResourceURLs }) =>
        nonResourceURLs.some((url) =>
          url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url,
        ),
      )
    );
  }

  #reason(user: UserSpec): string {
    const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user.name);
    if (user.rules === 'all') {
      return `RBAC: allowed by ClusterRoleBinding "${user.name}" of ClusterRole "cluster-admin" to User "${user.name}"`;
    }
    const [, namespace = this.#home, name = user.name] = account ?? [];
    const kind = account ? 'ServiceAccount' : 'User';
    return `RBAC: allowed by RoleBinding "${name}/${namespace}" of Role "${name}" to ${kind} "${name}/${namespace}"`;
  }
}

function includesValue(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}
