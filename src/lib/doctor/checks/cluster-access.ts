import { isAdminError } from '../../errors.ts';
import { type Check, notConfigured, ok, warning } from '../check.ts';
import type { ClusterUnderTest, DoctorContext } from '../context.ts';

type Needs = Pick<DoctorContext, 'cluster'>;

/** CA0201: the kubeconfig exists and has the context. */
export const kubeconfigFound: Check<Needs> = {
  code: 'CA0201',
  category: 'kubernetes',
  name: 'the kubeconfig has the context',
  needs: ['CA0103'],
  async run(context) {
    const cluster = await context.cluster();
    if (cluster === null) return notConfigured('no kubeconfig, and none is required');
    const { context: name, server } = cluster.target;
    return ok(name === null ? `inside the cluster: ${server}` : `${name}: ${server}`);
  },
};

/** CA0202: the context's user has credentials, from files or a plugin. */
export const credentialsFound: Check<Needs> = {
  code: 'CA0202',
  category: 'kubernetes',
  name: 'the context has credentials',
  needs: ['CA0201'],
  async run(context) {
    await theCluster(await context.cluster()).logIn();
    return ok('the certificates and plugins in the kubeconfig work');
  },
};

/** CA0203: the API server responds. */
export const apiReachable: Check<Needs> = {
  code: 'CA0203',
  category: 'kubernetes',
  name: 'the API server answers',
  needs: ['CA0202'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    try {
      await cluster.version();
    } catch (error) {
      // Still a response: the next checks report TLS and login errors.
      if (!isTrust(error) && !isLogin(error)) throw error;
    }
    return ok(cluster.target.server);
  },
};

/** CA0204: the API server's certificate is issued by the kubeconfig's authority. */
export const apiTrusted: Check<Needs> = {
  code: 'CA0204',
  category: 'kubernetes',
  name: "the API server's certificate is trusted",
  needs: ['CA0203'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    try {
      await cluster.version();
    } catch (error) {
      if (!isLogin(error)) throw error;
    }
    const { server } = cluster.target;
    if (server.startsWith('https:')) return ok(new URL(server).host);
    const hint = 'Use an https:// address in the kubeconfig.';
    return warning(`the connection to ${server} does not use TLS`, hint);
  },
};

/** CA0205: the API server accepts the credentials. */
export const credentialsAccepted: Check<Needs> = {
  code: 'CA0205',
  category: 'kubernetes',
  name: 'the credentials are accepted',
  needs: ['CA0204'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    // Any authenticated user may ask this; `/version` is no test, because it is public.
    await cluster.can('list', 'pods');
    return ok(`as the user of ${cluster.target.context ?? 'the service account'}`);
  },
};

/** Returns the cluster; an earlier check has verified that there is one. */
export function theCluster(cluster: ClusterUnderTest | null): ClusterUnderTest {
  if (cluster === null) throw new Error('there is no cluster');
  return cluster;
}

function isTrust(error: unknown): boolean {
  return isAdminError(error) && error.code === 'TLS_REFUSED';
}

function isLogin(error: unknown): boolean {
  return (
    isAdminError(error) && error.code.startsWith('KUBERNETES_') && error.kind === 'unauthorised'
  );
}
