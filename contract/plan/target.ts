import { z } from 'zod';
import type { RecordsReader } from '../ports/records.ts';
import { Headers } from './headers.ts';
import { SecretString } from './secret.ts';
import { SQL_ADDRESS, TAKEN_DATABASE_NAMES } from './sql-database.ts';
import { WebAddress } from './web-address.ts';

const Urls = z
  .record(z.string().min(1), WebAddress)
  .refine((urls) => 'app' in urls, { message: 'needs the key "app": the main address of the system' });

/** Where rows are read: PostgreSQL, MariaDB or MySQL, DynamoDB, an HTTP reader, or an object of your own that implements the port. */
export const RecordsSource = z.discriminatedUnion('adapter', [
  /** A PostgreSQL database, read in read-only sessions. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('postgres'),
    /** `postgres://user:password@host:5432/name`. The role needs SELECT, and nothing more. */
    url: SecretString,
  }),
  /** A MariaDB or MySQL database, read in read-only sessions. Needs the package `mysql2`. Every value comes as text. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('mysql'),
    /** `mysql://user:password@host:3306/name`, or `mariadb://`. The user needs SELECT, and nothing more. */
    url: SecretString,
  }),
  /**
   * Amazon DynamoDB, for flows alone: it does not count. Asked by key, never scanned: `from: 'orders'`, or
   * `'orders#by-email'` for an index. Needs `@aws-sdk/client-dynamodb`; credentials are those of the environment.
   */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('dynamodb'),
    /** Region; by default that of the environment. */
    region: z.string().min(1).optional(),
    /** Another address than Amazon's: that of a VPC, or of a stand-in. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
  }),
  /** A reader of your own behind HTTP. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('http'),
    /** Base address of the reader: it is asked at `/find`, `/count` and `/ready` below it. */
    url: z.url({ protocol: /^https?$/ }),
    /** Sent with every query. */
    headers: z.record(z.string(), SecretString).default({}),
  }),
  /** An object of your own, for rows that are anywhere else. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('custom'),
    /** Finds and counts rows; for `find`, `count`, `ready` and `close` see the port below. */
    reader: z.custom<RecordsReader>(
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        ['find', 'count', 'ready', 'close'].every(
          (name) => typeof (value as Record<string, unknown>)[name] === 'function',
        ),
      'must be an object with the methods find, count, ready and close',
    ),
  }),
]);
export type RecordsSource = z.infer<typeof RecordsSource>;

/** Leaves mail to synthetic customers where it is; by default it is removed once the checks are done. */
const KeepMails = z.boolean().optional();

/** Where mail to synthetic customers arrives. */
export const MailboxSource = z.discriminatedUnion('adapter', [
  /** Any real mailbox. Needs the packages `imapflow` and `postal-mime`. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('imap'),
    /** Host name of the server. */
    host: z.string(),
    /** Port of the server; without TLS it is mostly 143. */
    port: z.number().int().default(993),
    /** TLS from the first byte; `false`: nothing is encrypted. */
    secure: z.boolean().default(true),
    /** Who logs in. */
    user: SecretString,
    /** Or an app password, where the provider wants one. */
    password: SecretString,
    /** The folder in which mail is looked for. */
    folder: z.string().default('INBOX'),
    keepMails: KeepMails,
  }),
  /** Mailpit or MailDev 3, read over HTTP. */
  z.strictObject({
    /** Who reads. */
    adapter: z.enum(['mailpit', 'maildev']),
    /** Base address of its HTTP interface. */
    url: z.url({ protocol: /^https?$/ }),
    keepMails: KeepMails,
  }),
  /** `greenlight sink`, read over HTTP. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('greenlight-sink'),
    /** Its observe address. */
    url: z.url({ protocol: /^https?$/ }),
    /** What it was started with; without one it answers on its own machine only. */
    token: SecretString.optional(),
    keepMails: KeepMails,
  }),
]);
export type MailboxSource = z.infer<typeof MailboxSource>;

/** Where webhooks that the target sends arrive. */
export const WebhookSinkSource = z.discriminatedUnion('adapter', [
  /** `greenlight sink`, read over HTTP. */
  z.strictObject({
    /** Who reads. */
    adapter: z.literal('greenlight-sink'),
    /** Its observe address, not the one that webhooks are sent to. */
    url: z.url({ protocol: /^https?$/ }),
    /** What it was started with; without one it answers on its own machine only. */
    token: SecretString.optional(),
  }),
]);
export type WebhookSinkSource = z.infer<typeof WebhookSinkSource>;

