import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  deploymentChanges,
  type Manifest,
  nameOf,
  newDeployment,
  type Workload,
} from './kubernetes-objects.ts';

/** A resource as its address names it. */
type Resource =
  'nodes' | 'pods' | 'deployments' | 'replicasets' | 'statefulsets' | 'horizontalpodautoscalers';

const GROUPS: Readonly<Record<string, readonly (readonly [Resource, kind: string])[]>> = {
  '/api/v1': [
    ['nodes', 'Node'],
    ['pods', 'Pod'],
  ],
  '/apis/apps/v1': [
    ['deployments', 'Deployment'],
    ['replicasets', 'ReplicaSet'],
    ['statefulsets', 'StatefulSet'],
  ],
  '/apis/autoscaling/v2': [['horizontalpodautoscalers', 'HorizontalPodAutoscaler']],
};

export interface KubernetesApi {
  readonly url: string;
  /** By resource; faults change what is in it. */
  readonly objects: Readonly<Record<Resource, Manifest[]>>;
  /** New pods never become ready while it is set. */
  stuck: boolean;
  /** What kubectl is configured with. */
  readonly kubeconfig: string;
  /** Told when a roll-out, or its roll-back, is complete: the image that runs now. */
  onRollout: (image: string) => void;
  close(): Promise<void>;
}

/**
 * A stand-in of a Kubernetes API server, small, and real enough for kubectl: it speaks discovery, get, list and watch, and
 * for one deployment patch, scale and the revisions that `kubectl rollout status` and `undo` read. No pod runs anywhere.
 */
export async function startKubernetesApi(options: {
  readonly namespace: string;
  readonly deployment: Workload;
  readonly others: Partial<Record<Exclude<Resource, 'deployments' | 'replicasets'>, readonly Manifest[]>>;
}): Promise<KubernetesApi> {
  const { namespace, others } = options;
  const { deployment, replicaSet } = newDeployment(namespace, options.deployment);
  const objects: KubernetesApi['objects'] = {
    nodes: [...(others.nodes ?? [])],
    pods: [...(others.pods ?? [])],
    statefulsets: [...(others.statefulsets ?? [])],
    horizontalpodautoscalers: [...(others.horizontalpodautoscalers ?? [])],
    deployments: [deployment],
    replicasets: [replicaSet],
  };
  const watchers = new Set<{ readonly resource: Resource; readonly response: ServerResponse }>();
  const changed = (resource: Resource, object: Manifest): void => {
    for (const watcher of watchers) {
      if (watcher.resource === resource)
        watcher.response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    }
  };
  const changes = deploymentChanges({
    deployment,
    replicaSets: objects.replicasets,
    stuck: () => api.stuck,
    onChange: () => changed('deployments', deployment),
    onRollout: (image) => api.onRollout(image),
  });

  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const known = discovery(url.pathname);
      const found = addressed(url, namespace);
      const say = (status: number, json: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      if (known !== undefined) return say(200, known);
      if (found === undefined) return say(404, failure(404, `the stand-in has no ${url.pathname}`));
      const { resource, kind, apiVersion, name, part } = found;
      const all = objects[resource].filter((object) => selected(object, url.searchParams));
      if (url.searchParams.get('watch') === 'true') {
        const watcher = { resource, response };
        watchers.add(watcher);
        response.on('close', () => watchers.delete(watcher));
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
        return undefined;
      }
      if (name === undefined)
        return say(200, {
          kind: `${kind}List`,
          apiVersion,
          metadata: { resourceVersion: changes.version() },
          items: all,
        });
      const object = all.find((one) => nameOf(one) === name);
      if (object === undefined) return say(404, failure(404, `${resource} "${name}" not found`));
      if (part === 'scale') {
        if (request.method !== 'GET') changes.scale(JSON.parse(text) as Manifest);
        return say(200, changes.scaleOf());
      }
      if (request.method === 'PATCH' && object === deployment) {
        changes.patch(JSON.parse(text));
        return say(200, deployment);
      }
      return request.method === 'GET'
        ? say(200, object)
        : say(405, failure(405, 'the stand-in only reads this'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: KubernetesApi = {
    url,
    objects,
    stuck: false,
    kubeconfig: kubeconfig(url, namespace),
    onRollout: () => undefined,
    close: async () => {
      changes.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

function kubeconfig(server: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'stand-in', cluster: { server } }],
    users: [{ name: 'stand-in', user: {} }],
    contexts: [{ name: 'stand-in', context: { cluster: 'stand-in', user: 'stand-in', namespace } }],
    'current-context': 'stand-in',
  });
}

const failure = (code: number, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: code === 404 ? 'NotFound' : 'MethodNotAllowed',
  message,
  code,
});

/** What kubectl asks first: which resources there are. */
function discovery(path: string): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.0-stand-in' };
  if (path === '/apis') {
    const groups = Object.keys(GROUPS)
      .filter((group) => group !== '/api/v1')
      .map((group) => {
        const groupVersion = group.replace('/apis/', '');
        const [name = '', version = ''] = groupVersion.split('/');
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
      });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  const resources = GROUPS[path];
  if (resources === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: path.replace(/^\/apis?\//, ''),
    resources: resources.map(([name, kind]) => ({
      name,
      kind,
      singularName: kind.toLowerCase(),
      namespaced: name !== 'nodes',
      ...(name === 'horizontalpodautoscalers' ? { shortNames: ['hpa'] } : {}),
      verbs: ['get', 'list', 'watch', 'patch'],
    })),
  };
}

interface Addressed {
  readonly resource: Resource;
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string | undefined;
  readonly part: string | undefined;
}

function addressed(url: URL, namespace: string): Addressed | undefined {
  const group = Object.keys(GROUPS).find((one) => url.pathname.startsWith(`${one}/`));
  if (group === undefined) return undefined;
  const rest = url.pathname.slice(group.length + 1).split('/');
  if (rest[0] === 'namespaces' && rest[1] !== namespace) return undefined;
  const [resource, name, part] = rest[0] === 'namespaces' ? rest.slice(2) : rest;
  const found = GROUPS[group]?.find(([one]) => one === resource);
  return found === undefined
    ? undefined
    : { resource: found[0], kind: found[1], apiVersion: group.replace(/^\/apis?\//, ''), name, part };
}

function selected(object: Manifest, query: URLSearchParams): boolean {
  const wanted = /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  if (wanted !== undefined && nameOf(object) !== wanted) return false;
  const labels = (object['metadata'] as { labels?: Record<string, string> } | undefined)?.labels ?? {};
  return (query.get('labelSelector') ?? '')
    .split(',')
    .filter((one) => one !== '')
    .every((one) => {
      const [label = '', value = ''] = one.split('=');
      return labels[label] === value;
    });
}
