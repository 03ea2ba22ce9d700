/** An object of the API, as JSON. */
export type Manifest = Record<string, unknown>;

/** What is deployed. */
export interface Workload {
  readonly name: string;
  readonly replicas: number;
  readonly image: string;
  /** Names of the environment variables of the container. */
  readonly variables: readonly string[];
}

/** How long the stand-in takes until the pods of a new template are ready. */
const ROLLOUT_MS = 400;
const REVISION = 'deployment.kubernetes.io/revision';
const UID = 'stand-in-deployment';

export const nameOf = (object: Manifest): unknown => (object['metadata'] as Manifest | undefined)?.['name'];

interface Template {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: {
    readonly containers: { name: string; image: string; env?: { name: string; value: string }[] }[];
  };
}

interface Deployment {
  metadata: { generation: number; resourceVersion: string; annotations: Record<string, string> };
  spec: { replicas: number; template: Template };
  status: Record<string, unknown>;
}

/** A deployment whose roll-out is complete, and the replica set of its first revision. */
export function newDeployment(
  namespace: string,
  { name, replicas, image, variables }: Workload,
): { readonly deployment: Manifest; readonly replicaSet: Manifest } {
  const labels = { app: name };
  const template: Template = {
    metadata: { labels },
    spec: {
      containers: [{ name, image, env: variables.map((variable) => ({ name: variable, value: 'set' })) }],
    },
  };
  const deployment: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      uid: UID,
      generation: 1,
      resourceVersion: '1',
      labels,
      annotations: { [REVISION]: '1' },
    },
    spec: { replicas, selector: { matchLabels: labels }, strategy: { type: 'RollingUpdate' }, template },
    status: statusOf(1, replicas, replicas),
  };
  return { deployment, replicaSet: replicaSetOf(namespace, name, 1, template) };
}

function statusOf(observedGeneration: number, replicas: number, ready: number): Manifest {
  return {
    observedGeneration,
    replicas,
    updatedReplicas: ready,
    readyReplicas: ready,
    availableReplicas: ready,
    conditions: [{ type: 'Available', status: ready === replicas ? 'True' : 'False' }],
  };
}

function replicaSetOf(namespace: string, name: string, revision: number, template: Template): Manifest {
  const hash = `r${revision}`;
  const labels = { ...template.metadata.labels, 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: `stand-in-${hash}`,
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: UID, controller: true }],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    },
  };
}

/** What a controller does when a deployment changes. */
export function deploymentChanges(about: {
  readonly deployment: Manifest;
  readonly replicaSets: Manifest[];
  readonly stuck: () => boolean;
  readonly onChange: () => void;
  readonly onRollout: (image: string) => void;
}) {
  const { replicaSets, stuck, onChange, onRollout } = about;
  // One cast: it was made above, in this shape.
  const deployment = about.deployment as unknown as Deployment;
  const { name, namespace } = (about.deployment['metadata'] ?? {}) as { name: string; namespace: string };
  let version = 1;
  let timer: NodeJS.Timeout | undefined;
  const touch = (): void => {
    version += 1;
    deployment.metadata.resourceVersion = String(version);
    onChange();
  };
  const roll = (): void => {
    deployment.metadata.generation += 1;
    const { replicas } = deployment.spec;
    deployment.status = statusOf(deployment.metadata.generation, replicas, 0);
    touch();
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (stuck()) return;
      deployment.status = statusOf(deployment.metadata.generation, replicas, replicas);
      touch();
      onRollout(imageOf(deployment.spec.template));
    }, ROLLOUT_MS);
  };
  const revise = (template: Template): void => {
    deployment.spec.template = template;
    const revision = Number(deployment.metadata.annotations[REVISION]) + 1;
    deployment.metadata.annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
    const known = replicaSets.find((one) => imageOf(templateIn(one)) === imageOf(template));
    if (known === undefined) replicaSets.push(replicaSetOf(namespace, name, revision, template));
    else
      (known['metadata'] as { annotations: Record<string, string> }).annotations[REVISION] = String(revision);
    roll();
  };
  return {
    version: () => String(version),
    /** A JSON patch, as `rollout undo` sends it, or a strategic merge, as `set image` does. */
    patch: (patch: unknown): void => {
      const template = Array.isArray(patch)
        ? (patch as { path: string; value: unknown }[]).find(({ path }) => path === '/spec/template')?.value
        : merged(deployment.spec.template, patch as Manifest);
      if (template !== undefined) revise(withoutHash(template as Template));
    },
    scaleOf: (): Manifest => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, namespace, resourceVersion: String(version) },
      spec: { replicas: deployment.spec.replicas },
      status: { replicas: deployment.status['replicas'], selector: `app=${name}` },
    }),
    scale: (wanted: Manifest): void => {
      deployment.spec.replicas = Number((wanted['spec'] as Manifest | undefined)?.['replicas']);
      roll();
    },
    stop: () => clearTimeout(timer),
  };
}

const templateIn = (replicaSet: Manifest): Template =>
  (replicaSet['spec'] as { template: Template }).template;
const imageOf = (template: Template): string => template.spec.containers[0]?.image ?? '';

function withoutHash(template: Template): Template {
  const { 'pod-template-hash': _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Only images are merged: the stand-in is asked for nothing else. */
function merged(template: Template, patch: Manifest): Template {
  const images =
    (patch as { spec?: { template?: { spec?: { containers?: { name: string; image?: string }[] } } } }).spec
      ?.template?.spec?.containers ?? [];
  return {
    ...template,
    spec: {
      containers: template.spec.containers.map((one) => ({
        ...one,
        image: images.find(({ name }) => name === one.name)?.image ?? one.image,
      })),
    },
  };
}
