import { z } from 'zod';
import { Decision, Phase } from '../evidence/outcome.ts';
import { Release } from '../plan/release.ts';

/** What the payload of every envelope is. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** Predicate of a signed verdict; docs/decisions/0009 says why this one. */
export const VERDICT_PREDICATE = 'https://in-toto.io/attestation/test-result/v0.1';
/** Predicate of what one person says about one verdict. */
export const SIGN_OFF_PREDICATE = 'urn:greenlight:sign-off:v0.1';

/** Names of the subjects in our statements; a subject's meaning is its name, its identity the digest. */
export const SUBJECT = { commit: 'commit', artifact: 'artifact', verdict: 'verdict.json' } as const;

/** A DSSE envelope. Members that nobody knows are ignored, as DSSE and in-toto want it. */
export const Envelope = z.object({
  /** Base64 of the statement's bytes. */
  payload: z.string(),
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z.array(
    z.object({
      /** A hint that no one has signed: never decide by it. */
      keyid: z.string().default(''),
      /** Base64. */
      sig: z.string(),
    }),
  ),
});
export type Envelope = z.infer<typeof Envelope>;

const ResourceDescriptor = z.object({
  name: z.string(),
  /** Lower-case hexadecimal by algorithm, without prefix. */
  digest: z.record(z.string(), z.string().regex(/^[0-9a-f]+$/)),
});

const Sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const Time = z.iso.datetime();

/** An in-toto Statement about a verdict: a test result that others can read, and beside it all that ours needs. */
export const VerdictStatement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(ResourceDescriptor).min(1),
  predicateType: z.literal(VERDICT_PREDICATE),
  predicate: z.object({
    /** `WARNED`: GO, although not every check passed (advisory, waived, flaky). */
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(ResourceDescriptor),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
    greenlight: z.object({
      decision: Decision,
      reason: z.string(),
      run: z.object({ id: z.string(), nonce: z.string().min(1), phase: Phase }),
      target: z.string().min(1),
      urls: z.record(z.string(), z.string()),
      release: Release.nullable(),
      observed: z.object({ id: z.string().optional(), commit: z.string().optional() }).nullable(),
      planDigest: Sha256,
      policyDigest: Sha256,
      evidenceDigest: Sha256,
      tools: z.record(z.string(), z.string()),
      startedAt: Time,
      decidedAt: Time,
      expiresAt: Time,
    }),
  }),
});
export type VerdictStatement = z.infer<typeof VerdictStatement>;

/** An in-toto Statement of one person about one verdict. */
export const SignOffStatement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(ResourceDescriptor).min(1),
  predicateType: z.literal(SIGN_OFF_PREDICATE),
  predicate: z.object({
    decision: z.enum(['go', 'no-go']),
    name: z.string().min(1),
    role: z.string().min(1),
    comment: z.string(),
    signedAt: Time,
    run: z.object({ id: z.string(), nonce: z.string() }),
  }),
});
export type SignOffStatement = z.infer<typeof SignOffStatement>;
