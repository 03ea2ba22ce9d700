import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { customerOf, logIn, register, registrationSchema } from '../actions.ts';
import type { ShopParts } from '../parts.ts';
import { bearerToken } from './bearer.ts';
import { customerView } from './views.ts';

const Credentials = z.object({ email: z.string().max(200), password: z.string().max(200) });

/** Registration, login, and who I am. */
export function customerRoutes(app: FastifyInstance, parts: ShopParts): void {
  const schema = registrationSchema(parts.store.nameFields);
  app.post('/api/customers', async (request, reply) => {
    const body = z.record(z.string(), z.unknown()).parse(request.body);
    // The API is flat: the name fields stand beside the address.
    const customer = await register(parts, schema.parse({ ...body, names: body }));
    return reply.code(201).send(customerView(customer));
  });
  app.post('/api/sessions', async (request, reply) => {
    const { email, password } = Credentials.parse(request.body);
    return reply.code(201).send({ token: await logIn(parts, email, password) });
  });
  app.delete('/api/sessions', async (request, reply) => {
    await parts.sessions.end(bearerToken(request) ?? '');
    return reply.code(204).send();
  });
  app.get('/api/me', async (request) => customerView(await customerOf(parts, bearerToken(request))));
}
