import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { PaymentGateway } from '../../demo/shop/payment-gateway.ts';
import { ShopError } from '../../demo/shop/shop-error.ts';
import type { Asked, Reply, Route } from '../system/application.ts';
import { page } from '../system/routes.ts';
import type { Limit } from '../system/state.ts';

/** Of the accounts that the plan knows, by the ids that the seed gives them. */
export const TOKENS = {
  customer: 'stand-in-token-of-the-customer',
  other: 'stand-in-token-of-another-customer',
  admin: 'stand-in-token-of-the-administrator',
} as const;

/** What is wrong inside the application; faults say so. */
export interface Inside {
  /** Lists show everybody's rows to everybody. */
  listsAll: boolean;
  /** Orders are confirmed and not kept. */
  forgetsOrders: boolean;
  /** What is charged of every payment. */
  chargedShare: number;
  /** The application uses other flags than those that are stored: one of them is turned. */
  flagsTurned: boolean;
  /** Turning a flag is confirmed and not done. */
  flagsStick: boolean;
  /** Tripping a breaker is confirmed and not done. */
  breakersStick: boolean;
}
export const soundInside = (): Inside => ({
  listsAll: false,
  forgetsOrders: false,
  chargedShare: 1,
  flagsTurned: false,
  flagsStick: false,
  breakersStick: false,
});

/** Providers behind a circuit breaker. */
export const PROVIDERS = ['stripe', 'square', 'twilio', 'fcm', 'apns'] as const;

/** The path whose rate is limited, and how. */
export const LIMITED = '/api/test-rate-limit';
export const LIMIT: Limit = { requests: 5, seconds: 1 };

interface Visitor {
  readonly id: string;
  readonly role: string;
}

const NOBODY: Reply = { status: 401, json: { error: 'not logged in' } };
const NOT_FOUND: Reply = { status: 404, json: { error: 'not found' } };
const ok = (json: unknown): Reply => ({ status: 200, json });

