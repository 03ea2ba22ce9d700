import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { patternOf } from '../../contract/plan/probes/expectation.ts';
import type { OthersData } from '../../contract/plan/probes/open.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { LogInTools } from '../parity/log-in.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { redirected, REDIRECTS } from '../probes/follow-redirects.ts';
import type { ProbeLook } from '../probes/probe-look.ts';
import { firstWrong } from '../words.ts';
import { OPEN_REMEDIES } from './open-remedies.ts';
import { type Came, receptionAtEnd } from './reception-at-end.ts';
import { isRefusal, leadsToLogIn, type Reception, type RefusalMarks, textOf } from './refusal.ts';
import { isSamePlace, isThere, leadsTo, withoutQuery } from './where-it-leads.ts';
import { FILES, listsFolder, tellsOfErrors } from './telling-texts.ts';
import { fillIn, letIn, type LetIn } from './visitors.ts';

type OpenProbe = Extract<Probe, { kind: 'open' }>;
type Method = 'GET' | 'HEAD' | 'OPTIONS';

/** Nobody's address: such names never exist (RFC 2606). */
const FOREIGN = 'greenlight-redirect.example';
/** Ways to write it that some checks of addresses take for a path of their own. */
const LURES = [`https://${FOREIGN}/`, `//${FOREIGN}/`, `/\\${FOREIGN}/`];
/** Redirects within the site that are followed. */
const MOST_HOPS = 3;
const NOBODY = { headers: {}, captured: {} } satisfies LetIn;

export const openLook: ProbeLook<OpenProbe> = {
  mostAnswers: (probe, plan) =>
    2 * (1 + MOST_HOPS) * ((probe.refused?.length ?? 0) + (probe.others?.length ?? 0)) +
    (1 + MOST_HOPS) * (probe.errors?.length ?? 0) +
    (1 + MOST_HOPS) *
      LURES.length *
      (probe.redirects ?? []).reduce((sum, { parameters }) => sum + parameters.length, 0) +
    (probe.listings?.length ?? 0) +
    2 * (probe.credentials?.length ?? 0) +
    (probe.files === true ? FILES.length : 0) +
    (probe.moreFiles?.length ?? 0) +
    probe.visitors.reduce(
      (sum, { logIn }) =>
        sum + 2 * (1 + MOST_HOPS) + (plan.flows.find(({ id }) => id === logIn)?.steps.length ?? 0),
      0,
    ),
  look: (probe, tools, logIn) => probeOpen(probe, tools, logIn),
};

/** Looks for all that the plan says must not stand open. All is asked, so that one look shows all of it. */
export async function probeOpen(probe: OpenProbe, tools: ProbeTools, logIn?: LogInTools): Promise<Probed> {
  const look = new OpenLook(probe, tools, logIn);
  for (const one of probe.refused ?? [])
    await look.refused(typeof one === 'string' ? { path: one, method: 'GET' } : one);
  for (const one of probe.others ?? []) await look.others(one);
  for (const path of probe.errors ?? []) await look.errors(path);
  for (const { path, parameters } of probe.redirects ?? [])
    for (const parameter of parameters) await look.redirects(path, parameter);
  for (const path of probe.listings ?? []) await look.listings(path);
  for (const one of probe.credentials ?? []) await look.credentials(one);
  const more = (probe.moreFiles ?? []).map(({ path, contains }) => ({ path, contains: patternOf(contains) }));
  for (const one of [...(probe.files === true ? FILES : []), ...more])
    await look.file(one.path, one.contains);
  return look.done();
}

class OpenLook {
  readonly #probe: OpenProbe;
  readonly #tools: ProbeTools;
  readonly #logIn: LogInTools | undefined;
  readonly #marks: RefusalMarks;
  readonly #statements: Statement[] = [];
  readonly #causes = new Map<Statement, string>();
  readonly #unclear: CannotTell[] = [];
  /** For each file and folder that was asked for, whether the answer shows what is served. */
  readonly #places: boolean[] = [];
  /** Each visitor comes in once. */
  readonly #inside = new Map<string, Promise<LetIn>>();

