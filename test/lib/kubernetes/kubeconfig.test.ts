import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  type ClusterChoice,
  connectCluster,
  listContexts,
} from '../../../src/lib/kubernetes/cluster-connection.ts';
import type { KubeconfigSources } from '../../../src/lib/kubernetes/kubeconfig.ts';
import { Masker } from '../../../src/lib/masking.ts';
import { failure } from '../http/loopback.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rm(home, { recursive: true }));

interface Names {
  readonly name?: string;
  readonly server?: string;
  readonly namespace?: string;
  readonly cluster?: object;
  readonly user?: object | null;
}

/** Returns a kubeconfig with one context, one cluster and one user, all with the same name. */
function kubeconfig(names: Names = {}): string {
  const { name = 'prod', server = 'https://10.0.0.1:6443', namespace, cluster, user } = names;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: user === null ? [] : [{ name, user: user ?? { token: `token-of-${name}` } }],
    contexts: [
      { name, context: { cluster: name, namespace, ...(user === null ? {} : { user: name }) } },
    ],
  });
}

async function file(name: string, text: string): Promise<string> {
  const path = join(home, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text, { mode: 0o700 });
  return path;
}

function sources(more: Partial<KubeconfigSources> = {}): KubeconfigSources {
  return { environment: {}, home, serviceAccount: join(home, 'none'), ...more };
}

function choose(more: Partial<ClusterChoice> = {}) {
  return connectCluster({ sources: sources(), masker: new Masker(), ...more });
}

describe('the kubeconfig', () => {
  test('is read from the default file in the home directory', async () => {
    await file('.kube/config', kubeconfig({ namespace: 'circleci-server' }));
    const connection = await choose();
    expect(connection.target).toEqual({
      context: 'prod',
      server: 'https://10.0.0.1:6443',
      namespace: 'circleci-server',
    });
    expect(await connection.credentials()).toEqual({
      headers: { authorization: 'Bearer token-of-prod' },
      tls: {},
    });
  });

  test('is merged from all files of KUBECONFIG; the first definition wins and missing files are skipped', async () => {
    const one = await file('one', kubeconfig({ name: 'a', server: 'https://one:6443' }));
    const two = await file('two', kubeconfig({ name: 'a', server: 'https://two:6443' }));
    const three = await file('three', kubeconfig({ name: 'b', server: 'https://three:6443' }));
    const list = [join(home, 'missing'), one, two, three].join(delimiter);
    const environment = { KUBECONFIG: list };
    expect(await listContexts(sources({ environment }))).toEqual({
      contexts: ['a', 'b'],
      current: 'a',
    });
    const chosen = await Promise.all(
      [undefined, 'b'].map((context) =>
        choose({ sources: sources({ environment }), ...(context ? { context } : {}) }),
      ),
    );
    expect(chosen.map(({ target }) => target.server)).toEqual([
      'https://one:6443',
      'https://three:6443',
    ]);
  });

  test('is read from the given file, regardless of the environment', async () => {
    await file('.kube/config', kubeconfig({ name: 'home' }));
    const environment = { KUBECONFIG: await file('env', kubeconfig({ name: 'env' })) };
    const named = await file('named', kubeconfig({ name: 'named' }));
    const { target } = await choose({
      sources: sources({ environment, file: named }),
      namespace: 'mine',
    });
    expect([target.context, target.namespace]).toEqual(['named', 'mine']);
  });

  test('is the service account inside a cluster', async () => {
    const serviceAccount = join(home, 'account');
    await file('account/token', 'in-cluster-token\n');
    await file('account/ca.crt', 'the CA');
    await file('account/namespace', 'circleci-server\n');
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const connection = await choose({ sources: sources({ environment, serviceAccount }) });
    expect(connection.target).toEqual({
      context: null,
      server: 'https://[fd00::1]',
      namespace: 'circleci-server',
    });
    expect(await connection.credentials()).toEqual({
      headers: { authorization: 'Bearer in-cluster-token' },
      tls: { ca: 'the CA' },
    });
    await file('account/token', 'rotated');
    expect((await connection.credentials({ fresh: true })).headers['authorization']).toBe(
      'Bearer rotated',
    );
  });
});

