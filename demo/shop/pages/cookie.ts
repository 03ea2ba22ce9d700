import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ShopName } from '../parts.ts';

/** Cookies ignore ports: two shops on one host need two names, or each would log the other's customers out. */
const nameOf = (shop: ShopName): string => `${shop}_shop_session`;

/** The session token that the browser sent. */
export function sessionCookie(request: FastifyRequest, shop: ShopName): string | undefined {
  const wanted = `${nameOf(shop)}=`;
  return request.headers.cookie
    ?.split(/;\s*/)
    .find((pair) => pair.startsWith(wanted))
    ?.slice(wanted.length);
}

/** Gives the browser a session token, or takes it away with an empty one. */
export function setSessionCookie(reply: FastifyReply, shop: ShopName, token: string): void {
  const end = token === '' ? '; Max-Age=0' : '';
  void reply.header('set-cookie', `${nameOf(shop)}=${token}; Path=/; HttpOnly; SameSite=Lax${end}`);
}
