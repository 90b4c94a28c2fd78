/**
 * Returns the `kubectl auth can-i` command that checks a permission. A subresource needs the flag
 * `--subresource`: kubectl takes `pods/log` for the pod named "log", and then answers yes if pods may
 * be read.
 *
 * @param resource plural name, with its subresource or API group: `pods/log`, `deployments.apps`
 * @param scope the flags for the namespace, such as `-n circleci-server`
 */
export function canIQuestion(verb: string, resource: string, scope: string): string {
  const [type = resource, subresource] = resource.split('/');
  const flag = subresource === undefined ? '' : ` --subresource=${subresource}`;
  return `kubectl auth can-i ${verb} ${type}${flag} ${scope}`;
}
