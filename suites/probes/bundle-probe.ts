import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { encodeRequest } from '../../contract/flow/http.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { placesOf } from '../../contract/plan/addresses.ts';
import { bytesIn, sizeWords } from '../../contract/plan/byte-size.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { Target } from '../../contract/plan/target.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { BrowserSession } from '../page-session.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { wrongWords } from '../words.ts';
import { openPage, refuseElsewhere } from './open-page.ts';
import { type LoadedScript, PageTraffic } from './page-traffic.ts';
import type { BrowserLook } from './probe-look.ts';

type BundleProbe = Extract<Probe, { kind: 'bundle' }>;

const LOOK_EVERY_MS = 100;
/** A page that takes longer to say that it is there is doing something else. Milliseconds. */
const BUSY_AFTER_MS = 250;
const MOST_NAMED = 3;
/** Shorter scripts are as long when they are compressed. Bytes. */
const WORTH_COMPRESSING = 2048;

export const bundleLook: BrowserLook<BundleProbe> = {
  mostAnswers: ({ paths, settleMs, budgetMs }) => paths.length * (2 + Math.ceil(settleMs / budgetMs)),
  lookIn: probeBundle,
};

/** Opens each page in a browser that knows nothing, and adds up its scripts. @throws CannotTell */
export async function probeBundle(
  browsers: BrowserSession,
  probe: BundleProbe,
  tools: ProbeTools,
  target: Target,
): Promise<Probed> {
  const statements: Statement[] = [];
  const doubts = new Doubts();
  let wrong: Pick<Probed, 'cause' | 'wrong' | 'remedy'> | undefined;
  for (const path of probe.paths) {
    const seen = await doubts.try(() => scriptsOf(path, probe, tools, target, browsers));
    if (seen === undefined) continue;
    const statement = 'none' in seen ? seen.none : sizeStatement(path, seen.scripts, probe);
    statements.push(statement);
    if (!statement.ok) wrong ??= 'none' in seen ? { cause: 'no-page' } : tooLarge(statement, seen.scripts);
  }
  doubts.raise(statements);
  return {
    statements,
    holds: statements.map(({ name, measured }) => `${name}: ${String(measured)}`).join('; '),
    cause: 'too-large',
    ...wrong,
  };
}

function sizeStatement(path: string, scripts: readonly LoadedScript[], { atMost }: BundleProbe): Statement {
  const bytes = bytesOf(scripts);
  return holds(
    `scripts of ${path}`,
    bytes <= bytesIn(atMost),
    `${sizeWords(bytes)} in ${scripts.length}`,
    `<= ${atMost}`,
  );
}

function bytesOf(scripts: readonly LoadedScript[]): number {
  return scripts.reduce((sum, one) => sum + one.bytes, 0);
}

function tooLarge(
  statement: Statement,
  scripts: readonly LoadedScript[],
): Pick<Probed, 'cause' | 'wrong' | 'remedy'> {
  return {
    cause: 'too-large',
    wrong: `${wrongWords(statement)}; largest: ${largest(scripts)}`,
    remedy: remedyFor(scripts),
  };
}

