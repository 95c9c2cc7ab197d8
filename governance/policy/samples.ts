// The requests that two sets of documents are compared by: aimed at every rule, at what is declared, and by chance.
// Next: governance/policy/diff/rule-questions.ts, which aims; governance/policy/diff.ts, which compares the answers.
import { platformTenant } from './document.ts';
import { createChance } from './diff/chance.ts';
import {
  combinationAt,
  type Combinations,
  combinationsOf,
  drawCombination,
  varyQuestion,
} from './diff/combinations.ts';
import { plainest } from './diff/boundary-values.ts';
import { questionsAbout, roomFor } from './diff/rule-questions.ts';
import { type Scene, scenesOf } from './diff/scenes.ts';
import { pairRules, type SideRule, type SideRules } from './diff/side-rules.ts';
import { withValue } from './diff/solve.ts';
import { type PolicyVersion } from './diff.ts';
import { isAskable, type Sample } from './diff/sample.ts';
import { canonical } from './diff/canonical.ts';

/** How many requests are asked, and from where in time. */
export interface SamplingOptions {
  /** In all; those aimed at rules that changed are asked beyond it. */
  readonly random: number;
  /** The same seed gives the same requests. */
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** How many requests may be aimed at rules that changed; the more rules, the fewer for each. */
const mostAimed = 60_000;
const aimedPerRule = { least: 3, scarce: 12, most: 4000 } as const;
const mostBases = 4096;

/** Gives requests to ask of both sides, each once. Memory is bounded by the documents and the number of samples. */
export function* sampleRequests(
  before: PolicyVersion,
  after: PolicyVersion,
  { random: samples, seed, nowMs: presentMs }: SamplingOptions,
): Generator<Sample> {
  const sides = pairRules(before, after);
  const asked = new Set<number>();
  const bases: Sample[] = [];
  const isNew = (question: Sample): boolean => {
    const key = hashText(JSON.stringify(question));
    if (asked.has(key) || !isAskable(question.request)) return false;
    asked.add(key);
    return true;
  };

  for (const question of aimedQuestions(sides, presentMs, samples)) {
    if (!isNew(question)) continue;
    if (bases.length < mostBases) bases.push(question);
    yield question;
  }
  const aimed = asked.size;
  for (const question of combinedQuestions(combinationsOf(sides, presentMs), bases, samples - aimed, seed))
    if (isNew(question)) yield question;
}

/** How many there will be, about; for a progress bar. */
export function estimateSamples(a: PolicyVersion, b: PolicyVersion, { random }: SamplingOptions): number {
  const changed = pairRules(a, b).flatMap(({ byTenant }) =>
    [...byTenant.values()].flatMap((rules) => [...rules.values()].filter(({ isChanged }) => isChanged)),
  );
  return random + Math.min(mostAimed, changed.length * 2 * aimedPerRule.least);
}

function* aimedQuestions(
  sides: readonly [SideRules, SideRules],
  presentMs: number,
  samples: number,
): Generator<Sample> {
  const all = sides.flatMap((rules) =>
    [...rules.byTenant.values()].flatMap((byId) => Array.from(byId.values(), (entry) => ({ entry, rules }))),
  );
  const changed = all.filter(({ entry }) => entry.isChanged);
  const each = Math.floor(mostAimed / Math.max(1, changed.length));
  const most = Math.min(aimedPerRule.most, Math.max(aimedPerRule.least, each));
  yield* declarationQuestions(sides, presentMs);
  // Where there are few for each, a rule's two versions share them: the edges of one hold the literals of the other.
  const isScarce = each < aimedPerRule.scarce;
  for (const { entry, rules } of changed)
    if (!isScarce || entry.twin === null || rules === sides[1])
      yield* firstOf(questionsIn(entry, rules, presentMs), most);
  // What did not change may still be met by what did; half of the samples stay for chance.
  const unchanged = all.filter(({ entry }) => !entry.isChanged);
  const share = Math.max(2, Math.ceil(samples / 2 / Math.max(1, unchanged.length)));
  yield* firstOf(
    (function* () {
      for (const { entry, rules } of unchanged) yield* firstOf(questionsIn(entry, rules, presentMs), share);
    })(),
    Math.ceil(samples / 2),
  );
}

function* questionsIn(entry: SideRule, rules: SideRules, presentMs: number): Generator<Sample> {
  for (const scene of scenesOf(entry, rules)) yield* questionsAbout(entry, scene, rules, presentMs);
}

/** Where tenants are declared otherwise: the keys and resources of intents, and the end of validity, on each permit. */
function* declarationQuestions(sides: readonly [SideRules, SideRules], presentMs: number): Generator<Sample> {
  for (const [position, rules] of sides.entries()) {
    const other = sides[1 - position]?.side;
    for (const [tenant, { document, policy }] of rules.side.tenants) {
      const theirs = other?.tenants.get(tenant);
      if (!theirs) continue;
      const ends = [policy, theirs.policy, rules.side.platform?.policy, other?.platform?.policy]
        .flatMap((each) => each?.validUntilMs ?? [])
        .filter(Number.isFinite);
      const isEndMoved =
        policy.validUntilMs !== theirs.policy.validUntilMs ||
        rules.side.platform?.policy.validUntilMs !== other?.platform?.policy.validUntilMs;
      for (const [intent, declared] of Object.entries(document.intents)) {
        const across = theirs.document.intents[intent];
        const isSame = across !== undefined && canonical(across) === canonical(declared);
        if (isSame && !isEndMoved) continue;
        const context = { ...across?.context, ...declared.context };
        for (const scene of permitScenes(rules, tenant, intent)) {
          const room = roomFor(scene, rules, presentMs);
          const met = scene.companion && room.settle([{ node: scene.companion.tree, want: 'true' }]);
          if (!met) continue;
          yield room.questionFrom(met);
          // Named and unnamed, as the intent's own resource may be another on the other side.
          const question = room.questionFrom(met);
          yield { ...question, request: { ...question.request, resource: met.resource } };
          for (const [key, type] of Object.entries(context))
            yield room.questionFrom(withValue(met, `context.${key}`, plainest[type]));
          for (const endMs of ends) for (const nowMs of [endMs - 1, endMs]) yield { ...question, nowMs };
        }
      }
    }
  }
}

function permitScenes({ byTenant }: SideRules, tenant: string, intent: string): Scene[] {
  return [...(byTenant.get(tenant)?.values() ?? [])]
    .filter(({ rule }) => rule.effect === 'permit' && rule.mode === 'enforce' && rule.intents.includes(intent))
    .slice(0, 8)
    .flatMap((companion) =>
      (companion.rule.resources ?? []).slice(0, 8).map((resource) => ({
        tenant,
        service: companion.rule.services[0] ?? platformTenant,
        intent,
        resource,
        companion,
      })),
    );
}

/** Every combination where that is a fair share of what may be asked; by chance, and around aimed requests, where it is not. */
function* combinedQuestions(
  all: readonly Combinations[],
  bases: readonly Sample[],
  most: number,
  seed: number,
): Generator<Sample> {
  let left = most;
  const large: Combinations[] = [];
  for (const [position, combinations] of [...all].sort((a, b) => a.size - b.size).entries()) {
    const share = left / (all.length - position);
    if (combinations.size > share) {
      large.push(combinations);
      continue;
    }
    for (let place = 0; place < combinations.size; place += 1) yield combinationAt(combinations, place);
    left -= combinations.size;
  }
  if (large.length === 0) return;
  const chance = createChance(seed);
  const byName = new Map(large.map((each) => [`${each.tenant} ${each.intent}`, each]));
  const around = bases.filter(({ request }) => byName.has(`${request.tenant} ${request.intent}`));
  for (; left > 0; left -= 1) {
    const base = around.length > 0 && chance.below(2) === 0 ? chance.pick(around) : null;
    const combinations = base ? byName.get(`${base.request.tenant} ${base.request.intent}`) : chance.pick(large);
    if (combinations) yield base ? varyQuestion(base, combinations, chance) : drawCombination(combinations, chance);
  }
}

function* firstOf<T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

/** 53 bits of a text (cyrb53): small enough to remember many, large enough that two requests hardly ever share one. */
function hashText(text: string): number {
  let [low, high] = [0xde_ad_be_ef, 0x41_c6_ce_57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2_654_435_761);
    high = Math.imul(high ^ code, 1_597_334_677);
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & high) + (low >>> 0);
}
