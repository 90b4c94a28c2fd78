import { describe, expect, test } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import { refusal } from '../../../src/lib/kubernetes/errors.ts';
import { recordedText, recordings } from './api-server.ts';

const target = {
  context: 'prod',
  server: 'https://10.0.0.1:6443',
  namespace: 'circleci-server',
};

const frontend = 'frontend-df8cdf5f6-9txv5';
const limited = 'system:serviceaccount:circleci-server:limited';

/** The expected error of every recorded error response: kind, code and message. Each has a hint. */
const EXPECTED: Readonly<Record<string, readonly [string, string, string]>> = {
  'error-bad-selector.json': [
    'validation',
    'BAD_SELECTOR',
    `The selector "==" is not valid: found '==', expected: !, identifier, or 'end of string'`,
  ],
  'error-forbidden-delete.json': [
    'unauthorised',
    'KUBERNETES_FORBIDDEN',
    `${limited} has no permission to delete pods in namespace circleci-server`,
  ],
  'error-forbidden-list-all.json': [
    'unauthorised',
    'KUBERNETES_FORBIDDEN',
    `${limited} has no permission to list pods in the whole cluster`,
  ],
  'error-forbidden-log.json': [
    'unauthorised',
    'KUBERNETES_FORBIDDEN',
    `${limited} has no permission to get pods/log in namespace circleci-server`,
  ],
  'error-lease-conflict.json': [
    'service',
    'KUBERNETES_CONFLICT',
    'Kubernetes could not do it: Operation cannot be fulfilled on leases.coordination.k8s.io "circleci-admin-drain": the object has been modified; please apply your changes to the latest version and try again',
  ],
  'error-lease-exists.json': [
    'service',
    'KUBERNETES_ALREADY_EXISTS',
    'Kubernetes could not do it: leases.coordination.k8s.io "circleci-admin-drain" already exists',
  ],
  'error-log-bad-container.json': [
    'validation',
    'BAD_CONTAINER',
    `container nope is not valid for pod ${frontend}`,
  ],
  'error-log-previous-none.json': [
    'notFound',
    'NO_PREVIOUS_LOG',
    `previous terminated container "frontend" in pod "${frontend}" not found`,
  ],
  'error-log-waiting.json': [
    'service',
    'CONTAINER_WAITING',
    'container "badimage" in pod "badimage-757564dc45-mdk92" is waiting to start: ErrImageNeverPull',
  ],
  'error-pod-not-found.json': [
    'notFound',
    'POD_NOT_FOUND',
    'There is no pod "nope" in namespace circleci-server',
  ],
  'error-proxy-no-pod.json': [
    'notFound',
    'POD_NOT_FOUND',
    'There is no pod "nope" in namespace circleci-server',
  ],
  'error-proxy-wrong-port.json': [
    'service',
    'PORT_REFUSED',
    'Cannot connect to do it: nothing listens there',
  ],
  'error-unauthorized.json': [
    'unauthorised',
    'KUBERNETES_UNAUTHORIZED',
    'https://10.0.0.1:6443 does not accept the credentials of context "prod"',
  ],
};

describe('a recorded error', () => {
  const errors = recordings().filter(({ status }) => status >= 400);

  test('has an expected result, for every recording', () => {
    const nomads = errors.filter(({ file }) => !file.endsWith('.json'));
    expect(nomads.map(({ file }) => file)).toEqual(['proxy-nomad-error-passes-through.txt']);
    const files = errors.map(({ file }) => file).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(Object.entries(EXPECTED))('%s', (file, [kind, code, message]) => {
    const { status, path } = errors.find((one) => one.file === file) ?? { status: 0, path: '' };
    const selector = new URL(path, 'http://x').searchParams.get('labelSelector') ?? undefined;
    const body = Buffer.from(recordedText(file));
    const error = refusal(status, body, { target, action: 'do it', selector });
    expect(error).toBeInstanceOf(AdminError);
    expect(error).toMatchObject({ kind, code, message });
    expect(error.hint).toMatch(/./);
  });
});

test('an error of a missing permission names the permission, and a command to check it', () => {
  const body = Buffer.from(recordedText('error-forbidden-log.json'));
  expect(refusal(403, body, { target, action: 'x' }).hint).toBe(
    'Ask for a role with verb get on pods/log; check with: kubectl auth can-i get pods --subresource=log -n circleci-server',
  );
});

test.each([
  [
    502,
    '<html><title>Bad gateway</title></html>',
    'service',
    'KUBERNETES_ERROR',
    'https://10.0.0.1:6443 answered 502 when asked to do it: "<html><title>Bad gateway</title></html>"',
  ],
  [
    403,
    '',
    'service',
    'KUBERNETES_ERROR',
    'https://10.0.0.1:6443 answered 403 when asked to do it: (empty)',
  ],
  [
    401,
    'Unauthorized',
    'unauthorised',
    'KUBERNETES_UNAUTHORIZED',
    'https://10.0.0.1:6443 does not accept the credentials of context "prod"',
  ],
])(
  'status %i with %j, which is not a Status, has an error',
  (status, body, kind, code, message) => {
    const error = refusal(status, Buffer.from(body), { target, action: 'do it' });
    expect(error).toMatchObject({ kind, code, message });
  },
);

test('an unreadable log of a lost node throws NODE_UNREACHABLE (Kubernetes 1.30)', () => {
  const message =
    'Get "https://10.88.0.1:10251/containerLogs/circleci-server/frontend-0/frontend?tailLines=3": dial tcp 10.88.0.1:10251: connect: connection refused';
  const body = Buffer.from(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: 500 }),
  );
  expect(refusal(500, body, { target, action: 'read the log of pod frontend-0' })).toMatchObject({
    kind: 'service',
    code: 'NODE_UNREACHABLE',
    message:
      'Kubernetes could not read the log of pod frontend-0: its node does not answer at 10.88.0.1:10251 (dial tcp 10.88.0.1:10251: connect: connection refused)',
    hint: 'Check the nodes: kubectl get nodes',
  });
});

test('a field selector that is not valid is answered with one that is', () => {
  const message = 'field label not supported: status.phas';
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 400 };
  const body = Buffer.from(JSON.stringify({ ...status, message, reason: 'BadRequest' }));
  const asked = { target, action: 'list pods', selector: 'status.phas=Running' };
  expect(refusal(400, body, asked)).toMatchObject({
    code: 'BAD_SELECTOR',
    hint: 'Write it like status.phase!=Running,spec.nodeName=NODE.',
  });
});
