// The shapes that cross the boundary of Governance: request, decision, certificate, grant and proof.
// Next: governance/lambda/handler.ts, which answers the request; services/axon/verify.ts, which checks the grant.
import * as z from 'zod/mini';
import {
  AttributeKey,
  IntentName,
  namePatterns,
  Obligation,
  ResourceName,
  ServiceName,
  TenantName,
} from './policy/document.ts';

/** What a permit demands of whoever carries it out, as decisions and grants hand it on. */
export { Obligation } from './policy/document.ts';
/** What is wrong with an input: JSON path, what was got, what was expected. */
export { describeIssues, type Issue } from './policy/issues.ts';

/** Why a decision came out as it did. Everything but `permitted` is a deny. */
export const reasons = [
  'permitted',
  'no_matching_permit',
  'forbidden_by_rule',
  'quota_exceeded',
  'unknown_tenant',
  'identity_mismatch',
  'request_invalid',
  'policy_unavailable',
  'policy_invalid',
  'policy_signature_invalid',
  'policy_expired',
  'policy_stale',
  'evaluation_error',
  'governance_unavailable',
] as const;
/** One of {@link reasons}. */
export type Reason = (typeof reasons)[number];

/** What a request may carry at most. */
export const requestLimits = {
  contextKeys: 32,
  textLength: 1024,
  listItems: 64,
  contextBytes: 8192,
  eventBytes: 32_768,
} as const;

/** How long certificate, grant and proof live, and how far clocks may be apart, in seconds. */
export const lifetimes = { certificateSeconds: 900, grantSeconds: 30, proofSeconds: 30, skewSeconds: 5 } as const;

/** The headers a governed call carries. */
export const governedHeaders = {
  grant: 'governance-grant',
  certificate: 'governance-certificate',
  proof: 'dpop',
} as const;

/** The `typ` of each token (RFC 8725 section 3.11), so that none passes for another. */
export const tokenTypes = {
  certificate: 'govern-cert+jwt',
  grant: 'govern-grant+jwt',
  proof: 'dpop+jwt',
  checkpoint: 'govern-audit+jwt',
} as const;

const shortText = z.string().check(z.minLength(1), z.maxLength(256));
const epochSeconds = z.int().check(z.nonnegative());

/** What the texts of a request look like, beside the names of a policy. */
export const requestPatterns = {
  correlationId: /^[A-Za-z0-9._-]{8,128}$/,
  path: /^\/[\x21-\x7e]{0,255}$/,
  sha256: /^[A-Za-z0-9_-]{43}$/,
} as const;

const sha256 = z.string().check(z.regex(requestPatterns.sha256, 'a SHA-256 in base64url'));
/** On whose behalf: `user:…` or `agent:…`. */
export const Subject = z
  .string()
  .check(z.regex(namePatterns.subject, 'a subject such as "user:ada" or "agent:planner"'));
/** A correlation id: 8 to 128 letters, digits, dots, underscores or hyphens. */
export const CorrelationId = z
  .string()
  .check(z.regex(requestPatterns.correlationId, '8 to 128 letters, digits, ".", "_" or "-"'));

/** The one HTTP request a grant is for: its method, path, body and the thumbprint (RFC 7638) of the key that will prove possession. */
export const Binding = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: z.string().check(z.regex(requestPatterns.path, 'a path such as "/reason"')),
  bodySha256: sha256,
  jkt: sha256,
});
/** A parsed `Binding`. */
export type Binding = z.infer<typeof Binding>;

const attributeValue = z.union([
  z.string().check(z.maxLength(requestLimits.textLength)),
  z.number(),
  z.boolean(),
  z.array(z.string().check(z.maxLength(requestLimits.textLength))).check(z.maxLength(requestLimits.listItems)),
]);

