import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { Expectation } from './expectation.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';
import { ZodSchema } from './zod-schema.ts';

/** One call of a tool. */
const Call = z.strictObject({
  /** The name of the tool. */
  tool: z.string().min(1),
  /** What it is given. */
  arguments: z.record(z.string(), z.json()).default({}),
  /**
   * Why calling it is harmless, such as "a search". Needed where the server does not say itself that the tool only reads
   * (`readOnlyHint`): without either it is not called.
   */
  harmlessBecause: z.string().min(1).optional(),
  /** A zod schema: the shape of what it gives, as `expect` gets it. */
  schema: ZodSchema.optional(),
  /**
   * Comparisons of what it gives: `({ body }) => [atLeast('hits', body.hits.length, 1)]`. `body` is its structured content;
   * without one its text, parsed where it is JSON.
   */
  expect: Expectation.optional(),
  /** Shows the values that were compared, and the text of an error. They may be data of customers; by default only their shape is shown. */
  showValues: z.boolean().default(false),
});

/**
 * A server of the Model Context Protocol: clients connect, find its tools, and may call one. Needs the package
 * `@modelcontextprotocol/sdk`.
 */
export const mcp = probeKind({
  schema: probeSchema('mcp', {
    ...endpoint,
    /** Where it speaks streamable HTTP. */
    path: z.string().startsWith('/').default('/mcp'),
    ...headers,
    /** Names of tools that it must list. */
    tools: z.array(z.string().min(1)).default([]),
    /** A tool that is called; it must be listed as well. */
    call: Call.optional(),
  }),
  project: 'suites',
  shows:
    'A client of the Model Context Protocol connects, the tools are listed, and the one that is called answers as planned.',
  fails:
    'The connection is refused or not initialised, a tool is not listed, or the one that is called answers with an error, with something else, or not within the budget.',
  unknown:
    'We are not let in (401, 403), the rate is limited for too long, nothing says that the tool only reads, it gives nothing at all, its list of tools has too many pages, the server speaks another version of the protocol than our client, or our own network is down.',
  example: {
    kind: 'mcp',
    id: 'mcp-server-answers',
    title: 'Agents can connect and search products',
    headers: { authorization: { secret: 'MCP_TOKEN' } },
    tools: ['search_products', 'get_order'],
    call: { tool: 'search_products', arguments: { query: 'tea' } },
  },
  problems: ({ tools, call }, _plan, path): readonly Problem[] =>
    tools.length > 0 || call !== undefined
      ? []
      : [
          {
            path: `${path}.tools`,
            value: 'none',
            problem: 'looks for nothing on the server',
            remedy: "name what it must list: tools: ['search_products']; or a tool to call",
          },
        ],
});
