import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { SandboxHttpServer } from '../http-server.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import { Access } from './access.ts';
import { ApiServer } from './api-server.ts';
import { Behaviour, type PodLogs } from './behaviour.ts';
import { busybox } from './busybox.ts';
import { makeCertificates, type ServerCertificates } from './certificates.ts';
import { Cluster } from './cluster.ts';
import { Controllers } from './controllers.ts';
import { createCluster, createWorkload, nodeAddresses } from './founding.ts';
import { Kubelet } from './kubelet.ts';
import type { LogSource } from './log-source.ts';
import type { PodObject } from './objects.ts';
import { isReady } from './owned-pods.ts';
import type { PodBackend } from './pod-backend.ts';
import {
  defaultUsers,
  type KubernetesScenario,
  type PodSituation,
  type PodSpec,
  type UserSpec,
} from './scenario.ts';
import { CONFIG_MAPS_3X, INSTALLATION_3X } from './services.ts';

const AGE_MS = (6 * 24 + 20) * 3_600_000;

/** The name of the kubeconfig's context, cluster and user. */
export const SANDBOX_CONTEXT = 'circleci-sandbox';

/**
 * A Kubernetes API server with the pods of an installation, sufficient for kubectl and for
 * client-node. The ports and commands of a pod are served by a {@link PodBackend}.
 */
export class KubernetesSandbox implements SandboxService {
  readonly name = 'kubernetes';
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly #context: SandboxContext;
  readonly #scenario: KubernetesScenario;
  readonly #backends: Readonly<Record<string, PodBackend>>;
  readonly #behaviour: Behaviour;
  readonly #kubelet: Kubelet;
  readonly #controllers: Controllers;
  readonly #users: readonly UserSpec[];
  readonly #api: ApiServer;
  #server: SandboxHttpServer | undefined;
  #certificates: ServerCertificates | undefined;