/** @throws CannotTell where not everything was seen, and more would make a difference */
async function scriptsOf(
  path: string,
  probe: BundleProbe,
  tools: ProbeTools,
  target: Target,
  browsers: BrowserSession,
): Promise<{ readonly scripts: readonly LoadedScript[] } | { readonly none: Statement }> {
  const { endpoint, budgetMs, hosts } = probe;
  const { url } = encodeRequest({ method: 'GET', path, endpoint }, tools.urls);
  const opened = await browsers.open({
    places: placesOf(target),
    baseURL: url,
    storageState: { cookies: [], origins: [] },
    // What a service worker gives out of its store did not come over the wire.
    serviceWorkers: 'block',
  });
  try {
    const traffic = new PageTraffic(opened.page.context());
    const none = await openPage(opened.page, url, budgetMs, tools, endpoint);
    if (none !== undefined) return { none };
    await settled(opened.page, path, probe, traffic);
    // A script or the document itself may have led on.
    refuseElsewhere(path, opened.page.url(), endpoint, tools);
    const { loaded, missing } = await traffic.scripts();
    const counts = ({ url: from }: { readonly url: string }): boolean =>
      hosts === undefined || isFromOneOf(from, hosts);
    const scripts = loaded.filter(counts);
    const [gone] = missing.filter(counts);
    // What is too large already is not made smaller by more.
    if (gone !== undefined && bytesOf(scripts) <= bytesIn(probe.atMost))
      throw new CannotTell(
        'script-missing',
        `a script of ${path} did not come, so its size is not known: ${addressOf(gone.url)} (${gone.why})`,
        {
          remedy: 'see why it does not come; that the page works is for a flow with a page step',
        },
      );
    if (scripts.length === 0 && !probe.mayHaveNone) {
      const others = [...new Set(loaded.map((one) => new URL(one.url).host))];
      throw new CannotTell('no-scripts', `no script of ${path} was loaded, so nothing was measured`, {
        remedy:
          others.length > 0
            ? `name the hosts that serve them in hosts; scripts came from: ${others.join(', ')}`
            : 'name a page that loads scripts, or say mayHaveNone: true',
      });
    }
    return { scripts };
  } finally {
    await opened.close();
  }
}

/** Whether the page has no time to answer: a script that runs may load more when it is done. */
async function isBusy(page: Pick<Page, 'evaluate'>, until: number): Promise<boolean> {
  const asked = performance.now();
  // While it goes from one document to another nobody answers.
  const answers = page.evaluate('0').then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([answers, sleep(Math.max(0, until - asked), false, { ref: false })]);
  return !answered || performance.now() - asked > BUSY_AFTER_MS;
}

/** Whether an address is on one of these hosts, which people write in capitals as well, and with the usual port. */
export function isFromOneOf(url: string, hosts: readonly string[]): boolean {
  const { protocol, hostname, port } = new URL(url);
  const usual = protocol === 'https:' ? '443' : '80';
  const ways = [hostname, `${hostname}:${port === '' ? usual : port}`];
  return hosts.some((one) => ways.includes(one.toLowerCase()));
}

/** Waits until the page has loaded what it loads by itself. @throws CannotTell where it never does */
async function settled(
  page: Pick<Page, 'evaluate'>,
  path: string,
  { quietMs, settleMs }: BundleProbe,
  traffic: PageTraffic,
): Promise<void> {
  const until = performance.now() + settleMs;
  let busyAt = -Infinity;
  for (;;) {
    if (await isBusy(page, until)) busyAt = performance.now();
    if (Math.min(traffic.quietMs(), performance.now() - busyAt) >= quietMs) return;
    if (performance.now() > until) {
      const left = traffic.underWay().slice(0, MOST_NAMED).map(addressOf);
      throw new CannotTell(
        'never-quiet',
        `the page ${path} was still loading after ${settleMs} ms${left.length > 0 ? `: ${left.join(', ')}` : ''}`,
        { remedy: 'raise settleMs, or lower quietMs where the page asks for something all the time' },
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function largest(scripts: readonly LoadedScript[]): string {
  return [...scripts]
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_NAMED)
    .map(({ url, bytes }) => `${addressOf(url)} ${sizeWords(bytes)}`)
    .join(', ');
}

function remedyFor(scripts: readonly LoadedScript[]): string {
  const plain = scripts.filter(({ bytes, encoding }) => encoding === undefined && bytes > WORTH_COMPRESSING);
  const [first] = plain;
  return first === undefined
    ? 'load later or leave out what the page does not need at once; third parties are left out by hosts'
    : `let the server compress its scripts (gzip, br): ${plain.length} came as they are, such as ${addressOf(first.url)}`;
}

/** The query may hold tokens. */
function addressOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
