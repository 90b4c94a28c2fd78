import type { KubeObject, ObjectMeta, OwnerReference, PodTemplate } from './objects.ts';
import type { ContainerSpec, PodSpec } from './scenario.ts';

/** The template of a workload's pods. */
export interface TemplateObject {
  readonly metadata: {
    readonly creationTimestamp: null;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: PodTemplate;
}

/** The common specification of Deployments, ReplicaSets and StatefulSets. */
export interface WorkloadSpec {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: TemplateObject;
}

/** A Deployment, ReplicaSet or StatefulSet. */
export interface WorkloadObject extends KubeObject {
  readonly spec: WorkloadSpec & Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Returns a random name suffix in the alphabet that Kubernetes uses. */
export function nameSuffix(length: number, digit: () => number): string {
  let text = '';
  while (text.length < length) text += LETTERS[digit() % LETTERS.length] ?? 'b';
  return text;
}

/**
 * Returns the hash of a template for the name of its ReplicaSet. Equal templates have equal hashes.
 */
export function templateHash(template: TemplateObject): string {
  const { 'pod-template-hash': _, ...labels } = template.metadata.labels;
  const text = JSON.stringify([labels, template.metadata.annotations ?? {}, template.spec]);
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return nameSuffix(10, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return state >>> 8;
  });
}

/** Returns the labels of a workload and its pods. */
export function workloadLabels(spec: PodSpec): Readonly<Record<string, string>> {
  return spec.labels ?? { app: spec.name, layer: 'application' };
}

/** Returns the labels that select a workload's pods: all except `layer`, if there are others. */
export function selectorLabels(spec: PodSpec): Readonly<Record<string, string>> {
  const { layer: _, ...named } = workloadLabels(spec);
  return Object.keys(named).length === 0 ? workloadLabels(spec) : named;
}

/** Returns the template of a workload's pods. */
export function podTemplate(spec: PodSpec): TemplateObject {
  const containers = spec.containers ?? [{ name: spec.name }];
  return {
    metadata: { creationTimestamp: null, labels: workloadLabels(spec) },
    spec: {
      ...(spec.configMap ? { volumes: [configVolume(spec.configMap.name)] } : {}),
      containers: containers.map((container, index) =>
        containerTemplate(container, spec, index === 0),
      ),
      restartPolicy: spec.kind === 'Job' ? 'OnFailure' : 'Always',
      terminationGracePeriodSeconds: spec.gracePeriodSeconds ?? 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
  };
}

function configVolume(name: string): Record<string, unknown> {
  return { name: 'config', configMap: { name, defaultMode: 420 } };
}

function containerTemplate(container: ContainerSpec, spec: PodSpec, isFirst: boolean) {
  const ports = Object.entries(container.ports ?? {}).map(([name, containerPort]) => ({
    name,
    containerPort,
    protocol: 'TCP' as const,
  }));
  const env = Object.entries(spec.env ?? {}).map(([name, value]) => ({ name, value }));
  const first = ports[0];
  return {
    name: container.name,
    image: container.image ?? `circleci/${container.name}:3.0.0`,
    ...(container.command ? { command: container.command } : {}),
    ...(ports.length === 0 ? {} : { ports }),
    ...(env.length === 0 ? {} : { env }),
    resources: spec.cpu ? { requests: { cpu: spec.cpu } } : {},
    ...(spec.configMap && isFirst
      ? { volumeMounts: [{ name: 'config', mountPath: spec.configMap.mountPath }] }
      : {}),
    ...(spec.readyAfterMs && first
      ? { readinessProbe: probe(first.containerPort, spec.readinessPath) }
      : {}),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: spec.situation === 'image-missing' ? 'Never' : 'IfNotPresent',
  };
}

function probe(port: number, path: string | undefined): Record<string, unknown> {
  return {
    ...(path === undefined ? { tcpSocket: { port } } : { httpGet: { path, port, scheme: 'HTTP' } }),
    timeoutSeconds: 1,
    periodSeconds: 3,
    successThreshold: 1,
    failureThreshold: 3,
  };
}

/** Returns the specification of a pod from its template, with the service account token volume. */
export function podSpecOf(template: TemplateObject, suffix: string, host?: string): PodTemplate {
  const volume = `kube-api-access-${suffix}`;
  const { volumes, containers, restartPolicy, terminationGracePeriodSeconds, ...rest } =
    template.spec;
  const mount = {
    name: volume,
    readOnly: true,
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };
  return {
    volumes: [...(Array.isArray(volumes) ? volumes : []), tokenVolume(volume)],
    containers: containers.map(
      ({
        volumeMounts,
        terminationMessagePath,
        terminationMessagePolicy,
        imagePullPolicy,
        ...container
      }) => ({
        ...container,
        name: container.name,
        image: container.image,
        volumeMounts: [...(Array.isArray(volumeMounts) ? volumeMounts : []), mount],
        terminationMessagePath,
        terminationMessagePolicy,
        imagePullPolicy,
      }),
    ),
    restartPolicy,
    terminationGracePeriodSeconds,
    ...rest,
    serviceAccountName: 'default',
    serviceAccount: 'default',
    ...(host === undefined ? {} : { hostname: host, subdomain: host.replace(/-\d+$/, '') }),
    tolerations: ['not-ready', 'unreachable'].map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function tokenVolume(name: string): Record<string, unknown> {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
      ],
      defaultMode: 420,
    },
  };
}

/** Returns a reference to the controller that owns an object. */
export function ownedBy(apiVersion: string, kind: string, owner: ObjectMeta): OwnerReference {
  return {
    apiVersion,
    kind,
    name: owner.name,
    uid: owner.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