/** The payment provider's account, always in test mode. */
export const PaymentsSource = z.discriminatedUnion('adapter', [
  /** Stripe, in test mode. Needs the package `stripe`. */
  z.strictObject({
    /** Which provider. */
    adapter: z.literal('stripe'),
    /** A key of test mode: `sk_test_` or `rk_test_`. A live key ends the run before anything is sent. */
    secretKey: SecretString,
    /** Only for a stand-in: the API's address instead of Stripe's. */
    apiBase: z.url({ protocol: /^https?$/ }).optional(),
  }),
]);
export type PaymentsSource = z.infer<typeof PaymentsSource>;

/** How the target says which release it runs. */
export const ReleaseSource = z.strictObject({
  /** Where the release document is, asked by GET; it answers JSON. */
  path: z.string().startsWith('/'),
  /** Which address is asked: a key of `target.urls`. */
  endpoint: z.string().default('app'),
  /** Dotted path of the release id inside the JSON document. */
  id: z.string().optional(),
  /** Dotted path of the commit inside the JSON document. */
  commit: z.string().optional(),
  /** Sent with the question, besides `target.headers`. */
  headers: Headers.optional(),
});

/** A system that is asked and is not the target: an error tracker, a log store, a provider. */
const ThirdParty = z.union([
  WebAddress.transform((url) => ({ url, headers: {} })),
  z.strictObject({
    /** Its base address. */
    url: WebAddress,
    /** Sent with every request to it, and to nobody else. */
    headers: Headers.default({}),
  }),
]);

/** The system being judged. */
export const Target = z
  .strictObject({
    /** What verdicts, leases and gates call it. One run at a time may be on a name. */
    name: z.string().min(1),
    /** Base addresses by name; `app` is the main one. Without a query or credentials. */
    urls: Urls,
    /**
     * Sent with every request to `urls`, by every asker and by pages, and to no other place: what a staging system behind
     * basic auth wants. A step that sets the same header wins.
     */
    headers: Headers.optional(),
    /**
     * Systems that flows and probes may ask by these names (`endpoint`), such as an error tracker. Their outage is never
     * the target's fault: it is unknown.
     */
    thirdParties: z.record(z.string().min(1), ThirdParty).optional(),
    /** The twin that is being left, for comparisons. */
    old: z
      .strictObject({
        /** Its base addresses, under the same names as those of new. */
        urls: Urls.optional(),
        records: RecordsSource.optional(),
        /** Sent with every request to the old system, which gets none of `target.headers`. */
        headers: Headers.optional(),
      })
      .optional(),
    records: RecordsSource.optional(),
    /**
     * Databases that checks may ask by these names, each `postgres://`, `mysql://` or `mariadb://`, in read-only sessions.
     * The role needs SELECT, and nothing more. The names `records` and `old.records` are taken.
     */
    databases: z.record(z.string().min(1), SecretString).optional(),
    mailbox: MailboxSource.optional(),
    webhookSink: WebhookSinkSource.optional(),
    payments: PaymentsSource.optional(),
    release: ReleaseSource.optional(),
    /**
     * An address that answers whenever our own network works. While it answers (or is not set), a refused connection to
     * the target is the target's fault; when it does not, we can't tell.
     */
    control: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(({ urls, thirdParties, databases }, context) => {
    for (const [name, address] of Object.entries(databases ?? {})) {
      const refuse = (message: string, input: string): void =>
        context.addIssue({ code: 'custom', path: ['databases', name], message, input });
      if (TAKEN_DATABASE_NAMES.includes(name))
        refuse(`stands for target.${name} already: give this database another name`, name);
      if (typeof address === 'string' && !SQL_ADDRESS.test(address))
        refuse(
          "must begin with postgres://, mysql:// or mariadb://; or write secret('DATABASE_URL')",
          'a text',
        );
    }
    for (const name of Object.keys(thirdParties ?? {}).filter((one) => one in urls)) {
      context.addIssue({
        code: 'custom',
        path: ['thirdParties', name],
        message: `"${name}" is a key of target.urls as well: requests could not tell which is meant`,
        input: name,
      });
    }
  });
export type Target = z.infer<typeof Target>;