  /**
   * @param backends by pod name or workload name; a pod without one has a few shell commands
   * @param logs the log sources of containers that log more than a healthy service does
   */
  constructor(
    context: SandboxContext,
    scenario: KubernetesScenario = {},
    backends: Readonly<Record<string, PodBackend>> = {},
    logs?: PodLogs,
  ) {
    this.#context = context;
    this.#behaviour = new Behaviour(logs, scenario.clockSkewMs);
    this.#scenario = scenario;
    this.#backends = backends;
    this.namespace = scenario.namespace ?? 'circleci-server';
    this.#users = scenario.users ?? defaultUsers(this.namespace);
    this.cluster = new Cluster(context.clock, context.random, this.namespace);
    const version = scenario.version ?? 'v1.21.2-k3s1';
    const nodes = nodeAddresses(scenario.nodes ?? 3);
    this.#kubelet = new Kubelet(this.cluster, nodes, this.#behaviour);
    this.#controllers = new Controllers(this.cluster, this.#kubelet);
    const at = context.clock.nowMs() - (scenario.ageMs ?? AGE_MS);
    createCluster(this.cluster, nodes, version, at);
    this.#foundWorkloads(at);
    this.#api = new ApiServer({
      cluster: this.cluster,
      kubelet: this.#kubelet,
      access: new Access(this.#users, this.namespace),
      version,
      execProtocols: scenario.execProtocols ?? ['v4'],
      backend: (pod) => this.#backend(pod),
    });
  }

  /** The loopback port; 0 before {@link start}. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** The scheme, host and port of the API server. */
  get url(): string {
    const scheme = this.#scenario.tls === false ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${this.port}`;
  }

  /** The CA certificate in PEM; undefined without TLS and before the start. */
  get certificateAuthority(): string | undefined {
    return this.#certificates?.ca;
  }

  /**
   * Starts to listen, on `port` if given, and writes the kubeconfig if the scenario requests it.
   */
  async start(port = 0): Promise<void> {
    if (this.#scenario.tls !== false) this.#certificates = await makeCertificates();
    const tls = this.#certificates && {
      cert: this.#certificates.cert,
      key: this.#certificates.key,
    };
    this.#server = new SandboxHttpServer({
      name: this.name,
      context: this.#context,
      handlers: this.#api,
      ...(tls ? { tls } : {}),
    });
    await this.#server.start(port);
    const path = this.#scenario.kubeconfigPath;
    if (path !== undefined) await writeFile(path, this.kubeconfig(), { mode: 0o600 });
  }

  async stop(): Promise<void> {
    this.#api.close();
    await this.#server?.stop();
  }

  environment(): Readonly<Record<string, string>> {
    const path = this.#scenario.kubeconfigPath;
    return path === undefined ? {} : { KUBECONFIG: path };
  }

  /**
   * Returns a kubeconfig in YAML with this cluster and namespace as its only context.
   *
   * @param token the token of a user of the scenario; by default the first one
   */
  kubeconfig(token: string = this.#users[0]?.token ?? ''): string {
    const ca = this.certificateAuthority;
    const name = SANDBOX_CONTEXT;
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [
        {
          name,
          cluster: {
            server: this.url,
            ...(ca === undefined
              ? {}
              : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
          },
        },
      ],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: this.namespace } }],
    });
  }

  /** Returns all pods of the installation. */
  pods(): readonly PodObject[] {
    return this.cluster.pods.list(this.namespace);
  }

  /**
   * Returns the pods of a workload and whether each is ready; null if the workload does not exist.
   */
  podsOf(workload: string): readonly { readonly name: string; readonly ready: boolean }[] | null {
    const sets = ['deployments', 'statefulsets'].map((name) =>
      this.cluster.collection('apps', name),
    );
    if (!sets.some((set) => set?.find(this.namespace, workload))) return null;
    return this.pods()
      .filter((pod) => this.#kubelet.run(pod)?.workload === workload)
      .map((pod) => ({
        name: pod.metadata.name,
        ready: pod.metadata.deletionTimestamp === undefined && isReady(pod),
      }));
  }

  /** Calls `listener` after every change of a pod. */
  onPodChange(listener: () => void): void {
    this.cluster.pods.subscribe(listener);
  }

  /** Sets the number of replicas of a Deployment. */
  scale(deployment: string, replicas: number): void {
    const { deployments } = this.#controllers;
    const found = deployments.get(this.namespace, deployment);
    deployments.update({ ...found, spec: { ...found.spec, replicas } });
  }

  /**
   * Returns a pod by its name, or the first pod of a workload.
   *
   * @throws ApiError 404
   */
  pod(nameOrWorkload: string): PodObject {
    const exact = this.cluster.pods.find(this.namespace, nameOrWorkload);
    const found =
      exact ?? this.pods().find((pod) => this.#kubelet.run(pod)?.workload === nameOrWorkload);
    return found ?? this.cluster.pods.get(this.namespace, nameOrWorkload);
  }

  /** Appends a line to a container's log; by default the first container's. */
  appendLog(pod: string, container: string | undefined, line: string): void {
    const containers = this.#kubelet.run(this.pod(pod))?.containers ?? [];
    const chosen = containers.find(({ name }) => name === container) ?? containers[0];
    chosen?.log?.append(line);
  }

  /** Sets the log source of a workload's containers. */
  setLogBackground(workload: string, source: LogSource): void {
    this.#kubelet.setLogSource(workload, source);
  }

  /** Terminates a pod's container, which is restarted with a growing back-off. */
  crash(
    pod: string,
    options: {
      readonly exitCode?: number;
      readonly reason?: string;
      readonly container?: string;
    } = {},
  ): void {
    const { exitCode = 1, reason = 'Error', container } = options;
    this.#kubelet.crash(this.pod(pod), exitCode, reason, container);
  }

  /** Makes a pod's readiness probe fail or succeed. */
  setReady(pod: string, ready: boolean): void {
    this.#kubelet.setReady(this.pod(pod), ready);
  }

  /** Sets the situation of the containers that a workload starts from now on. */
  setSituation(workload: string, situation: PodSituation): void {
    this.#behaviour.setSituation(workload, situation);
  }

  /** Deletes a pod as a client would; its owner creates another. */
  deletePod(pod: string, graceSeconds?: number): void {
    const found = this.pod(pod);
    this.#kubelet.terminate(found, graceSeconds ?? found.spec.terminationGracePeriodSeconds);
  }

  /** Adds a workload, whose pods start now. */
  addPod(spec: PodSpec): void {
    const now = this.#context.clock.nowMs();
    createWorkload(this.cluster, this.#controllers, this.#behaviour, spec, now);
  }

  /** Discards old resource versions: watches and list pages that continue from one get 410. */
  compact(): void {
    for (const collection of this.cluster.collections()) collection.compact();
  }

  #foundWorkloads(at: number): void {
    const maps = this.#scenario.configMaps ?? (this.#scenario.pods ? {} : CONFIG_MAPS_3X);
    for (const [name, data] of Object.entries(maps)) {
      const applied = { apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { name } };
      const annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n`,
      };
      const meta = this.cluster.meta(name, { namespace: this.namespace, annotations, at });
      this.cluster.collection('', 'configmaps')?.create({ metadata: meta, ...{ data } });
    }
    this.#controllers.found(at, () => {
      for (const spec of this.#scenario.pods ?? INSTALLATION_3X) {
        createWorkload(this.cluster, this.#controllers, this.#behaviour, spec, at);
      }
    });
  }

  #backend(pod: PodObject): PodBackend {
    const { name } = pod.metadata;
    const workload = this.#kubelet.run(pod)?.workload ?? name;
    const own = this.#backends[name] ?? this.#backends[workload];
    const fallback = busybox(name, this.#scenario.ports);
    if (!own) return fallback;
    return own;
  }
}