  constructor(probe: OpenProbe, tools: ProbeTools, logIn: LogInTools | undefined) {
    this.#probe = probe;
    this.#tools = tools;
    this.#logIn = logIn;
    this.#marks = {
      refusedWith: probe.refusedWith,
      logInAt: new RegExp(probe.logInAt, 'i'),
      logInPage: new RegExp(probe.logInPage, 'i'),
    };
  }

  /** Asks an address as nobody. */
  refused(one: { path: string; method: Method; for?: string | undefined }): Promise<void> {
    const { path, method } = one;
    return this.#try(async () => {
      const name = `${method} ${path} for nobody`;
      const came = await this.#ask(path, NOBODY, name, { method, follow: 'site' });
      if (came === undefined) return;
      const reception = this.#receive(path, came);
      const expected = `refused (${this.#probe.refusedWith.join(', ')}, or the way to the log-in)`;
      if (reception !== 'let-in' && reception !== 'broken' && !isRefusal(reception))
        throw this.#unsure(name, came, reception);
      // The page of the log-in is known by its text, which does not come with HEAD.
      const isPage = /\bhtml\b/i.test(came.headers['content-type'] ?? '');
      if (method === 'HEAD' && reception === 'let-in' && isPage)
        throw new CannotTell('not-told-apart', `${name}: answered ${came.status} with an unseen page`, {
          remedy: 'ask by GET: this may be the page of the log-in',
        });
      const ok = isRefusal(reception);
      this.#say(holds(name, ok, this.#words(came, reception), expected), 'lets-anybody-in');
      if (ok && one.for !== undefined) await this.#letsIn(path, one.for, method);
    });
  }

  /** That a visitor is let in shows that there is something that is guarded. */
  async #letsIn(path: string, visitor: string, method: Method): Promise<void> {
    const name = `${method} ${path} for ${visitor}`;
    const who = await this.#visitor(visitor);
    const came = await this.#ask(path, who, name, { method, follow: 'site' });
    if (came === undefined || this.#receive(path, came) === 'let-in') return;
    throw new CannotTell(
      'nothing-to-guard',
      `${name}: answered ${came.status}, so nothing shows what is guarded there`,
      {
        remedy: `correct the address, or the credentials of "${visitor}"`,
      },
    );
  }

  /** Asks for what belongs to one visitor as another one. */
  others({ path, owner, other, marker }: OthersData): Promise<void> {
    return this.#try(async () => {
      const [ada, bob] = [await this.#visitor(owner), await this.#visitor(other)];
      const at = fillIn(path, ada, owner);
      const name = `${path} of ${owner} for ${other}`;
      const own = await this.#ask(at, ada, `${path} for ${owner}`, { follow: 'site' });
      if (own === undefined) return;
      const text = textOf(own);
      const mark = marker === undefined ? undefined : fillIn(marker, ada, owner);
      if (this.#receive(at, own) !== 'let-in' || (mark !== undefined && !text.includes(mark)))
        throw new CannotTell(
          'owner-refused',
          `${path}: the owner "${owner}" gets ${own.status}${mark === undefined ? '' : ', or no marker in it'}, so nothing shows what must not be given to others`,
          { remedy: 'correct path, marker or what the log-in captures' },
        );
      const theirs = await this.#ask(at, bob, name, { follow: 'site' });
      if (theirs === undefined) return;
      const expected = 'refused, or not found';
      const got = textOf(theirs);
      const received = this.#receive(at, theirs);
      // A log-in repeats the address that was asked for, to lead there afterwards.
      const isRepeated = mark !== undefined && received === 'to-log-in' && at.includes(mark);
      // Wherever they were sent: by its marker it is known.
      const isGiven = mark !== undefined && !isRepeated && theirs.status < 300 && got.includes(mark);
      const reception = isGiven ? 'let-in' : received;
      if (isRefusal(reception) || reception === 'not-there')
        return this.#say(holds(name, true, this.#words(theirs, reception), expected), '');
      if (reception === 'broken')
        return this.#say(holds(name, false, `answered ${theirs.status}`, expected), 'broken');
      if (reception !== 'let-in') throw this.#unsure(name, theirs, reception);
      const isTheirs = mark === undefined ? got === text && got !== '' : isGiven;
      if (isTheirs)
        return this.#say(
          holds(name, false, `answered ${theirs.status} with what belongs to ${owner}`, expected),
          'gives-to-others',
        );
      // Two answers are never quite the same: without a marker nobody knows whether the difference is the data.
      if (mark === undefined)
        throw new CannotTell(
          'not-told-apart',
          `${name}: answered ${theirs.status} with another text than to ${owner}`,
          {
            remedy: 'name a text that only the answer to the owner has: marker',
          },
        );
      this.#say(holds(name, true, `answered ${theirs.status} without it`, expected), '');
    });
  }

  errors(path: string): Promise<void> {
    return this.#try(async () => {
      const name = `what ${path} tells`;
      const came = await this.#ask(path, NOBODY, name, { follow: 'site' });
      if (came === undefined) return;
      const tells = tellsOfErrors(textOf(came));
      // A guard answered before anything could go wrong: what an error tells was not seen.
      if (tells === undefined && isRefusal(this.#receive(path, came)))
        throw new CannotTell('guarded', `${name}: answered ${came.status}, before any error`, {
          remedy: 'name an address that answers without a log-in and breaks there',
        });
      if (tells === undefined && REDIRECTS.includes(came.status))
        throw new CannotTell(
          'sent-on',
          `${name}: sent on (${came.status}) to ${withoutQuery(came.headers['location'])}, where nobody looked`,
          { remedy: 'name an address of the target itself that breaks there' },
        );
      const measured = `${came.status} with ${tells ?? 'nothing of the inside'}`;
      this.#say(holds(name, tells === undefined, measured, 'nothing of the inside'), 'tells-the-inside');
    });
  }

  redirects(path: string, parameter: string): Promise<void> {
    return this.#try(async () => {
      const name = `where ${parameter} of ${path} leads`;
      let last: Came | undefined;
      for (const lure of LURES) {
        const at = `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(parameter)}=${encodeURIComponent(lure)}`;
        const came = await this.#ask(at, NOBODY, name, { follow: 'site' });
        if (came === undefined) return;
        if (last === undefined || isThere(came)) last = came;
        if (leadsTo(came, came.at) !== FOREIGN) continue;
        this.#say(
          holds(name, false, `${came.status} to any site (${lure})`, 'within the site'),
          'open-redirect',
        );
        return;
      }
      // A page that has sent on is there, wherever it sent to.
      if (last !== undefined && !isThere(last) && !last.wasSentOn)
        throw new CannotTell('not-there', `${name}: answered ${last.status}, no page that sends on`, {
          remedy: 'correct the path of the page that sends visitors on',
        });
      this.#say(holds(name, true, 'not to another site', 'within the site'), '');
    });
  }

  listings(path: string): Promise<void> {
    return this.#try(async () => {
      const name = `list of ${path}`;
      const came = await this.#ask(path, NOBODY, name);
      if (came === undefined) return;
      this.#lookedAt(path, came);
      const lists = came.status < 300 ? listsFolder(textOf(came)) : undefined;
      this.#say(
        holds(name, lists === undefined, `${came.status} with ${lists ?? 'no list'}`, 'no list'),
        'lists-a-folder',
      );
    });
  }

  credentials({ path, user, password }: NonNullable<OpenProbe['credentials']>[number]): Promise<void> {
    return this.#try(async () => {
      const name = `${user} at ${path}`;
      const nobody = await this.#ask(path, NOBODY, `${path} for nobody`);
      if (nobody === undefined) return;
      if (!isRefusal(this.#receive(path, nobody)))
        throw new CannotTell(
          'nothing-to-guard',
          `${path} for nobody: answered ${nobody.status}, so no password is wanted`,
          {
            remedy: 'name an address that asks for a password (HTTP Basic), or look at it by `refused`',
          },
        );
      const basic = Buffer.from(`${user}:${resolveSecret(password)}`).toString('base64');
      const came = await this.#ask(
        path,
        { headers: { authorization: `Basic ${basic}` }, captured: {} },
        name,
      );
      if (came === undefined) return;
      const reception = this.#receive(path, came);
      if (reception === 'broken' || reception === 'odd') throw this.#unsure(name, came, reception);
      const ok = isRefusal(reception);
      // A form does not read it: then that password was not tried at all.
      if (ok && this.#receive(path, nobody) === 'to-log-in')
        throw new CannotTell(
          'no-basic',
          `${name}: the way to a log-in, which takes no password by HTTP Basic, so it was not tried`,
          { remedy: 'name an address that asks for a password (HTTP Basic): 401' },
        );
      this.#say(holds(name, ok, this.#words(came, reception), 'refused'), 'default-credentials');
    });
  }

  /** A page that says that there is no such file may come with 200: only the content tells. */
  file(path: string, contains: RegExp): Promise<void> {
    return this.#try(async () => {
      const name = `file ${path}`;
      const came = await this.#ask(path, NOBODY, name);
      if (came === undefined) return;
      this.#lookedAt(path, came);
      const served = came.status >= 200 && came.status < 300 && contains.test(textOf(came));
      this.#say(
        holds(
          name,
          !served,
          served ? `${came.status} with its content` : `${came.status}, not the file`,
          'not served',
        ),
        'serves-a-file',
      );
    });
  }

  /** An error of the server, and the way to the same place at another host, do not show what is served. */
  #lookedAt(path: string, { status, headers }: ResponseView): void {
    const from = new URL(this.#url(path));
    const location = REDIRECTS.includes(status) ? headers['location'] : undefined;
    const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : from;
    this.#places.push(status < 500 && (to.host === from.host || to.pathname !== from.pathname));
  }

  /** What one question cannot tell hides no fault that another one shows. */
  async #try(question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error;
      this.#unclear.push(error);
    }
  }

  /** @returns undefined where no answer came, which is told */
  async #ask(
    path: string,
    who: LetIn,
    name: string,
    { method = 'GET', follow }: { readonly method?: Method; readonly follow?: 'site' } = {},
  ): Promise<Came | undefined> {
    const { endpoint, budgetMs } = this.#probe;
    const headers = { ...readHeaders(this.#probe.headers, resolveSecret), ...who.headers };
    let request = encodeRequest({ method, path, endpoint, headers }, this.#tools.urls);
    const wanted = (status: number): boolean => this.#probe.refusedWith.includes(status);
    let [byLogIn, wasSentOn] = [false, false];
    for (let hops = 0; ; hops += 1) {
      const asked = await ask(this.#tools, request, name, budgetMs, wanted);
      if ('none' in asked) {
        this.#say(asked.none, 'no-answer');
        return undefined;
      }
      const { answer } = asked;
      const { url } = request;
      byLogIn ||= REDIRECTS.includes(answer.status) && leadsToLogIn(answer, url, this.#marks);
      // From http to https, to a path with its slash: the answer is what comes there. So it is behind every other redirect
      // within the site, where the answer counts and not where it stands.
      const next = method === 'GET' && hops < MOST_HOPS ? redirected(request, answer) : undefined;
      if (next === undefined || (follow !== 'site' && !isSamePlace(url, next.url)))
        return { ...answer, at: url, byLogIn, wasSentOn };
      // Then what comes is the answer to nobody, and says nothing of those who are let in.
      if (Object.keys(who.headers).length > 0 && new URL(next.url).origin !== new URL(request.url).origin)
        throw new CannotTell(
          'sent-on',
          `${name}: sent on to ${new URL(next.url).origin}, which gets no credentials that were meant for another`,
          { remedy: 'name in target.urls the address to which it sends' },
        );
      wasSentOn ||= !isSamePlace(url, next.url);
      request = next;
    }
  }

  #url(path: string): string {
    return encodeRequest({ method: 'GET', path, endpoint: this.#probe.endpoint }, this.#tools.urls).url;
  }

  #receive(path: string, came: Came): Reception {
    return receptionAtEnd(came, this.#url(path), this.#marks);
  }

  #words({ status }: ResponseView, reception: Reception): string {
    return reception === 'to-log-in' ? `${status}, the way to the log-in` : `answered ${status}`;
  }

  #unsure(name: string, { status, headers, at }: Came, reception: Reception): CannotTell {
    if (reception === 'sent-on' && !REDIRECTS.includes(status))
      return new CannotTell(
        'sent-on',
        `${name}: sent on to ${withoutQuery(new URL(at).pathname)}, which answers ${status}`,
        {
          remedy:
            'where this is how visitors are sent to the log-in, name it: logInAt; where nobody may see it, name it as well: refused',
        },
      );
    if (reception === 'sent-on')
      return new CannotTell(
        'sent-on',
        `${name}: sent on (${status}) to ${withoutQuery(headers['location'])}`,
        { remedy: 'name the address of the log-in: logInAt' },
      );
    return new CannotTell(
      reception,
      `${name}: answered ${status}: nothing shows whether a good request would be let in`,
      {
        remedy: `correct the path and its query; where ${status} is how those are refused who may not see it, say so: refusedWith: [401, 403, ${status}]`,
      },
    );
  }

  async #visitor(name: string): Promise<LetIn> {
    const visitor = this.#probe.visitors.find((one) => one.name === name);
    if (visitor === undefined) throw new CannotTell('harness', `the probe has no visitor "${name}"`);
    const inside =
      this.#inside.get(name) ??
      (async () => {
        if (visitor.logIn !== undefined && this.#logIn === undefined)
          throw new CannotTell('harness', 'nobody can log in here');
        const who = await letIn(visitor, this.#logIn as LogInTools);
        if (visitor.provenBy !== undefined) await this.#prove(name, visitor.provenBy, who);
        return who;
      })();
    this.#inside.set(name, inside);
    return inside;
  }

  /** Somebody whose credentials have expired is refused everywhere, which proves nothing. */
  async #prove(name: string, path: string, who: LetIn): Promise<void> {
    const [theirs, nobodys] = [
      await this.#ask(path, who, `${path} for ${name}`),
      await this.#ask(path, NOBODY, `${path} for nobody`),
    ];
    const isIn = theirs !== undefined && this.#receive(path, theirs) === 'let-in';
    const all = nobodys !== undefined && this.#receive(path, nobodys) === 'let-in';
    if (isIn && !all) return;
    throw new CannotTell(
      'visitor-not-told-apart',
      `nothing shows that the credentials of "${name}" work: ${path} ${isIn ? 'lets in anybody' : `answers ${theirs?.status ?? 'nothing'}`}`,
      { remedy: `renew the credentials of "${name}", or correct provenBy` },
    );
  }

  #say(statement: Statement, cause: string): void {
    this.#statements.push(statement);
    this.#causes.set(statement, cause);
  }

  done(): Probed {
    const wrong = firstWrong(this.#statements);
    if (wrong === undefined && this.#unclear[0] !== undefined) throw this.#unclear[0];
    if (wrong === undefined && this.#places.length > 0 && !this.#places.includes(true))
      throw new CannotTell(
        'nothing-looked-at',
        `for none of ${this.#places.length} files and folders an answer shows whether it is served: errors, or the way to another host`,
        { remedy: 'see why the target answers so; where another host serves them, name it in target.urls' },
      );
    const many = this.#statements.filter(({ ok }) => !ok).length;
    const cause = (wrong && this.#causes.get(wrong)) ?? '';
    return {
      statements: this.#statements,
      holds: `${this.#statements.length} places were tried, and none stands open`,
      ...(wrong !== undefined &&
        many > 1 && {
          wrong: `${many} of ${this.#statements.length} places: ${wrong.name}: ${String(wrong.measured)}, expected ${String(wrong.expected)}`,
        }),
      cause,
      remedy: OPEN_REMEDIES[cause],
    };
  }
}