/** What Samia Tarot answers, out of its database. */
export function samiaRoutes(pool: pg.Pool, payments: PaymentGateway, inside: Inside): readonly Route[] {
  const rows = async (sql: string, ...values: readonly unknown[]): Promise<readonly pg.QueryResultRow[]> =>
    (await pool.query<pg.QueryResultRow>(sql, [...values])).rows;
  const sessions = new Map<string, Visitor>([
    [TOKENS.customer, { id: '1', role: 'customer' }],
    [TOKENS.other, { id: '2', role: 'customer' }],
    [TOKENS.admin, { id: '3', role: 'admin' }],
  ]);
  const visitor = ({ headers }: Asked): Visitor | undefined =>
    sessions.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  const forVisitors =
    (answer: (who: Visitor, asked: Asked) => Promise<Reply>) =>
    async (asked: Asked): Promise<Reply> => {
      const who = visitor(asked);
      return who === undefined ? NOBODY : answer(who, asked);
    };
  const forAdmins = (answer: (asked: Asked) => Promise<Reply>) =>
    forVisitors(async ({ role }, asked) =>
      role === 'admin' ? answer(asked) : { status: 403, json: { error: 'not allowed' } },
    );
  /** Whose rows a visitor may see; null: everybody's. */
  const ownerOf = ({ id, role }: Visitor): string | null => (role === 'admin' || inside.listsAll ? null : id);

  /** A list of what belongs to somebody, and one of it. */
  const owned = (path: string, table: string, columns: string, owner: string): readonly Route[] => [
    {
      method: 'GET',
      path,
      answer: forVisitors(async (who, { query }) =>
        ok({
          [table]: await rows(
            `select ${columns} from ${table} where ($1::bigint is null or ${owner} = $1) order by id limit $2`,
            ownerOf(who),
            Number(query.get('limit') ?? 50),
          ),
        }),
      ),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      answer: forVisitors(async (who, { params }) => {
        const [found] = await rows(
          `select ${columns} from ${table} where id::text = $1 and ($2::bigint is null or ${owner} = $2)`,
          params['id'],
          who.role === 'admin' ? null : who.id,
        );
        return found === undefined ? NOT_FOUND : ok(found);
      }),
    },
  ];
  const breaker = (path: string, state: 'open' | 'closed'): Route => ({
    method: 'POST',
    path,
    answer: forAdmins(async ({ params }) => {
      if (inside.breakersStick) return ok({ state });
      const found = await rows(
        'update circuit_breakers set state = $2 where provider = $1 returning provider, state',
        params['provider'],
        state,
      );
      return found[0] === undefined ? NOT_FOUND : ok(found[0]);
    }),
  });
  const removal = (path: string, sql: string): Route => ({
    method: 'DELETE',
    path,
    answer: forAdmins(async ({ params }) => ({
      status: (await rows(sql, params['id'])).length > 0 ? 204 : 404,
    })),
  });

  return [
    {
      method: 'GET',
      path: '/health',
      answer: (_asked, { release, environment, services }) =>
        ok({
          status: services['database'] === 'down' ? 'unhealthy' : 'healthy',
          ...release,
          environment,
        }),
    },
    {
      method: 'GET',
      path: '/api/health/database',
      answer: async () => ok({ status: (await rows('select 1')).length === 1 ? 'healthy' : 'unhealthy' }),
    },
    {
      method: 'GET',
      path: '/api/health/providers',
      answer: (_asked, { services }) => {
        const all = PROVIDERS.map(
          (name) => [name, services[name] === 'down' ? 'unhealthy' : 'healthy'] as const,
        );
        const well = all.every(([, is]) => is === 'healthy');
        return ok({ status: well ? 'healthy' : 'degraded', providers: Object.fromEntries(all) });
      },
    },
    page('/', 'Samia Tarot'),
    page('/login', 'Log in'),
    { method: 'GET', path: LIMITED, answer: () => ok({ taken: true }) },
    {
      method: 'GET',
      path: '/api/services',
      answer: async () => ok({ services: await rows('select id, name, price from services order by id') }),
    },
    {
      method: 'GET',
      path: '/api/services/:id',
      answer: async ({ params }) => {
        const [found] = await rows('select id, name, price from services where id::text = $1', params['id']);
        return found === undefined ? NOT_FOUND : ok(found);
      },
    },
    {
      method: 'POST',
      path: '/api/auth/register',
      answer: async ({ body: { email, password } }) => {
        if (typeof email !== 'string' || typeof password !== 'string' || password.length < 8)
          return { status: 422, json: { error: 'not complete' } };
        const [made] = await rows(
          'insert into profiles (email, password) values ($1, $2) on conflict do nothing returning id',
          email,
          'x',
        );
        if (made === undefined) return { status: 409, json: { error: 'this address is taken' } };
        const token = randomBytes(24).toString('base64url');
        sessions.set(token, { id: String(made['id']), role: 'customer' });
        return { status: 201, json: { email, token } };
      },
    },
    {
      method: 'GET',
      path: '/api/profile',
      answer: forVisitors(async ({ id }) =>
        ok((await rows('select id, email, role from profiles where id = $1', id))[0] ?? {}),
      ),
    },
    ...owned('/api/profiles', 'profiles', 'id, email, role', 'id'),
    ...owned('/api/orders', 'orders', 'id, service_id, question_text, status', 'profile_id'),
    ...owned('/api/payments', 'payments', 'id, provider_reference, amount', 'profile_id'),
    {
      method: 'POST',
      path: '/api/orders',
      answer: forVisitors(async ({ id }, { body: { service_id, question_text } }) => {
        const columns = 'id, service_id, question_text, status';
        const values = [id, service_id, question_text];
        if (inside.forgetsOrders)
          return { status: 201, json: { id: '0', service_id, question_text, status: 'pending' } };
        const [made] = await rows(
          `insert into orders (profile_id, service_id, question_text) values ($1, $2, $3) returning ${columns}`,
          ...values,
        );
        return { status: 201, json: made };
      }),
    },
    {
      method: 'POST',
      path: '/api/payments/process',
      answer: forVisitors(async ({ id }, { headers, body: { payment_method, amount } }) => {
        const key = String(headers['idempotency-key'] ?? randomBytes(12).toString('hex'));
        try {
          const { reference } = await payments.charge({
            orderId: key,
            amountCents: Number(amount) * inside.chargedShare,
            paymentMethod: String(payment_method),
            idempotencyKey: key,
          });
          await rows(
            'insert into payments (profile_id, request_key, provider_reference, amount) values ($1, $2, $3, $4)',
            ...[id, key, reference, amount],
          );
          return ok({ provider: 'stripe', reference, amount });
        } catch (error) {
          if (!(error instanceof ShopError)) throw error;
          return { status: error.status, json: { error: error.code } };
        }
      }),
    },
    {
      method: 'POST',
      path: '/api/admin/payments/:key/refund',
      answer: forAdmins(async ({ params }) => {
        const [taken] = await rows(
          'delete from payments where request_key = $1 returning provider_reference',
          params['key'],
        );
        if (taken === undefined) return NOT_FOUND;
        await payments.refund(String(taken['provider_reference']));
        return { status: 204 };
      }),
    },
    removal('/api/admin/profiles/:id', 'delete from profiles where email = $1 returning id'),
    removal('/api/admin/orders/:id', 'delete from orders where question_text = $1 returning id'),
    {
      method: 'GET',
      path: '/api/admin/feature-flags',
      answer: forAdmins(async () => {
        const flags = await rows('select flag_key, is_enabled, rollout_percentage from feature_flags');
        return ok({
          flags: flags.map(({ flag_key, is_enabled, rollout_percentage }) => ({
            flag_key: String(flag_key),
            is_enabled: is_enabled === true && !(inside.flagsTurned && flag_key === 'budget_guards_enabled'),
            rollout_percentage: Number(rollout_percentage),
          })),
        });
      }),
    },
    {
      method: 'POST',
      path: '/api/admin/feature-flags/:key',
      answer: async (asked, state) =>
        forAdmins(async ({ params, body: { is_enabled } }) => {
          if (inside.flagsStick) return ok({ is_enabled });
          await rows(
            'update feature_flags set is_enabled = $2 where flag_key = $1',
            params['key'],
            is_enabled === true,
          );
          if (params['key'] === 'rate_limiting_enabled') {
            if (is_enabled === true) state.limits.set(LIMITED, LIMIT);
            else state.limits.delete(LIMITED);
          }
          return ok({ is_enabled });
        })(asked),
    },
    {
      method: 'GET',
      path: '/admin/circuit-breakers',
      answer: forAdmins(async () =>
        ok({ breakers: await rows('select provider, state from circuit_breakers') }),
      ),
    },
    breaker('/admin/circuit-breakers/:provider/trip', 'open'),
    breaker('/admin/circuit-breakers/:provider/reset', 'closed'),
    breaker('/test/circuit-breaker/:provider/fail', 'open'),
    breaker('/test/circuit-breaker/:provider/success', 'closed'),
  ];
}
