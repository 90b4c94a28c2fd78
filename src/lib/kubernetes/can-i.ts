/**
 * Returns the `kubectl auth can-i` question for a permission. kubectl takes `pods/log` for a pod named
 * log, and then says yes to whoever may read pods: a subresource has a flag of its own.
 *
 * @param resource as in `pods/log` or `deployments.apps`
 * @param scope such as `-n circleci-server`
 */
export function canIQuestion(verb: string, resource: string, scope: string): string {
  const [type = resource, subresource] = resource.split('/');
  const flag = subresource === undefined ? '' : ` --subresource=${subresource}`;
  return `kubectl auth can-i ${verb} ${type}${flag} ${scope}`;
}
