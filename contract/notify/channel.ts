import { z } from 'zod';
import { Headers } from '../plan/headers.ts';
import { SecretRef, SecretString } from '../plan/secret.ts';

const MailAddress = z
  .string()
  .regex(/^[^\s<>@",;]+@[^\s<>@",;]+$/, 'must be a mail address, such as ops@example.com');

/** A channel of Slack, by an incoming webhook. */
const SlackChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('slack'),
  /** The address of the incoming webhook, which is a secret by itself. */
  url: SecretRef,
});

/** A channel of Microsoft Teams, by a workflow that "receives a webhook request". */
const TeamsChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('teams'),
  /** The address of the workflow, which is a secret by itself. */
  url: SecretRef,
});

/** A service of PagerDuty, by its Events API v2. */
const PagerdutyChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('pagerduty'),
  /** The integration key of the service. */
  routingKey: SecretRef,
  /** Where events go; the European service region has another address. */
  url: SecretString.default('https://events.pagerduty.com/v2/enqueue'),
});

/** Mail, by SMTP. */
const SmtpChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('smtp'),
  /**
   * `smtps://user:password@mail.example.com` (TLS), or `smtp://…:587`, where TLS is demanded before anything is said,
   * except on loopback.
   */
  url: SecretString,
  /** The sender. */
  from: MailAddress,
  /** Who gets it. */
  to: z.array(MailAddress).min(1),
});

/** An address of yours; requests are signed as Standard Webhooks has it. */
const WebhookChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('webhook'),
  /** Where messages are POSTed. */
  url: SecretString,
  /** The key of the signature, `whsec_` and base64; while one is rotated, the old and the new with a blank between. */
  secret: SecretRef,
});

/** Prometheus Alertmanager, which groups, reminds, silences and routes on by itself. */
const AlertmanagerChannel = z.strictObject({
  /** By what they are told. */
  adapter: z.literal('alertmanager'),
  /** Base address, to which `/api/v2/alerts` is added. */
  url: SecretString,
  /** Sent with every request, such as `authorization`. */
  headers: Headers.default({}),
  /** Labels of every alert, besides those of the incident. */
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label'), z.string())
    .default({}),
});

/** One place where people are told. How each is reached stands in `notify/channels/`. */
export const Channel = z.discriminatedUnion('adapter', [
  SlackChannel,
  TeamsChannel,
  PagerdutyChannel,
  SmtpChannel,
  WebhookChannel,
  AlertmanagerChannel,
]);
export type Channel = z.infer<typeof Channel>;
export type ChannelAdapter = Channel['adapter'];
