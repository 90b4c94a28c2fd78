/**
 * Variables that would direct a command from the sandbox to a real installation, or send a real
 * secret to the sandbox. They are unset unless the sandbox sets them itself.
 */
const RETARGETING: readonly string[] = [
  'CIRCLECI_ADMIN_INSTALLATION',
  'CIRCLECI_ADMIN_CONTEXT',
  'CIRCLECI_ADMIN_NAMESPACE',
  'CIRCLECI_ADMIN_KUBECONFIG',
  'CIRCLECI_ADMIN_NOMAD_ADDRESS',
  'CIRCLECI_ADMIN_NOMAD_POD',
  'CIRCLECI_ADMIN_KUBERNETES_BASTION',
  'CIRCLECI_ADMIN_SSH_PORT',
  'CIRCLE_HOST',
  'CIRCLE_TOKEN',
  'GITHUB_API_URL',
  'GITHUB_TOKEN',
  'NOMAD_TOKEN',
  'NOMAD_NAMESPACE',
  'NOMAD_REGION',
  'NOMAD_CACERT',
  'NOMAD_CAPATH',
  'NOMAD_CLIENT_CERT',
  'NOMAD_CLIENT_KEY',
  'NOMAD_TLS_SERVER_NAME',
  'NOMAD_SKIP_VERIFY',
  'NOMAD_HTTP_AUTH',
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the variables that a shell must unset before it uses `own`. */
export function foreignVariables(own: Environment): readonly string[] {
  return RETARGETING.filter((name) => own[name] === undefined);
}

/** Returns an environment in which all clients use the sandbox only. */
export function sandboxed(ambient: Environment, own: Environment): Environment {
  const merged: Record<string, string | undefined> = { ...ambient, ...own };
  for (const name of foreignVariables(own)) delete merged[name];
  return merged;
}
