import { randomBytes } from 'node:crypto';
import type { Asked, Reply, Route } from './application.ts';
import type { Store } from './store.ts';

const DENIED: Reply = { status: 401, json: { error: 'not logged in' } };

/** Lets a request in, or says why not. */
export type Guard = (asked: Asked) => Reply | undefined;

/** Those who bring the key of a function, as Azure Functions want it. */
export function functionKey(key: string): Guard {
  return ({ headers }) => (headers['x-functions-key'] === key ? undefined : DENIED);
}

/** The health document: the release, where it runs, and what it rests on. */
export function health(path: string): Route {
  return {
    method: 'GET',
    path,
    answer: (_asked, { release, environment, services }) => ({
      status: 200,
      json: {
        status: Object.values(services).includes('down') ? 'degraded' : 'healthy',
        version: release.version,
        commit: release.commit,
        environment,
        services,
      },
    }),
  };
}

/** A document that never changes. */
export function document(path: string, json: unknown, guard?: Guard): Route {
  return { method: 'GET', path, answer: (asked) => guard?.(asked) ?? { status: 200, json } };
}

/** A page with a heading. */
export function page(path: string, heading: string, guard?: Guard): Route {
  return {
    method: 'GET',
    path,
    answer: (asked) =>
      guard?.(asked) ?? {
        status: 200,
        html: `<!doctype html><html lang="en"><head><title>${heading}</title></head><body><h1>${heading}</h1></body></html>`,
      },
  };
}

/** Create, read, list and remove (`DELETE <path>/<value of by>`) one kind of thing. */
export function collection(options: {
  readonly path: string;
  readonly kind: string;
  readonly store: Store;
  readonly guard?: Guard;
  /** The field by which one is removed. */
  readonly by: string;
  /** What is kept of what was sent; undefined: it is refused with 422. */
  readonly accept: (body: Asked['body']) => Readonly<Record<string, unknown>> | undefined;
}): readonly Route[] {
  const { path, kind, store, guard, accept, by } = options;
  const guarded =
    (answer: (asked: Asked) => Promise<Reply>) =>
    async (asked: Asked): Promise<Reply> =>
      guard?.(asked) ?? answer(asked);
  return [
    {
      method: 'POST',
      path,
      answer: guarded(async ({ body }) => {
        const row = accept(body);
        if (row === undefined) return { status: 422, json: { error: 'not complete' } };
        return { status: 201, json: await store.add(kind, row) };
      }),
    },
    {
      method: 'GET',
      path,
      answer: guarded(async () => ({ status: 200, json: { [kind]: await store.all(kind) } })),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      answer: guarded(async ({ params }) => {
        const found = await store.find(kind, params['id'] ?? '');
        return found === undefined
          ? { status: 404, json: { error: 'not found' } }
          : { status: 200, json: found };
      }),
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      answer: guarded(async ({ params }) => ({
        status: (await store.removeBy(kind, by, params['id'] ?? '')) ? 204 : 404,
      })),
    },
  ];
}

export interface Account {
  readonly email: string;
  readonly password: string;
  readonly role: 'user' | 'admin';
}

/** Log-in by mail address and password, and guards for those who are logged in. */
export function accounts(known: readonly Account[]): {
  readonly routes: readonly Route[];
  readonly user: Guard;
  readonly admin: Guard;
} {
  const sessions = new Map<string, Account>();
  const sessionOf = ({ headers }: Asked): Account | undefined => {
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const cookie = /(?:^|;\s*)session=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    return sessions.get(bearer ?? cookie ?? '');
  };
  return {
    routes: [
      {
        method: 'POST',
        path: '/api/sessions',
        answer: ({ body }) => {
          const found = known.find(
            ({ email, password }) => email === body['email'] && password === body['password'],
          );
          if (found === undefined) return { status: 401, json: { error: 'wrong address or password' } };
          const token = randomBytes(24).toString('base64url');
          sessions.set(token, found);
          return {
            status: 201,
            json: { token, role: found.role },
            headers: { 'set-cookie': `session=${token}; Path=/; HttpOnly; Secure; SameSite=Lax` },
          };
        },
      },
    ],
    user: (asked) => (sessionOf(asked) === undefined ? DENIED : undefined),
    admin: (asked) => {
      const session = sessionOf(asked);
      if (session === undefined) return DENIED;
      return session.role === 'admin' ? undefined : { status: 403, json: { error: 'not allowed' } };
    },
  };
}