describe('connecting to a cluster', () => {
  test.each<[string, Names, object]>([
    [
      'embedded certificates, a server name and no verification',
      {
        cluster: {
          'certificate-authority-data': Buffer.from('CA').toString('base64'),
          'tls-server-name': 'kubernetes.default',
          'insecure-skip-tls-verify': true,
        },
        user: {
          'client-certificate-data': Buffer.from('CERT').toString('base64'),
          'client-key-data': Buffer.from('KEY').toString('base64'),
        },
      },
      {
        headers: {},
        tls: {
          ca: 'CA',
          cert: 'CERT',
          key: 'KEY',
          serverName: 'kubernetes.default',
          verify: false,
        },
      },
    ],
    [
      'files relative to the kubeconfig',
      { cluster: { 'certificate-authority': 'pki/ca.crt' }, user: { tokenFile: 'pki/token' } },
      { headers: { authorization: 'Bearer from a file' }, tls: { ca: 'CA of a file' } },
    ],
    [
      'a user name and password, and impersonation',
      { user: { username: 'ann', password: 'secret', as: 'bob' } },
      { headers: { authorization: 'Basic YW5uOnNlY3JldA==', 'impersonate-user': 'bob' }, tls: {} },
    ],
    [
      'no user but a CA',
      { cluster: { 'certificate-authority': 'pki/ca.crt' }, user: null },
      { headers: {}, tls: { ca: 'CA of a file' } },
    ],
    [
      'plain HTTP',
      { server: 'http://127.0.0.1:8001' },
      { headers: { authorization: 'Bearer token-of-prod' }, tls: { verify: false } },
    ],
    [
      'a proxy',
      { cluster: { 'proxy-url': 'http://bastion:3128' } },
      { headers: { authorization: 'Bearer token-of-prod' }, tls: {} },
    ],
  ])('works with %s', async (_name, names, expected) => {
    await file('.kube/config', kubeconfig(names));
    await file('.kube/pki/ca.crt', 'CA of a file');
    await file('.kube/pki/token', 'from a file\n');
    const connection = await choose();
    expect(await connection.credentials()).toEqual(expected);
    expect(connection.proxyUrl).toBe(
      names.cluster && 'proxy-url' in names.cluster ? 'http://bastion:3128' : null,
    );
  });

  test('reads a token file that is written in one line, as in JSON', async () => {
    const clusters = [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443' } }];
    const users = [{ name: 'u', user: { tokenFile: 'pki/token' } }];
    const contexts = [{ name: 'prod', context: { cluster: 'c', user: 'u' } }];
    const document = { clusters, users, contexts, 'current-context': 'prod' };
    await file('.kube/config', JSON.stringify(document));
    await file('.kube/pki/token', 'from a file\n');
    const { headers } = await (await choose()).credentials();
    expect(headers).toEqual({ authorization: 'Bearer from a file' });
  });

  test('keeps the path of a gateway', async () => {
    await file('.kube/config', kubeconfig({ server: 'https://rancher/k8s/clusters/c-1/' }));
    const { target, basePath } = await choose();
    expect([target.server, basePath]).toEqual(['https://rancher', '/k8s/clusters/c-1']);
  });
});

/** A credential plugin that counts its runs and puts the count into its token. */
const PLUGIN = `#!/bin/sh
echo run >> "$(dirname "$0")/runs"
token="$1-$(wc -l < "$(dirname "$0")/runs" | tr -d ' ')"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$token"
`;

function plugin(command: string, more: object = {}): Names {
  const apiVersion = 'client.authentication.k8s.io/v1';
  return { user: { exec: { apiVersion, command, args: ['secret'], ...more } } };
}

describe('a credential plugin', () => {
  test('is found relative to its kubeconfig, runs once, and runs again for fresh credentials', async () => {
    await file('.kube/bin/login', PLUGIN);
    await file('.kube/config', kubeconfig(plugin('./bin/login')));
    const masker = new Masker();
    const connection = await choose({ masker });
    expect(connection.refreshable).toBe(true);
    const tokens: unknown[] = [];
    for (const fresh of [false, false, true]) {
      tokens.push((await connection.credentials({ fresh })).headers['authorization']);
    }
    expect(tokens).toEqual(['Bearer secret-1', 'Bearer secret-1', 'Bearer secret-2']);
    expect(masker.mask('it is secret-2')).toBe('it is [secret]');
  });

  test('that fails is reported with its output, without secrets', async () => {
    await file(
      '.kube/login',
      '#!/bin/sh\necho "session expired: AWS_TOKEN=hunter22" >&2\nexit 1\n',
    );
    await file('.kube/config', kubeconfig(plugin('./login')));
    expect(await failure((await choose()).credentials())).toMatchObject({
      kind: 'unauthorised',
      code: 'CREDENTIALS_FAILED',
      message: `The credential plugin ${join(home, '.kube/login')} failed: session expired: AWS_TOKEN=[secret]`,
      hint: expect.stringContaining('Log in again'),
    });
  });

  test('that is not installed is reported with its install hint', async () => {
    const installHint = 'Install it with: brew install no-such-login';
    await file('.kube/config', kubeconfig(plugin('no-such-login', { installHint })));
    expect(await failure((await choose()).credentials())).toMatchObject({
      kind: 'unauthorised',
      code: 'CREDENTIALS_FAILED',
      message: 'The credential plugin no-such-login is not installed',
      hint: installHint,
    });
  });
});

describe('an error is thrown for', () => {
  test('a missing kubeconfig', async () => {
    expect(await failure(choose())).toMatchObject({
      kind: 'notFound',
      code: 'NO_KUBECONFIG',
      message: `There is no kubeconfig: looked for ${join(home, '.kube', 'config')}`,
      hint: expect.stringContaining('--kubeconfig'),
    });
  });

  test.each([
    ['nonsense: [', /^The kubeconfig .* cannot be used: /],
    ['', /^The kubeconfig .* cannot be used: /],
    [
      kubeconfig({ server: 'not a url' }),
      /^Cluster "prod" of the kubeconfig has no usable server address: "not a url"$/,
    ],
    [
      kubeconfig().replace('cluster: prod', 'cluster: gone'),
      /^Context "prod" names cluster "gone", which is missing in the kubeconfig$/,
    ],
  ])('an unusable kubeconfig: %j', async (text, message) => {
    await file('.kube/config', text);
    expect(await failure(choose())).toMatchObject({
      kind: 'validation',
      code: 'BAD_KUBECONFIG',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('config view'),
    });
  });

  test('a missing context, with a list of the existing ones', async () => {
    await file('.kube/config', kubeconfig());
    expect(await failure(choose({ context: 'prdo' }))).toMatchObject({
      kind: 'notFound',
      code: 'CONTEXT_NOT_FOUND',
      message: 'The kubeconfig has no context "prdo"',
      hint: 'Choose one with --context: prod',
    });
  });

  test('a missing CA file', async () => {
    await file('.kube/config', kubeconfig({ cluster: { 'certificate-authority': 'gone.crt' } }));
    expect(await failure((await choose()).credentials())).toMatchObject({
      kind: 'validation',
      code: 'BAD_KUBECONFIG',
      message: expect.stringContaining(join(home, '.kube', 'gone.crt')),
    });
  });
});
