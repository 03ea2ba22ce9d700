import { encodeRequest } from '../../contract/flow/http.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { RATE_LIMIT_WAIT_MS } from '../../contract/events/situation.ts';
import { EVENTS } from '../../contract/events/table.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { thirdPartyAt } from '../../contract/plan/addresses.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { Target } from '../../contract/plan/target.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { McpFault, type McpSession, type McpTool } from '../adapters/mcp/mcp-session.ts';
import { MOST_PAGES, openMcp } from '../adapters/mcp/streamable-http.ts';
import { CannotTell } from '../cannot-tell.ts';
import { causeOfNoAnswer, noAnswerStatement } from '../no-answer.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import { evaluateDocument } from './evaluate-document.ts';
import type { ProbeLook } from './probe-look.ts';

type McpProbe = Extract<Probe, { kind: 'mcp' }>;
type Call = NonNullable<McpProbe['call']>;

export const mcpLook: ProbeLook<McpProbe> = {
  // Connecting takes two, and ending the session one.
  mostAnswers: ({ call }) => 3 + MOST_PAGES + (call === undefined ? 0 : 1),
  look: (probe, tools, { plan }) => probeMcp(probe, tools, plan.target),
};

/** What to do, by what is wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  status: 'see that the path is the one where the server speaks streamable HTTP, and what its log says',
  protocol: 'see what answers at the path: it must speak the Model Context Protocol over streamable HTTP',
  'tool-error': 'call the tool by hand with the same arguments, and see what the log of the server says',
};

function wrongWith(cause: string): Pick<Probed, 'cause' | 'remedy'> {
  const remedy = REMEDIES[cause];
  return remedy === undefined ? { cause } : { cause, remedy };
}

function failed(statements: readonly Statement[], cause: string): Probed {
  return { statements, holds: '', ...wrongWith(cause) };
}

/** What came of one thing that was asked: its value, or the statement that does not hold, and why. */
type Asked<T> = { readonly value: T } | { readonly none: Statement; readonly cause: string };

/** Connects, looks for the tools, and calls the one of the plan. @throws CannotTell */
export async function probeMcp(probe: McpProbe, tools: ProbeTools, target: Target): Promise<Probed> {
  const look = new McpLook(probe, tools);
  const opened = await look.ask('connection', 'initialised', () => openMcp(look.place(target)));
  if ('none' in opened) return failed([opened.none], opened.cause);
  const session = opened.value;
  try {
    return await look.through(session);
  } finally {
    await session.close();
  }
}

class McpLook {
  readonly #probe: McpProbe;
  readonly #tools: ProbeTools;
  readonly #url: string;

  constructor(probe: McpProbe, tools: ProbeTools) {
    this.#probe = probe;
    this.#tools = tools;
    this.#url = encodeRequest({ method: 'POST', path: probe.path, endpoint: probe.endpoint }, tools.urls).url;
  }

  place(target: Target): Parameters<typeof openMcp>[0] {
    return {
      url: this.#url,
      headers: readHeaders(this.#probe.headers, resolveSecret),
      budgetMs: this.#probe.budgetMs,
      waitMs: this.#tools.rateLimitWaitMs ?? RATE_LIMIT_WAIT_MS,
      through: (wire) => targetApplication(wire, target),
    };
  }

  async through(session: McpSession): Promise<Probed> {
    const { tools: wanted, call } = this.#probe;
    const connected = holds('connection', true, session.server, 'initialised');
    const listed = await this.ask('list of tools', 'a list', () => session.tools());
    if ('none' in listed) return failed([connected, listed.none], listed.cause);
    const names = new Set(listed.value.map(({ name }) => name));
    const all = [...new Set([...wanted, ...(call === undefined ? [] : [call.tool])])];
    const there = all.map((name) => toolStatement(name, names));
    const statements = [connected, ...there];
    if (there.some(({ ok }) => !ok))
      return {
        statements,
        holds: '',
        cause: 'tool-missing',
        remedy: `see why the server does not list it; it lists: ${[...names].slice(0, 20).join(', ') || 'none'}`,
      };
    const said = `${session.server} lists ${all.length} of ${all.length} tools`;
    if (call === undefined) return { statements, holds: said, cause: '' };
    const called = await this.#call(session, call, listed.value);
    return {
      statements: [...statements, ...called.statements],
      holds: `${said}, and ${call.tool} answers as planned`,
      ...wrongWith(called.cause),
    };
  }

  async #call(
    session: McpSession,
    call: Call,
    tools: readonly McpTool[],
  ): Promise<{ readonly statements: readonly Statement[]; readonly cause: string }> {
    const name = `answer of ${call.tool}`;
    if (call.harmlessBecause === undefined && tools.find((one) => one.name === call.tool)?.readsOnly !== true)
      throw new CannotTell(
        'may-change-data',
        `${call.tool} is not called: the server does not say that it only reads`,
        {
          remedy:
            'say in the plan why calling it is harmless (call.harmlessBecause), or let the server say it: annotations.readOnlyHint',
        },
      );
    const asked = await this.ask(
      name,
      'a result',
      () => session.call(call.tool, call.arguments),
      ({ code, message }) =>
        code === undefined || call.showValues ? message : `MCP error ${code}: ${errorWords(call, message)}`,
    );
    if ('none' in asked) return { statements: [asked.none], cause: asked.cause };
    const { isError, body, text } = asked.value;
    if (isError) {
      const words = errorWords(call, text);
      return { statements: [holds(name, false, `an error: ${words}`, 'no error')], cause: 'tool-error' };
    }
    if (body === undefined)
      throw new CannotTell('empty-answer', `${name}: it gave nothing, so there is nothing to compare`, {
        remedy: 'call it with arguments for which it gives something',
      });
    const document = evaluateDocument(call, body);
    return {
      statements: [holds(name, true, String(shapeOf(body)), 'no error'), ...document.statements],
      cause: document.wrong ?? '',
    };
  }

  /** @throws CannotTell for what is not the target's */
  async ask<T>(
    name: string,
    expected: string,
    what: () => Promise<T>,
    words: (fault: McpFault) => string = ({ message }) => message,
  ): Promise<Asked<T>> {
    try {
      return { value: await what() };
    } catch (error) {
      if (error instanceof TargetUnreachable) {
        const { budgetMs } = this.#probe;
        const { control, urls, thirdParties } = this.#tools;
        const other = thirdPartyAt(this.#url, urls, thirdParties);
        const none = await noAnswerStatement(error, name, budgetMs, control, other);
        return { none, cause: causeOfNoAnswer(error) };
      }
      if (!(error instanceof McpFault)) throw error;
      if (error.status === 401 || error.status === 403)
        throw new CannotTell('not-let-in', `${name}: ${EVENTS['not-let-in'].words}: ${error.message}`, {
          remedy: 'give `headers` of the probe credentials that are valid and may use the server',
          cause: error,
        });
      if (error.kind === 'version')
        throw new CannotTell('protocol-version', `${name}: ${error.message}`, {
          remedy: 'install a newer @modelcontextprotocol/sdk, which speaks it',
          cause: error,
        });
      return { none: holds(name, false, words(error), expected), cause: error.kind };
    }
  }
}

/** The text of an error may be data of customers. */
function errorWords({ showValues }: Call, text: string): string {
  return showValues ? text : `${text.length} characters of text; showValues shows them`;
}

function toolStatement(name: string, names: ReadonlySet<string>): Statement {
  const there = names.has(name);
  return holds(
    `tool ${name}`,
    there,
    there ? 'listed' : `not among the ${names.size} that are listed`,
    'listed',
  );
}
