import { AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/model.ts';
import { openSession, type ReplOptions, type ReplSession } from './client.ts';

/** How to reach the REPL of the frontend. */
export interface FrontendRepl extends ReplOptions {
  /** Label selector of the frontend's pods, such as `app=frontend`. */
  readonly selector: string;
  /** Port of the nREPL in the pod. */
  readonly port: number;
  readonly signal?: AbortSignal;
}

/** A session in the frontend of an installation, and the pod that it runs in. */
export interface OpenRepl {
  readonly pod: string;
  readonly session: ReplSession;
}

/**
 * Opens an nREPL session in the frontend's pod. The nREPL has no authentication, so the connection
 * is a single stream through the Kubernetes API and no port is opened on this machine.
 *
 * @throws AdminError of kind `notFound` (FRONTEND_NOT_FOUND) or `service` (FRONTEND_NOT_READY,
 *   REPL_REFUSED), or like {@link ReplSession} and the KubernetesClient
 */
export async function openRepl(
  kubernetes: Pick<KubernetesClient, 'listPods' | 'connect'>,
  repl: FrontendRepl,
): Promise<OpenRepl> {
  const { selector, port, signal } = repl;
  const given = signal ? { signal } : {};
  const pods = await kubernetes.listPods({ labelSelector: selector, ...given });
  const pod = readyPod(pods, selector);
  try {
    const socket = await kubernetes.connect(pod, port, signal);
    return { pod, session: await openSession(socket, repl) };
  } catch (error) {
    throw isAdminError(error) && error.code === 'PORT_REFUSED' ? noRepl(pod, port, error) : error;
  }
}

/** Opens a session, runs `use` with it and closes it afterwards. */
export async function withRepl<T>(
  kubernetes: Pick<KubernetesClient, 'listPods' | 'connect'>,
  repl: FrontendRepl,
  use: (session: ReplSession) => Promise<T>,
): Promise<T> {
  const { session } = await openRepl(kubernetes, repl);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

function readyPod(pods: readonly Pod[], selector: string): string {
  const ready = pods.find(
    ({ phase, deletedAt, containers }) =>
      phase === 'Running' && deletedAt === null && containers.every((one) => one.ready),
  );
  if (ready) return ready.name;
  if (pods.length === 0) {
    throw new AdminError('notFound', `No pod has the label ${selector}`, {
      code: 'FRONTEND_NOT_FOUND',
      hint: "Set the frontend's label: circleci-admin config set server.frontendSelector LABEL=VALUE",
    });
  }
  const names = pods.map(({ name }) => name).join(', ');
  throw new AdminError('service', `No pod of the frontend is ready: ${names}`, {
    code: 'FRONTEND_NOT_READY',
    hint: 'To see why: circleci-admin doctor --only kubernetes',
  });
}

function noRepl(pod: string, port: number, cause: AdminError): AdminError {
  return new AdminError('service', `Nothing listens on port ${port} of pod ${pod}`, {
    code: 'REPL_REFUSED',
    hint: 'The frontend of this version may have no nREPL. If it uses another port: circleci-admin config set server.replPort PORT',
    cause,
  });
}
