import type { IncomingMessage, ServerResponse } from 'node:http';

/** The little shop that the fixture plan's flow visits; every n-th returning visitor gets someone else's address. */
export function visitors(token: string, options: { wrongMailEvery?: number } = {}) {
  const known = new Map<string, string>();
  let returned = 0;
  const json = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  return {
    answer(request: IncomingMessage, response: ServerResponse, index: number, body: string): void {
      if (request.method === 'POST') {
        if (request.headers.authorization !== `Bearer ${token}`) return json(response, 401, {});
        const { email } = JSON.parse(body) as { email: string };
        known.set(`v${index}`, email);
        return json(response, 201, { id: `v${index}`, email, visits: 1 });
      }
      const id = request.url?.split('/')[2]?.split('?')[0] ?? '';
      returned += 1;
      const wrong = options.wrongMailEvery !== undefined && returned % options.wrongMailEvery === 0;
      setTimeout(
        () => json(response, 200, { id, email: wrong ? 'someone@else.test' : known.get(id), visits: 2 }),
        10,
      );
    },
  };
}