/** The attributes a decision may depend on; the policy's intents declare which. */
export const Context = z.record(AttributeKey, attributeValue).check(
  z.refine(
    (context) => Object.keys(context).length <= requestLimits.contextKeys,
    `at most ${requestLimits.contextKeys} keys`,
  ),
  z.refine(
    (context) => JSON.stringify(context).length <= requestLimits.contextBytes,
    `at most ${requestLimits.contextBytes} bytes of JSON`,
  ),
);
/** A parsed `Context`. */
export type Context = z.infer<typeof Context>;

/** What Governance is asked. Without `binding` it is a dry run: a decision, no grant, no quota consumed. */
export const DecisionRequest = z.strictObject({
  service: ServiceName,
  intent: IntentName,
  tenant: z._default(TenantName, 'default'),
  subject: z.optional(Subject),
  resource: z.optional(ResourceName),
  context: z._default(Context, {}),
  binding: z.optional(Binding),
  correlationId: z.optional(CorrelationId),
});
/** A parsed `DecisionRequest`. */
export type DecisionRequest = z.infer<typeof DecisionRequest>;

const policyReference = z.object({ tenant: z.string(), revision: z.int(), digest: z.string() });

/** What Governance answers. `policy` is null when none could be loaded; `platform` names the platform's document where there is one. */
export const Decision = z.object({
  allowed: z.boolean(),
  reason: z.enum(reasons),
  decisionId: z.uuid(),
  rule: z.nullable(z.string()),
  policy: z.nullable(policyReference),
  platform: z.optional(policyReference),
  obligations: z.array(Obligation),
  quota: z.optional(
    z.object({ id: z.string(), limit: z.int(), remaining: z.int(), retryAfterSeconds: z.optional(z.int()) }),
  ),
  shadow: z.array(z.object({ rule: z.string(), effect: z.enum(['permit', 'forbid']) })),
  grant: z.optional(z.string()),
  certificate: z.optional(z.string()),
  issuedAt: z.iso.datetime(),
  expiresAt: z.optional(z.iso.datetime()),
  decisionMicros: z.number(),
  /** What was got and expected, when the request was at fault. */
  detail: z.optional(z.string()),
});
/** A parsed `Decision`. */
export type Decision = z.infer<typeof Decision>;

/** The public half of an Ed25519 key (RFC 8037). */
export const Ed25519Jwk = z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: sha256 });
/** A parsed `Ed25519Jwk`. */
export type Ed25519Jwk = z.infer<typeof Ed25519Jwk>;

/** KMS vouches for the key that signs grants: `cnf.jwk` until `exp`, at most 15 minutes. */
export const CertificateClaims = z.object({
  iss: shortText,
  cnf: z.object({ jwk: Ed25519Jwk }),
  iat: epochSeconds,
  nbf: epochSeconds,
  exp: epochSeconds,
});
/** Parsed `CertificateClaims`. */
export type CertificateClaims = z.infer<typeof CertificateClaims>;

/** A permit for exactly one request: `aud`, `htm`, `htu`, `bsh` say which, `cnf.jkt` who may make it, `exp` until when. */
export const GrantClaims = z.object({
  iss: shortText,
  aud: shortText,
  sub: ServiceName,
  tnt: TenantName,
  int: IntentName,
  htm: z.enum(['GET', 'POST']),
  htu: z.string(),
  bsh: sha256,
  cnf: z.object({ jkt: sha256 }),
  did: z.uuid(),
  pol: z.object({ revision: z.int(), digest: z.string() }),
  obl: z.array(z.looseObject({ type: z.string() })),
  jti: shortText,
  iat: epochSeconds,
  exp: epochSeconds,
});
/** Parsed `GrantClaims`. */
export type GrantClaims = z.infer<typeof GrantClaims>;

/** Proof that the caller holds the key the grant is bound to (after RFC 9449): `ath` names the grant, `bsh` the body. */
export const ProofClaims = z.object({
  htm: z.string(),
  htu: z.string(),
  ath: sha256,
  bsh: sha256,
  iat: epochSeconds,
  jti: shortText,
});
/** Parsed `ProofClaims`. */
export type ProofClaims = z.infer<typeof ProofClaims>;
