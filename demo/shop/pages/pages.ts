import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  customerOf,
  logIn,
  orderOf,
  payOrder,
  placeOrder,
  register,
  registrationSchema,
} from '../actions.ts';
import type { ShopParts } from '../parts.ts';
import type { OrderRequest } from '../pricing.ts';
import { asRefusal } from '../refusal.ts';
import { ShopError } from '../shop-error.ts';
import type { Customer } from '../store.ts';
import { sessionCookie, setSessionCookie } from './cookie.ts';
import { html, type Html } from './html.ts';
import { page, PAGE_HEADERS, styleSheet } from './layout.ts';
import {
  cartView,
  confirmationView,
  dashboardView,
  homeView,
  loginView,
  orderFormView,
  payView,
  registerView,
  type Typed,
} from './views.ts';

/** The shop for people: server-rendered pages and plain forms, usable without JavaScript. */
export function pages(scope: FastifyInstance, parts: ShopParts): void {
  const { shop } = parts;
  const show = (reply: FastifyReply, title: string, body: Html, problem?: ShopError): FastifyReply =>
    reply
      .code(problem?.status ?? 200)
      .type('text/html; charset=utf-8')
      .send(page({ title, shop, body, problem: problem?.message }));
  const customer = (request: FastifyRequest): Promise<Customer> =>
    customerOf(parts, sessionCookie(request, shop));
  const schema = registrationSchema(parts.store.nameFields);

  acceptForms(scope, parts.publicUrl);
  scope.addHook('onSend', async (_request, reply) => void reply.headers(PAGE_HEADERS));
  scope.setErrorHandler((error, _request, reply) => {
    const refusal = asRefusal(error, parts);
    if (refusal.code === 'not_logged_in') return reply.redirect('/login', 303);
    return show(reply, 'That did not work', html`<p><a href="/">Back to the shop</a></p>`, refusal);
  });

  scope.get('/', (_request, reply) => show(reply, 'Home', homeView(parts.release.version)));
  scope.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(styleSheet()));

  const registerPage = (reply: FastifyReply, typed: Typed, problem?: ShopError): FastifyReply =>
    show(reply, 'Register', registerView(parts.store.nameFields, typed), problem);
  scope.get('/register', (_request, reply) => registerPage(reply, {}));
  scope.post('/register', async (request, reply) => {
    const typed = formOf(request);
    try {
      const wanted = schema.parse({ ...typed, names: typed });
      await register(parts, wanted);
      setSessionCookie(reply, shop, await logIn(parts, wanted.email, wanted.password));
    } catch (error) {
      return registerPage(reply, typed, asRefusal(error, parts));
    }
    return reply.redirect('/order', 303);
  });
  scope.get('/verify', async (request, reply) => {
    const { token } = z.object({ token: z.string().min(1).max(100) }).parse(request.query);
    if (!(await parts.store.verify(token))) {
      throw new ShopError(404, 'unknown_link', 'This link is not known.');
    }
    return show(reply, 'Address confirmed', html`<p>Thank you. <a href="/login">Log in</a></p>`);
  });

  const loginPage = (reply: FastifyReply, typed: Typed, problem?: ShopError): FastifyReply =>
    show(reply, 'Log in', loginView(typed), problem);
  scope.get('/login', (_request, reply) => loginPage(reply, {}));
  scope.post('/login', async (request, reply) => {
    const typed = formOf(request);
    try {
      setSessionCookie(reply, shop, await logIn(parts, typed['email'] ?? '', typed['password'] ?? ''));
    } catch (error) {
      return loginPage(reply, typed, asRefusal(error, parts));
    }
    return reply.redirect('/dashboard', 303);
  });
  scope.post('/logout', async (request, reply) => {
    await parts.sessions.end(sessionCookie(request, shop) ?? '');
    setSessionCookie(reply, shop, '');
    return reply.redirect('/', 303);
  });

  scope.get('/order', async (request, reply) => {
    await customer(request);
    return show(reply, 'Order', orderFormView(await parts.catalogue.list()));
  });
  scope.post('/order', async (request, reply) => {
    await parts.carts.put((await customer(request)).id, chosen(formOf(request)));
    return reply.redirect('/cart', 303);
  });
  scope.get('/cart', async (request, reply) => {
    const lines = await parts.pricing.lines(await parts.carts.get((await customer(request)).id));
    return show(reply, 'Cart', cartView(lines, parts.pricing.totalCents(lines)));
  });
  scope.post('/cart', async (request, reply) => {
    const buyer = await customer(request);
    const order = await placeOrder(parts, buyer, await parts.carts.get(buyer.id));
    await parts.carts.empty(buyer.id);
    return reply.redirect(`/orders/${order.id}/pay`, 303);
  });

  scope.get('/orders/:id/pay', async (request, reply) =>
    show(reply, 'Pay', payView(await orderOf(parts, await customer(request), idOf(request)))),
  );
  scope.post('/orders/:id/pay', async (request, reply) => {
    const buyer = await customer(request);
    const order = await orderOf(parts, buyer, idOf(request));
    try {
      await payOrder(parts, buyer, order.id, formOf(request)['payment_method'] ?? '');
    } catch (error) {
      return show(reply, 'Pay', payView(order), asRefusal(error, parts));
    }
    return reply.redirect(`/orders/${order.id}/confirmation`, 303);
  });
  scope.get('/orders/:id/confirmation', async (request, reply) =>
    show(
      reply,
      'Order confirmation',
      confirmationView(await orderOf(parts, await customer(request), idOf(request))),
    ),
  );
  scope.get('/dashboard', async (request, reply) => {
    const buyer = await customer(request);
    return show(reply, 'Dashboard', dashboardView(buyer.displayName, await parts.store.orders(buyer.id)));
  });
}

/** Forms only, and only from our own pages: a cookie travels with forms of strangers too. */
function acceptForms(scope: FastifyInstance, publicUrl: string): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
  scope.addHook('onRequest', async (request) => {
    const { origin } = request.headers;
    if (request.method === 'POST' && origin !== undefined && origin !== publicUrl) {
      throw new ShopError(403, 'foreign_form', 'This form was not sent from this shop.');
    }
  });
}

function formOf(request: FastifyRequest): Typed {
  return z.record(z.string(), z.string()).parse(request.body ?? {});
}

function idOf(request: FastifyRequest): string {
  return z.object({ id: z.string() }).parse(request.params).id;
}

function chosen(form: Typed): OrderRequest[] {
  return Object.entries(form)
    .map(([sku, quantity]) => ({ sku, quantity: z.coerce.number().int().min(0).max(99).parse(quantity) }))
    .filter((item) => item.quantity > 0);
}
